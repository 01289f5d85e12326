import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Context } from '../../context.ts';
import type { Plan } from '../../core/plan.ts';
import { CliError, fileError } from '../../errors.ts';
import { type Flags, isHowToSend, textFlag } from '../options.ts';
import type { Session } from '../session.ts';
import { writePrivate } from '../write-file.ts';

/** A plan for somebody else to look at and send, as `--plan` writes it. */
interface PlanFile {
  readonly schema: 'volley.plan-file/1';
  readonly createdAt: string;
  readonly accountSid: string | null;
  /** What was asked for on the command line, apart from how to send it. */
  readonly flags: Flags;
  readonly hashes: {
    readonly input: string;
    readonly template: string | null;
    readonly options: string;
    /** Over every message, recipient and text. */
    readonly messages: string;
  };
  readonly plan: Plan;
}

/** A plan that was read back, to be sent as it is or not at all. */
export interface ApprovedPlan {
  readonly flags: Flags;
  /** When it was made, in milliseconds since 1970: times like +2h count from then. */
  readonly plannedAt: number;
  /** Throws a `CliError` unless it was made for this account. */
  readonly checkAccount: (accountSid: string | undefined) => void;
  /** Throws a `CliError` unless these are the messages that were planned. */
  readonly checkMessages: (messagesHash: string) => void;
}

/** Writes what would be sent, with hashes of all it was made of. Throws a `CliError` where that can't be repeated. */
export async function writePlanFile(
  path: string,
  { plan, messagesHash }: { readonly plan: Plan; readonly messagesHash: string },
  { flags, session, context }: { readonly flags: Flags; readonly session: Session; readonly context: Context },
): Promise<void> {
  if (flags['file'] === '-') {
    throw new CliError('usage', 'A plan of standard input cannot be applied later.', { hint: 'Name a file.' });
  }
  const asked = askedFor(flags);
  const file: PlanFile = {
    schema: 'volley.plan-file/1',
    createdAt: new Date(context.now()).toISOString(),
    accountSid: session.config.get('account_sid') ?? null,
    flags: asked,
    hashes: { ...hashesOf(asked), messages: messagesHash },
    plan,
  };
  await writePrivate(path, [Buffer.from(`${JSON.stringify(file, null, 2)}\n`)]);
}

/** Reads a plan back. Throws a `CliError` when it is none, or anything it was made of has changed. */
export function readPlanFile(path: string, given: Flags): ApprovedPlan {
  const extra = Object.keys(askedFor(given))[0];
  if (extra !== undefined) {
    throw new CliError('usage', `--apply sends the plan as it is, so ${extra} cannot be given with it.`);
  }
  const { flags, hashes, accountSid, createdAt } = parsePlanFile(path);
  const now = hashesOf(flags);
  if (now.options !== hashes.options) throw changed(path, 'the options in it have been edited');
  if (now.input !== hashes.input) throw changed(path, `${textFlag(flags, 'file')} has changed`);
  if (now.template !== hashes.template) throw changed(path, `${textFlag(flags, 'template')} has changed`);
  return {
    flags: { ...flags, ...withoutAbsent(given) },
    plannedAt: Date.parse(createdAt),
    checkAccount: (account) => {
      if (accountSid !== null && account !== undefined && account !== accountSid) {
        throw changed(path, `it was made for ${accountSid}, and this is ${account}`);
      }
    },
    checkMessages: (messagesHash) => {
      if (messagesHash !== hashes.messages) throw changed(path, 'the configuration now makes other messages of it');
    },
  };
}

const changed = (path: string, how: string): CliError =>
  new CliError('rule', `${path} does not hold any more: ${how}. Nothing was sent.`, {
    hint: 'Make a new plan with --plan, and have it looked at again.',
  });

function parsePlanFile(path: string): PlanFile {
  let file: Partial<PlanFile>;
  try {
    file = JSON.parse(readFileSync(path, 'utf8')) as Partial<PlanFile>;
  } catch (cause) {
    const broken = new CliError('input', `Cannot read the plan ${path}: ${(cause as Error).message}`, { cause });
    throw fileError(cause, { doing: 'read', path: `the plan ${path}` }) ?? broken;
  }
  if (file?.schema !== 'volley.plan-file/1' || !file.flags || !file.hashes) {
    throw new CliError('input', `${path} is not a plan of this version.`, { hint: 'Make one with --plan FILE.' });
  }
  return file as PlanFile;
}

function askedFor(flags: Flags): Flags {
  const asked = Object.entries(withoutAbsent(flags)).filter(([name]) => !isHowToSend(name));
  return Object.fromEntries(asked.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Without what was not given: a flag that begins with no- is true until it is. */
const withoutAbsent = (flags: Flags): Flags =>
  Object.fromEntries(
    Object.entries(flags).filter(([name, value]) => value !== undefined && !(name === 'storeBody' && value === true)),
  );

function hashesOf(flags: Flags): Omit<PlanFile['hashes'], 'messages'> {
  const template = textFlag(flags, 'template');
  return {
    input: hashOfFile(String(flags['file'])),
    // A name in [templates] is part of the configuration, and so of the messages.
    template: template !== undefined && existsSync(template) ? hashOfFile(template) : null,
    options: sha256(JSON.stringify(flags)),
  };
}

function hashOfFile(path: string): string {
  try {
    return sha256(readFileSync(path));
  } catch (cause) {
    throw fileError(cause, { doing: 'read', path }) ?? cause;
  }
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
