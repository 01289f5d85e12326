import { CliError } from '../../errors.ts';

/** What a failure says besides its message: PostgreSQL's SQLSTATE or the system's name for it. */
interface Failure {
  readonly code?: string;
  readonly message: string;
}

/**
 * SQLSTATEs of a server that is going, gone or not there yet, or that has ended our session:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html.
 */
const awayCodes = /^(08...|57P0[1-5]|53300|25P0[34])$/;

/** Node's names for a connection that failed or broke. */
const networkCodes =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN|ENOTFOUND|ENOENT)$/;

/** What `pg` says without a code when its connection has ended. */
const lostMessages =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout|Client was closed|read E|write E)/;

/** Whether the server could not be reached or has gone away: what was asked may work later. */
export function isAway(error: unknown): boolean {
  const { code, message } = failureOf(error);
  return (
    (code !== undefined && (awayCodes.test(code) || networkCodes.test(code))) || lostMessages.test(message) === true
  );
}

const faults: readonly (readonly [codes: RegExp, problem: string, hint: string])[] = [
  [/^55P03$/, 'is locked by another process', 'See what uses the database; then resume.'],
  [/^25006$/, 'cannot be written', 'The server takes reads only: name the primary with --ledger.'],
  [/^(53100|53400)$/, 'has no room left on its server', 'Make room, then resume: nothing is lost.'],
  [/^(53200)$/, 'has no memory left on its server', 'Then resume: nothing is lost.'],
  [/^58...$/, "cannot be read or written: its server's disk fails", 'Check the server, then resume.'],
  [/^XX00[12]$/, 'is damaged', 'Bring it back from a backup.'],
  [/^42501$/, 'may not be used by this user', 'Grant it what it needs on the schema, or name another one.'],
];

/** A failure of the server as the user's to mend; undefined for anything else, which is a bug. */
export function storageFault(error: unknown, shown: string): CliError | undefined {
  if (error instanceof CliError) return error;
  const { code = '' } = failureOf(error);
  if (isAway(error)) return new CliError('storage', `The ledger ${shown} is out of reach.`, { hint: awayHint });
  const fault = faults.find(([codes]) => codes.test(code));
  return fault && new CliError('storage', `The ledger ${shown} ${fault[1]}.`, { hint: fault[2], cause: error });
}

const awayHint = 'Once the server is back: volley resume. Nothing is lost.';

/** SQLSTATEs and system errors that say what is wrong with an address. */
const openFaults: readonly (readonly [codes: RegExp, reason: string, hint: string])[] = [
  [/^28/, 'its server refuses the user or password', 'Check both in the address, or set PGPASSWORD.'],
  [/^3D000$/, 'its server has no such database', 'Make it with: createdb NAME'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'there is no such host', 'Check the address.'],
  [/^ECONNREFUSED$/, 'no server answers there', 'Check that it runs, and the port in the address.'],
  [/^(53300)$/, 'its server has no connection left', 'Raise its max_connections, or end some.'],
  [/^42501$/, 'the user may not make its tables', 'Grant it CREATE on the database, or make the schema for it.'],
  [
    /ALTNAME_INVALID/,
    'its certificate is for another host',
    'Name the host as its certificate does, or give the server one for this name.',
  ],
  [
    /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/,
    'its certificate cannot be trusted',
    'Name its authority with ?sslrootcert=FILE.',
  ],
];

/** Why a ledger could not be opened, without a word of its password. */
export function openFault(error: unknown, shown: string): unknown {
  if (error instanceof CliError) return error;
  const { code = '', message } = failureOf(error);
  const known = openFaults.find(([codes]) => codes.test(code));
  if (known) {
    return new CliError('config', `Cannot open the ledger ${shown}: ${known[1]}.`, { hint: known[2], cause: error });
  }
  if (!isAway(error) && code === '' && !/SSL|authentication/i.test(message)) return error;
  return new CliError('config', `Cannot open the ledger ${shown}: ${message}.`, {
    hint: 'Check the server and the address, or name another ledger with --ledger.',
    cause: error,
  });
}

/** What an error says of the failure, however it is wrapped. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AggregateError && error.errors.length > 0) return failureOf(error.errors[0]);
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as NodeJS.ErrnoException;
  return { message: error.message, ...(typeof code === 'string' && { code }) };
}
