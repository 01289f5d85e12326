import { credentialsOf } from '../../config/credentials.ts';
import type { Context } from '../../context.ts';
import type { Cost } from '../../core/outcome/report.ts';
import { countryFinder } from '../../core/recipient/phone.ts';
import { clean } from '../../core/text/clean.ts';
import { formatCost } from '../../core/text/wording.ts';
import { rehearsalNote } from '../rehearsal.ts';
import type { Session } from '../session.ts';
import { type CheckResult, makeCheck } from './check.ts';

/** Whether there are credentials, of which kind and from where, and what Twilio lets their account do. */
export const checkCredentials = makeCheck('credentials', async (session, context) => {
  const credentials: CheckResult = { name: 'credentials', state: 'ok', text: await credentialsText(session, context) };
  return [credentials, ...(await checkAccount(session, context))];
});

async function credentialsText({ config, isSimulated }: Session, context: Context): Promise<string> {
  if (isSimulated) return "the simulator's own";
  const { accountSid, user } = await credentialsOf(config, context);
  return `${accountSid} with an ${user === accountSid ? 'auth token' : 'API key'} (${config.origin('account_sid')})`;
}

/** How far the clocks may differ, in milliseconds. Our choice: `--send-at` goes wrong by as much. */
const tolerableSkewMs = 10_000;

/** A smaller balance is wrong, in the account's currency. Our choice: it is used up within some hundred messages. */
const smallBalance = 1;

const permissionsPage = 'https://console.twilio.com/us1/develop/sms/settings/geo-permissions';

const checkAccount = makeCheck('account', async (session) => [
  ...(await accountResults(session)),
  await balanceResult(session),
  ...(await defaultSenderResults(session)),
  ...(await defaultCountryResults(session)),
]);

/** Whether the account may send, is a trial, and agrees on the time. Throws a `CliError` when it is refused or out of reach. */
export async function accountResults(session: Session): Promise<CheckResult[]> {
  const account = await (await session.connect()).account();
  const text = `${clean(account.name) || account.sid} is ${clean(account.status)}`;
  const note = rehearsalNote(session.server());
  return [
    ...(note === undefined ? [] : [{ name: 'server', state: 'warning', text: note } as const]),
    account.status === 'active'
      ? { name: 'account', state: 'ok', text }
      : { name: 'account', state: 'wrong', text, hint: 'Ask Twilio why.' },
    ...(account.type === 'Trial' ? [trial] : []),
    clockResult(account.clockAheadMs),
  ];
}

const trial: CheckResult = { name: 'trial', state: 'warning', text: 'a trial account texts verified numbers only.' };

function clockResult(aheadMs: number): CheckResult {
  const skewMs = Math.abs(aheadMs);
  if (skewMs <= tolerableSkewMs) return { name: 'clock', state: 'ok', text: "agrees with Twilio's" };
  const text = `differs from Twilio's by ${Math.round(skewMs / 1000)} s.`;
  return { name: 'clock', state: 'warning', text, hint: 'Set this machine’s clock.' };
}

const addFunds = 'Add funds: at zero Twilio sends nothing.';

/** Whether the balance is enough for `needed`; without it, for some messages. */
export async function balanceResult(session: Session, needed?: Cost): Promise<CheckResult> {
  const name = 'balance';
  const balance = await (await session.connect()).balance();
  if (!balance.ok) return notAnswered(name, balance.reason);
  const { amount, currency } = balance.value;
  const text = formatCost({ amount, currency: clean(currency) });
  if (needed?.amount && needed.currency === currency && needed.amount > amount) {
    return { name, state: 'wrong', text: `${text}, and this costs up to ${formatCost(needed)}.`, hint: addFunds };
  }
  if (amount < smallBalance) return { name, state: 'wrong', text: `${text}.`, hint: addFunds };
  return { name, state: 'ok', text };
}

/** Twilio did not answer, as to a key without the permission: that stops no send, so it is `ok`. */
const notAnswered = (name: string, reason: string): CheckResult => ({
  name,
  state: 'ok',
  text: `not known: Twilio does not tell (${clean(reason)})`,
});

function defaultSender({ config: { defaults } }: Session): string | undefined {
  const { messagingServiceSid, from } = defaults;
  const sender = messagingServiceSid ?? from;
  return typeof sender === 'string' ? sender : undefined;
}

async function defaultSenderResults(session: Session): Promise<CheckResult[]> {
  const sender = defaultSender(session);
  if (sender === undefined) return [{ name: 'sender', state: 'ok', text: 'none by default; each send names its own' }];
  const { defaultOrigins } = session.config;
  return [await senderResult(session, sender, defaultOrigins['messagingServiceSid'] ?? defaultOrigins['from'])];
}

/** Whether a number or messaging service of the account can send. `origin`: where it was set. */
export async function senderResult(session: Session, sender: string, origin?: string): Promise<CheckResult> {
  const name = 'sender';
  const text = origin === undefined ? clean(sender) : `${clean(sender)} (${origin})`;
  const problem = await (await session.connect()).senderProblem(sender);
  if (!problem.ok) return { name, state: 'ok', text: `${text}; ${clean(problem.reason)}` };
  if (problem.value === undefined) return { name, state: 'ok', text: `${text} is ready` };
  const hint = 'Choose another one, or see it at https://console.twilio.com/us1/develop/phone-numbers.';
  return { name, state: 'wrong', text: `${text} ${problem.value}.`, hint };
}

/** The country of numbers without +, else the sender's own: the one most likely to be texted. */
async function defaultCountryResults(session: Session): Promise<CheckResult[]> {
  const sender = defaultSender(session);
  const country = session.config.get('country') ?? (sender && (await countryFinder())(sender));
  return country === undefined ? [] : [await countryResult(session, country)];
}

/** Whether the account may text a country (ISO 3166). */
export async function countryResult(session: Session, country: string): Promise<CheckResult> {
  const name = 'country';
  const mayText = await (await session.connect()).mayText(country);
  if (!mayText.ok) return notAnswered(name, mayText.reason);
  if (mayText.value) return { name, state: 'ok', text: `${country} may be texted` };
  return { name, state: 'wrong', text: `${country} may not be texted.`, hint: `Allow it at ${permissionsPage}.` };
}
