import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileError } from '../errors.ts';

/** The text of a file; empty when there is none. */
export function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw fileError(error, { doing: 'read', path: file }) ?? error;
  }
}

/**
 * In one step: a crash leaves the old file or the new one. Who may read it stays as it was, unless it is `isPrivate`;
 * a new one is for its user only.
 */
export function replaceFile(file: string, text: string, isPrivate = false): void {
  try {
    replace(file, text, isPrivate);
  } catch (error) {
    throw fileError(error, { doing: 'write', path: file }) ?? error;
  }
}

function replace(file: string, text: string, isPrivate: boolean): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const mode = (isPrivate ? undefined : statSync(file, { throwIfNoEntry: false })?.mode) ?? 0o600;
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text, { mode: mode & 0o777, flush: true });
  renameSync(draft, file);
}
