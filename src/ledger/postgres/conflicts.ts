import { setTimeout as pause } from 'node:timers/promises';
import { failureOf } from './faults.ts';

/** Two transactions were in each other's way: all that one did is undone, and it may begin again. */
const conflictCodes = /^(40001|40P01|23505)$/;

/** How often what others undid begins again. */
const mostConflicts = 50;

/** The longest pause before it does, in milliseconds. */
const longestPauseMs = 50;

/** Whether what was asked was undone because of another transaction, and may begin again at once. */
export function isConflict(error: unknown): boolean {
  const { code } = failureOf(error);
  return code !== undefined && conflictCodes.test(code);
}

/** Begins again what others undid. `work` changes nothing unless all of it is done. */
export async function despiteConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let conflicts = 0; ; conflicts++) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || conflicts >= mostConflicts) throw error;
      await pause(Math.random() * longestPauseMs);
    }
  }
}
