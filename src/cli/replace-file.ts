import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileError } from '../errors.ts';

/** The text of a file; empty when there is none. Throws a `CliError` when it can't be read. */
export function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw fileError(error, { doing: 'read', path: file }) ?? error;
  }
}

/**
 * Replaces a file in one step: a crash leaves the old one or the new one. A new or `isPrivate` file is for this user
 * only; any other keeps its permissions. Throws a `CliError` when it can't.
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
