import type { Context } from '../../context.ts';
import { countryFinder } from '../../core/recipient/phone.ts';
import { clean } from '../../ui/clean.ts';
import { formatCost } from '../../ui/lines.ts';
import { credentialsOf } from '../credentials.ts';
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

const lookAtAccount = check('account', async (session) => {
  const transport = await session.connect();
  const account = await transport.account();
  const text = `${clean(account.name) || account.sid} is ${clean(account.status)}`;
  return [
    account.status === 'active'
      ? { name: 'account', state: 'ok', text }
      : { name: 'account', state: 'wrong', text, hint: 'Ask Twilio why.' },
    ...(account.type === 'Trial' ? [trial] : []),
    clockFinding(account.clockAheadMs),
    await balanceFinding(session),
    ...(await senderFindings(session)),
    ...(await countryFindings(session)),
  ];
});

const trial: Finding = { name: 'trial', state: 'warning', text: 'a trial account texts verified numbers only.' };

function clockFinding(aheadMs: number): Finding {
  const skewMs = Math.abs(aheadMs);
  if (skewMs <= tolerableSkewMs) return { name: 'clock', state: 'ok', text: "agrees with Twilio's" };
  const text = `differs from Twilio's by ${Math.round(skewMs / 1000)} s.`;
  return { name: 'clock', state: 'warning', text, hint: 'Set this machine’s clock.' };
}

async function balanceFinding(session: Session): Promise<Finding> {
  const name = 'balance';
  const balance = await (await session.connect()).balance();
  if (!balance.ok) return untold(name, balance.reason);
  const text = formatCost({ amount: balance.value.amount, currency: clean(balance.value.currency) });
  if (balance.value.amount >= smallBalance) return { name, state: 'ok', text };
  return { name, state: 'warning', text: `${text}.`, hint: 'Add funds: at zero Twilio sends nothing.' };
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

async function senderFindings(session: Session): Promise<Finding[]> {
  const name = 'sender';
  const sender = defaultSender(session);
  if (sender === undefined) return [{ name, state: 'ok', text: 'none by default; each send names its own' }];
  const { defaultOrigins } = session.config;
  const text = `${sender} (${defaultOrigins['messagingServiceSid'] ?? defaultOrigins['from'] ?? ''})`;
  const problem = await (await session.connect()).senderProblem(sender);
  if (!problem.ok) return [{ name, state: 'ok', text: `${text}; ${clean(problem.reason)}` }];
  if (problem.value === undefined) return [{ name, state: 'ok', text: `${text} is ready` }];
  const hint = 'Choose another one, or see it at https://console.twilio.com/us1/develop/phone-numbers.';
  return [{ name, state: 'warning', text: `${text} ${problem.value}.`, hint }];
}

/** The country of numbers without +, or else the sender's own: what is texted most. */
async function countryFindings(session: Session): Promise<Finding[]> {
  const name = 'country';
  const sender = defaultSender(session);
  const country = session.config.get('country') ?? (sender && (await countryFinder())(sender));
  if (country === undefined) return [];
  const mayText = await (await session.connect()).mayText(country);
  if (!mayText.ok) return [untold(name, mayText.reason)];
  if (mayText.value) return [{ name, state: 'ok', text: `${country} may be texted` }];
  return [{ name, state: 'warning', text: `${country} may not be texted.`, hint: `Allow it at ${permissionsPage}.` }];
}
