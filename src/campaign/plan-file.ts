import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Plan } from '../core/plan.ts';
import { CliError, fileError } from '../errors.ts';
import { type PlannedOptions, problemOfPlanned } from './planned-options.ts';

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
  readonly options: PlannedOptions;
  /** When it was made, in milliseconds since 1970: times like +2h count from then. */
  readonly plannedAt: number;
  /** Throws a `CliError` unless it was made for this account. */
  readonly checkAccount: (accountSid: string | undefined) => void;
  /** Throws a `CliError` unless these are the messages that were planned. */
  readonly checkMessages: (messagesHash: string) => void;
}

/** A plan, and all it was made of. */
export interface PlanToKeep {
  readonly plan: Plan;
  readonly options: PlannedOptions;
  /** The same for the same messages to the same people. */
  readonly messagesHash: string;
  /** The account it was made for, where one is configured. */
  readonly accountSid: string | undefined;
  /** When it was made, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** A plan as text, with hashes of all it was made of. Throws a `CliError` when a file it names cannot be read. */
export function planFileText({ plan, options, messagesHash, accountSid, nowMs }: PlanToKeep): string {
  const file: PlanFile = {
    schema,
    createdAt: new Date(nowMs).toISOString(),
    accountSid: accountSid ?? null,
    options,
    hashes: { ...hashesOf(options), messages: messagesHash },
    plan,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Reads a plan back. Throws a `CliError` when it is none, or anything it was made of has changed. */
export function readPlanFile(path: string): ApprovedPlan {
  const { options, hashes, accountSid, createdAt } = parsePlanFile(path);
  const now = hashesOf(options);
  if (now.options !== hashes.options) throw changed(path, 'the options in it have been edited');
  if (now.input !== hashes.input) throw changed(path, `${options.file} has changed`);
  if (now.template !== hashes.template) throw changed(path, `${options.input.template} has changed`);
  return {
    options,
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
