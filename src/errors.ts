/**
 * The ways a run can fail, and the exit code the shell sees.
 * A bad row or a refused message is data (`RowIssue`, `SendResult`), never one of these.
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
