import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { defaultLedger } from '../config.ts';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import { plural, wrap } from '../ui/lines.ts';
import { credentialsOf } from './credentials.ts';
import type { Act, Flags } from './options.ts';
import { type Session, withSession } from './session.ts';

/** Declares `volley doctor`. */
export function declareDoctor(command: Command, act: Act): void {
  command.addHelpText('after', '\nSays what would stop a send, and how to mend it. Sends nothing.');
  act(doctor);
}

/** One thing that was looked at. */
interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'wrong';
  readonly text: string;
  readonly hint?: string;
}

function doctor(flags: Flags, context: Context): Promise<number> {
  return withSession(flags, context, async (session) => {
    const findings: Finding[] = [checkNode()];
    for (const check of [checkLedger, checkDisk, checkCredentials, checkAccount, checkSender]) {
      findings.push(...(await check(session, context)));
    }
    if (session.isJson) context.out(JSON.stringify({ schema: 'volley.doctor/1', findings }));
    else for (const finding of findings) context.out(findingLine(finding, session));
    const wrong = findings.find(({ state }) => state === 'wrong');
    return wrong ? (['credentials', 'account'].includes(wrong.name) ? 4 : 2) : 0;
  });
}

function findingLine({ name, state, text, hint }: Finding, { resultLook: { paint, width } }: Session): string {
  const mark = { ok: paint.green('✓'), warning: paint.yellow('!'), wrong: paint.red('✗') }[state];
  const label = state === 'ok' ? '' : `${state}: `;
  return `${mark} ${name.padEnd(12)} ${wrap(`${label}${text}${hint ? ` ${hint}` : ''}`, width, 15)}`;
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isEnough = major > 20 || (major === 20 && minor >= 17);
  const text = `${process.versions.node}`;
  return isEnough
    ? { name: 'node', state: 'ok', text }
    : { name: 'node', state: 'wrong', text, hint: 'volley needs 20.17 or newer.' };
}

/** Turns a `CliError` into a finding; anything else is a bug and goes on up. */
async function found(name: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [{ name, state: 'wrong', text: error.message, ...(error.hint && { hint: error.hint }) }];
  }
}

const checkLedger = (session: Session): Promise<Finding[]> =>
  found('ledger', async () => {
    const campaigns = await (await session.ledger()).campaigns(1000);
    const open = campaigns.filter(({ counts }) => counts.pending + counts.claimed + counts.unknown > 0);
    const text = `opens; ${plural(campaigns.length, 'campaign')}`;
    return open.length === 0
      ? [{ name: 'ledger', state: 'ok', text }]
      : [
          {
            name: 'ledger',
            state: 'warning',
            text: `${text}, ${open.length} not done.`,
            hint: 'Go on with: volley resume',
          },
        ];
  });

/** Below this a campaign of a million may not fit, in bytes. */
const enoughDisk = 2_000_000_000;

async function checkDisk({ config, isSimulated }: Session): Promise<Finding[]> {
  const folder = dirname(config.get('ledger') ?? defaultLedger(config.env, isSimulated));
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: 0, bsize: 0 }));
  const free = bavail * bsize;
  const text = `${(free / 1e9).toFixed(1)} GB free for the ledger`;
  return [free >= enoughDisk ? { name: 'disk', state: 'ok', text } : { name: 'disk', state: 'warning', text }];
}

async function checkCredentials({ config, isSimulated }: Session, context: Context): Promise<Finding[]> {
  if (isSimulated) return [{ name: 'credentials', state: 'ok', text: "the simulator's own" }];
  return found('credentials', async () => {
    const { accountSid, user } = await credentialsOf(config, context);
    const kind = user === accountSid ? 'auth token' : 'API key';
    return [
      { name: 'credentials', state: 'ok', text: `${accountSid} with an ${kind} (${config.origin('account_sid')})` },
    ];
  });
}

/** Signatures and schedules go wrong when clocks differ by more than this, in milliseconds. */
const tolerableSkewMs = 10_000;

function checkAccount(session: Session): Promise<Finding[]> {
  return found('account', async () => {
    const account = await (await session.connect()).account();
    const text = `${account.name || account.sid} is ${account.status}`;
    const isActive = account.status === 'active';
    const findings: Finding[] = [
      isActive
        ? { name: 'account', state: 'ok', text }
        : { name: 'account', state: 'wrong', text, hint: 'Ask Twilio why.' },
    ];
    if (account.type === 'Trial') {
      findings.push({ name: 'trial', state: 'warning', text: 'a trial account texts verified numbers only.' });
    }
    const skewMs = Math.abs(account.clockAheadMs);
    const seconds = `${Math.round(skewMs / 1000)} s`;
    findings.push(
      skewMs > tolerableSkewMs
        ? {
            name: 'clock',
            state: 'warning',
            text: `differs from Twilio's by ${seconds}.`,
            hint: 'Set this machine’s clock.',
          }
        : { name: 'clock', state: 'ok', text: "agrees with Twilio's" },
    );
    return findings;
  });
}

async function checkSender({ config: { defaults, defaultOrigins } }: Session): Promise<Finding[]> {
  const sender = defaults.messagingServiceSid ?? defaults.from;
  if (typeof sender === 'string') {
    const origin = defaultOrigins['messagingServiceSid'] ?? defaultOrigins['from'] ?? '';
    return [{ name: 'sender', state: 'ok', text: `${sender} (${origin})` }];
  }
  return [{ name: 'sender', state: 'ok', text: 'none by default; each send names its own' }];
}
