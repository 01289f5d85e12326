import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { CliError } from '../../errors.ts';
import { type Pseudonym, pseudonymBy } from '../rules/purge.ts';

/**
 * Pseudonyms by the key that lies beside a ledger: without the key nobody can try all numbers in turn.
 * Throws a `CliError` when there is none, unless one may be made.
 */
export function pseudonymsOf(ledgerPath: string, mayMake: boolean): Pseudonym {
  return pseudonymBy(readSecret(`${ledgerPath}.key`, mayMake));
}

function readSecret(path: string, mayMake: boolean): Buffer {
  try {
    // wx: of two processes that make one at the same time, the second reads what the first has made.
    if (mayMake) writeFileSync(path, randomBytes(32), { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(path, error);
  }
  try {
    const secret = readFileSync(path);
    if (secret.length === 32) return secret;
  } catch (error) {
    throw unusable(path, error);
  }
  throw unusable(path, new Error('it is not 32 bytes long'));
}

function unusable(path: string, cause: unknown): CliError {
  return new CliError('config', `Cannot use ${path}: ${(cause as Error).message}`, {
    hint: 'It tells who was texted in what was purged. Put it back beside the ledger, from where the ledger was or a backup.',
    cause,
  });
}
