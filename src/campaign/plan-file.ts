import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { option, toggle, type ValuesOf } from '../cli/options/option.ts';
import { text } from '../cli/options/parsers.ts';
import { flagsGiven, type GivenSettings } from '../cli/options/read.ts';
import type { Session } from '../cli/session.ts';
import { writePrivate } from '../cli/write-file.ts';
import type { Context } from '../context.ts';
import type { Plan } from '../core/plan.ts';
import { CliError, fileError } from '../errors.ts';
import {
  fromPlanned,
  type PlannedOptions,
  problemOfPlanned,
  toPlanned,
  type WhatIsSent,
  whatIsSent,
} from './planned-options.ts';

const schema = 'volley.plan-file/2';

/** A plan for somebody else to look at and send, as `--plan` writes it. */
interface PlanFile {
  readonly schema: typeof schema;
  readonly createdAt: string;
  readonly accountSid: string | null;
  readonly options: PlannedOptions;
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
  readonly options: WhatIsSent;
  /** When it was made, in milliseconds since 1970: times like +2h count from then. */
  readonly plannedAt: number;
  /** Throws a `CliError` unless it was made for this account. */
  readonly checkAccount: (accountSid: string | undefined) => void;
  /** Throws a `CliError` unless these are the messages that were planned. */
  readonly checkMessages: (messagesHash: string) => void;
}

/** Writes what would be sent, with hashes of all it was made of. Throws a `CliError` where it cannot be written. */
export async function writePlanFile(
  path: string,
  { plan, messagesHash }: { readonly plan: Plan; readonly messagesHash: string },
  { options, session, context }: { readonly options: WhatIsSent; readonly session: Session; readonly context: Context },
): Promise<void> {
  const planned = toPlanned(options);
  const file: PlanFile = {
    schema,
    createdAt: new Date(context.now()).toISOString(),
    accountSid: session.config.get('account_sid') ?? null,
    options: planned,
    hashes: { ...hashesOf(planned), messages: messagesHash },
    plan,
  };
  await writePrivate(path, [Buffer.from(`${JSON.stringify(file, null, 2)}\n`)]);
}

/** What is given beside `--apply`. */
interface GivenBeside extends ValuesOf<typeof whatIsSent> {
  readonly file: string | undefined;
  readonly dryRun: boolean;
  readonly settings: GivenSettings;
}

const notBeside = { file: option('a file', '', text), dryRun: toggle('--dry-run', ''), ...whatIsSent };

/** Reads a plan back. Throws a `CliError` when it is none, or anything it was made of has changed. */
export function readPlanFile(path: string, given: GivenBeside): ApprovedPlan {
  const [extra] = flagsGiven(notBeside, given, given.settings);
  if (extra !== undefined) {
    throw new CliError('usage', `--apply sends the plan as it is, so ${extra} cannot be given with it.`);
  }
  const { options, hashes, accountSid, createdAt } = parsePlanFile(path);
  const now = hashesOf(options);
  if (now.options !== hashes.options) throw changed(path, 'the options in it have been edited');
  if (now.input !== hashes.input) throw changed(path, `${options.file} has changed`);
  if (now.template !== hashes.template) throw changed(path, `${options.input.template} has changed`);
  return {
    options: fromPlanned(options),
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
  let file: Partial<PlanFile> | null;
  try {
    file = JSON.parse(readFileSync(path, 'utf8')) as Partial<PlanFile> | null;
  } catch (cause) {
    const broken = new CliError('input', `Cannot read the plan ${path}: ${(cause as Error).message}`, { cause });
    throw fileError(cause, { doing: 'read', path: `the plan ${path}` }) ?? broken;
  }
  const isOurs = file?.schema === schema && file.hashes && !Number.isNaN(Date.parse(String(file.createdAt)));
  const problem = isOurs ? problemOfPlanned(file?.options) : `its schema is not ${schema}`;
  if (problem === undefined) return file as PlanFile;
  throw new CliError('input', `${path} is not a plan of this version: ${problem}.`, {
    hint: 'Make one with --plan FILE.',
  });
}

function hashesOf(options: PlannedOptions): Omit<PlanFile['hashes'], 'messages'> {
  const { template } = options.input;
  return {
    input: hashOfFile(options.file),
    // A name in [templates] is part of the configuration, and so of the messages.
    template: template !== null && existsSync(template) ? hashOfFile(template) : null,
    options: sha256(JSON.stringify(options)),
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
