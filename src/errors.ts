/**
 * The ways a run can fail, each with its exit code; a test compares README and help with it. A run that ends without one
 * of these exits with 0, or with 3 when some rows failed (`campaign/exit-code.ts`): bad rows and refused messages are data.
 */
export const exitCodes = {
  bug: 1,
  usage: 2,
  config: 2,
  input: 2,
  credentials: 4,
  unreachable: 5,
  rule: 6,
  held: 7,
  open: 8,
  storage: 8,
  interrupted: 130,
} as const;

/** The exit code of a run that did its work, though some rows were not sent or not delivered: no failure of its own. */
export const someFailed = 3;

/** What each exit code means: the page `volley help exit-codes`. The table of the README says the same. */
export const exitMeanings: Readonly<Record<number, string>> = {
  0: 'everything asked for is done (also: already done)',
  [exitCodes.bug]: 'a bug',
  [exitCodes.usage]: 'usage, config or input wrong; nothing was sent',
  [someFailed]:
    'finished, but some rows were invalid, rejected, canceled or undelivered; doctor, check --online: something would stop a send',
  [exitCodes.credentials]: 'credentials missing or refused',
  [exitCodes.unreachable]: 'Twilio out of reach or overloaded throughout; safe to run again',
  [exitCodes.rule]: 'refused by a rule: budget, same input again, too many bad rows',
  [exitCodes.held]: 'another run holds this campaign',
  [exitCodes.open]: 'stopped early or something still open: volley resume',
  [exitCodes.interrupted]: 'interrupted',
};

/** What kind of failure a `CliError` is; scripts read it as `error.code` with `--json`. */
export type ErrorCode = keyof typeof exitCodes;

/** A failure the user can act on. Anything else that reaches `main` is a bug and keeps its stack. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  /** The code the shell sees when this error ends the run. */
  get exitCode(): number {
    return exitCodes[this.code];
  }
}

/** What is known of where an error comes from, for whoever mends it. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What the operating system says of a file, in words, and the way out; https://man7.org/linux/man-pages/man3/errno.3.html. */
const fileFaults: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ['there is no such file or folder', 'Check the path.'],
  ENOTDIR: ['a part of its path is no folder', 'Check the path.'],
  EISDIR: ['it is a folder', 'Name a file.'],
  EACCES: ['you have no permission', 'Check the permissions of the file and its folder.'],
  EPERM: ['you have no permission', 'Check the permissions of the file and its folder.'],
  EROFS: ['its disk can only be read', 'Name a place that can be written to.'],
  ENOSPC: ['there is no room left on its disk', 'Make room, then do it again.'],
  EDQUOT: ['your share of its disk is used up', 'Make room, then do it again.'],
  EFBIG: ['it is too large for its disk', 'Name another place.'],
  EIO: ['its disk or device fails', 'Check it.'],
  ENAMETOOLONG: ['its name is too long', 'Check the path.'],
  ELOOP: ['its links lead in a circle', 'Check the path.'],
  EBUSY: ['something else is using it', 'Try again when that is done.'],
  ETXTBSY: ['something else is using it', 'Try again when that is done.'],
  ENXIO: ['nothing is at its other end', 'Check the path.'],
  EMFILE: ['too many files are open', 'Raise the limit: ulimit -n'],
  ENFILE: ['too many files are open', 'Close something, then do it again.'],
};

/** What Node calls the calls that concern files; a port that may not be used is EACCES too. */
const fileCalls =
  /^(open|read|write|writev|l?stat|fstat|statfs|access|mkdir|mkdtemp|scandir|rename|unlink|rm|rmdir|copyfile|f?chmod|ftruncate|f?sync|fsync|fdatasync|readlink|realpath|close)$/;

/** What is to be done with a file. */
interface FileWork {
  readonly doing: 'open' | 'read' | 'write' | 'use';
  readonly path?: string;
  /** A better way out than what is said of any file. */
  readonly hint?: string | undefined;
}

/**
 * The user's own error for a file or disk that does not do what it should, with its path and the way out; undefined
 * for anything else, which is a bug. The one place where the system's words become ours.
 */
export function fileError(cause: unknown, { doing, path, hint }: FileWork = { doing: 'use' }): CliError | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { code = '', syscall = '', path: failed } = cause as NodeJS.ErrnoException;
  const fault = Object.hasOwn(fileFaults, code) && fileCalls.test(syscall) ? fileFaults[code] : undefined;
  const file = path ?? failed ?? 'a file';
  return fault && new CliError('input', `Cannot ${doing} ${file}: ${fault[0]}.`, { hint: hint ?? fault[1], cause });
}

/** A ledger in a file is one machine's; what needs more says so instead of going on alone. */
export function notShared(): CliError {
  return new CliError('config', 'More than one machine needs a ledger that all of them reach.', {
    hint: 'Give --ledger postgres://user@host/database, or set VOLLEY_LEDGER.',
  });
}

/** A campaign that was called back sends nothing more, whatever is added to it. */
export function recalled(name: string): CliError {
  return new CliError('rule', `The campaign ${name} has been recalled and sends nothing more.`, {
    hint: 'Give what is to be sent another name with --campaign.',
  });
}

/** What to do with a ledger that is damaged. */
export const damagedHint = 'Bring it back from a backup, or save what is readable with: sqlite3 LEDGER .recover';
