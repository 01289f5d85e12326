import { codeLink, explainCode } from '../../core/outcome/error-codes.ts';
import { CliError } from '../../errors.ts';
import type { Account } from '../provider.ts';
import type { Exchange, TwilioClient } from './client.ts';
import { listPath, readPage } from './list.ts';
import { fieldsOf } from './record.ts';

/**
 * Whose the credentials are; of a standard API key, which may do all but look at accounts, no more than that it is right:
 * https://www.twilio.com/docs/iam/api-keys. Throws a `CliError` (`credentials`, `unreachable`).
 */
export async function readAccount(client: TwilioClient, path: string, hasKey: boolean): Promise<Account> {
  const exchange = await client.request('GET', path);
  const isRefused = exchange.kind === 'answer' && [401, 403].includes(exchange.status);
  const clockAheadMs = client.clockAheadMs() ?? 0;
  if (isRefused && hasKey && (await readPage(client, listPath(client.accountSid, {}, 1))).ok) {
    return { sid: client.accountSid, name: '', status: 'active', type: '', clockAheadMs };
  }
  return toAccount(exchange, clockAheadMs);
}

function toAccount(exchange: Exchange, clockAheadMs: number): Account {
  if (exchange.kind !== 'answer') {
    throw new CliError('unreachable', `Twilio is out of reach (${exchange.reason}).`, { hint: 'Check the network.' });
  }
  const { status } = exchange;
  const { sid, friendly_name: name, status: state, type, code } = fieldsOf(exchange.body);
  if (status === 401 || status === 403 || status === 404) {
    const number = typeof code === 'number' ? code : status;
    throw new CliError('credentials', `Twilio refused the credentials (${number}: ${explainCode(number)?.meaning}).`, {
      hint: `Check the account SID and the token or API key. ${codeLink(number)}`,
    });
  }
  if (status !== 200 || typeof sid !== 'string') {
    throw new CliError('unreachable', `Twilio gave an odd answer: HTTP ${status}.`);
  }
  return {
    sid,
    name: String(name ?? ''),
    status: String(state ?? 'active'),
    type: String(type ?? ''),
    clockAheadMs,
  };
}
