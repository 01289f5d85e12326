import { credentialsOf } from '../../config/credentials.ts';
import type { Context } from '../../context.ts';
import type { Cost } from '../../core/outcome/report.ts';
import { countryFinder } from '../../core/recipient/phone.ts';
import { clean } from '../../core/text/clean.ts';
import { formatCost } from '../../core/text/wording.ts';
import type { Session } from '../session.ts';
import { check, type Finding } from './finding.ts';

/** Whether there are credentials, of which kind and from where, and what Twilio lets their account do. */
export const checkAccount = check('credentials', async (session, context) => {
  const found: Finding = { name: 'credentials', state: 'ok', text: await credentialsText(session, context) };
  return [found, ...(await lookAtAccount(session, context))];
});

async function credentialsText({ config, isSimulated }: Session, context: Context): Promise<string> {
  if (isSimulated) return "the simulator's own";
  const { accountSid, user } = await credentialsOf(config, context);
  return `${accountSid} with an ${user === accountSid ? 'auth token' : 'API key'} (${config.origin('account_sid')})`;
}

/** Schedules go wrong when clocks differ by more than this, in milliseconds. */
const tolerableSkewMs = 10_000;

/** Below this little is left to send with, in the account's currency. */
const smallBalance = 1;

const permissionsPage = 'https://console.twilio.com/us1/develop/sms/settings/geo-permissions';

const lookAtAccount = check('account', async (session) => [
  ...(await accountFindings(session)),
  await balanceFinding(session),
  ...(await defaultSenderFindings(session)),
  ...(await defaultCountryFindings(session)),
]);

/** Whether the account may send, and what goes with that. Throws a `CliError` when it is refused or out of reach. */
export async function accountFindings(session: Session): Promise<Finding[]> {
  const account = await (await session.connect()).account();
  const text = `${clean(account.name) || account.sid} is ${clean(account.status)}`;
  return [
    account.status === 'active'
      ? { name: 'account', state: 'ok', text }
      : { name: 'account', state: 'wrong', text, hint: 'Ask Twilio why.' },
    ...(account.type === 'Trial' ? [trial] : []),
    clockFinding(account.clockAheadMs),
  ];
}

const trial: Finding = { name: 'trial', state: 'warning', text: 'a trial account texts verified numbers only.' };

function clockFinding(aheadMs: number): Finding {
  const skewMs = Math.abs(aheadMs);
  if (skewMs <= tolerableSkewMs) return { name: 'clock', state: 'ok', text: "agrees with Twilio's" };
  const text = `differs from Twilio's by ${Math.round(skewMs / 1000)} s.`;
  return { name: 'clock', state: 'warning', text, hint: 'Set this machine’s clock.' };
}

const addFunds = 'Add funds: at zero Twilio sends nothing.';

/** What is left to send with. `needed` is what it has to be enough for; absent: for anything at all. */
export async function balanceFinding(session: Session, needed?: Cost): Promise<Finding> {
  const name = 'balance';
  const balance = await (await session.connect()).balance();
  if (!balance.ok) return untold(name, balance.reason);
  const { amount, currency } = balance.value;
  const text = formatCost({ amount, currency: clean(currency) });
  if (needed?.amount && needed.currency === currency && needed.amount > amount) {
    return { name, state: 'wrong', text: `${text}, and this costs up to ${formatCost(needed)}.`, hint: addFunds };
  }
  if (amount < smallBalance) return { name, state: 'wrong', text: `${text}.`, hint: addFunds };
  return { name, state: 'ok', text };
}

/** What a key may not see is no fault of the account. */
const untold = (name: string, reason: string): Finding => ({
  name,
  state: 'ok',
  text: `not known: Twilio does not tell (${clean(reason)})`,
});

function defaultSender({ config: { defaults } }: Session): string | undefined {
  const { messagingServiceSid, from } = defaults;
  const sender = messagingServiceSid ?? from;
  return typeof sender === 'string' ? sender : undefined;
}

async function defaultSenderFindings(session: Session): Promise<Finding[]> {
  const sender = defaultSender(session);
  if (sender === undefined) return [{ name: 'sender', state: 'ok', text: 'none by default; each send names its own' }];
  const { defaultOrigins } = session.config;
  return [await senderFinding(session, sender, defaultOrigins['messagingServiceSid'] ?? defaultOrigins['from'])];
}

/** Whether a number or messaging service of the account can send. `origin`: where it was set. */
export async function senderFinding(session: Session, sender: string, origin?: string): Promise<Finding> {
  const name = 'sender';
  const text = origin === undefined ? clean(sender) : `${clean(sender)} (${origin})`;
  const problem = await (await session.connect()).senderProblem(sender);
  if (!problem.ok) return { name, state: 'ok', text: `${text}; ${clean(problem.reason)}` };
  if (problem.value === undefined) return { name, state: 'ok', text: `${text} is ready` };
  const hint = 'Choose another one, or see it at https://console.twilio.com/us1/develop/phone-numbers.';
  return { name, state: 'wrong', text: `${text} ${problem.value}.`, hint };
}

/** The country of numbers without +, or else the sender's own: what is texted most. */
async function defaultCountryFindings(session: Session): Promise<Finding[]> {
  const sender = defaultSender(session);
  const country = session.config.get('country') ?? (sender && (await countryFinder())(sender));
  return country === undefined ? [] : [await countryFinding(session, country)];
}

/** Whether the account may text a country (ISO 3166). */
export async function countryFinding(session: Session, country: string): Promise<Finding> {
  const name = 'country';
  const mayText = await (await session.connect()).mayText(country);
  if (!mayText.ok) return untold(name, mayText.reason);
  if (mayText.value) return { name, state: 'ok', text: `${country} may be texted` };
  return { name, state: 'wrong', text: `${country} may not be texted.`, hint: `Allow it at ${permissionsPage}.` };
}
