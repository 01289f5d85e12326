import { readFileSync } from 'node:fs';
import { refuseCost } from '../../campaign/approve.ts';
import { deadlineOf } from '../../campaign/deadline.ts';
import { mediaRecheck } from '../../campaign/media.ts';
import { pricePlan } from '../../campaign/price.ts';
import type { Config } from '../../config/config.ts';
import type { Context } from '../../context.ts';
import { type PlannedRow, planRequest } from '../../core/plan.ts';
import { flagOrigin, type RawRequest } from '../../core/request/validate.ts';
import { isTemplate, unfilledText } from '../../core/text/is-template.ts';
import { CliError, exitCodes, fileError } from '../../errors.ts';
import { readWhole } from '../../input/text.ts';
import type { Campaign, Staging } from '../../ledger/plans.ts';
import { planJson } from '../../ui/json.ts';
import { shown } from '../../ui/lines.ts';
import { messageLine } from '../../ui/messages.ts';
import { type PlanView, planLines } from '../../ui/plan.ts';
import { printDocument } from '../document.ts';
import type { OptionsOf } from '../options/act.ts';
import { deliverOptionsOf } from '../options/delivery.ts';
import { fixedOf, type NamedParameters, refuseFixed } from '../options/fixed.ts';
import { requestOf } from '../options/message.ts';
import type { SendOptions, sendTable } from '../options/send.ts';
import { serverJson } from '../rehearsal.ts';
import { planContextOf, type Session, storesText, withSession } from '../session.ts';
import { printReportDocument, type Result, runDelivery } from './delivery.ts';
import { priceSourcesOf } from './prices.ts';

/** `volley send`. */
export function send(
  { session: sessionOptions, ...given }: OptionsOf<typeof sendTable>,
  context: Context,
): Promise<number> {
  const options = withArguments(given);
  return withSession(sessionOptions, context, (session) => sendMessages(options, session, context));
}

/**
 * The options with what stands alone as their `--to` and `--body`. After `--to` a single argument is the text.
 * Throws a `CliError` for a text that is given twice.
 */
function withArguments({ number: first, text: second, ...options }: SendOptions): SendOptions {
  const isText = second === undefined && first !== undefined && options.to !== undefined && !isLikeNumber(first);
  const [number, text] = isText ? [undefined, first] : [first, second];
  const ways = [options.body && '--body', options.bodyFile && '--body-file', options.template && '--template'];
  const other = ways.find((way) => way !== undefined);
  if (text !== undefined && other !== undefined) {
    throw new CliError('usage', `The text is given twice: as an argument and as ${other}.`);
  }
  const to = [number ?? [], options.to ?? []].flat();
  const body = text ?? options.body;
  return { ...options, number: undefined, text: undefined, to: to.length > 0 ? to : undefined, body };
}

const isLikeNumber = (text: string): boolean => /^(\w+:)?\+?[\d\s().-]+$/.test(text);

/** How long one message is retried when Twilio takes nothing, in milliseconds. */
const retryForMs = 15_000;

/** What `volley compose` says of a message beyond its options. */
interface Composed {
  /** The body is the text itself, whatever it holds. */
  readonly isTyped?: boolean;
  /** What the name of its campaign begins with. */
  readonly stem?: string;
  /** Is told the campaign before it is sent. */
  readonly begun?: (campaign: Campaign) => void;
}

/** One message is a campaign of one: same validator, ledger and run as a batch. */
export async function sendMessages(
  options: SendOptions,
  session: Session,
  context: Context,
  { isTyped = false, stem = 'send', begun }: Composed = {},
): Promise<number> {
  const deadline = deadlineOf(options, context);
  const written = isTyped ? {} : await textOf(options, session, context);
  const rows = await planMessages(options, written, session, context);
  if (options.dryRun) return showPlan(rows, { ...options, stem }, session, context);
  const campaign = await write(rows, { ...options, stem }, session, context);
  begun?.(campaign);
  const delivery = deliverOptionsOf(options, session.config, retryForMs);
  const run = { deadline, print: printMessages, notify: options.notify };
  const exitCode = await runDelivery(campaign, delivery, run, { session, context });
  const { rows: all, counts } = await (await session.ledger()).report(campaign.id);
  if (exitCode !== 0 || counts.skipped < all) return exitCode;
  context.err('Not sent: who has opted out is not texted.');
  return exitCodes.rule;
}

async function planMessages(
  options: SendOptions,
  { body, template }: WrittenText,
  session: Session,
  context: Context,
): Promise<readonly PlannedRow[]> {
  const { config, workStyle: style } = session;
  const given: RawRequest = { ...requestOf(options), ...(body !== undefined && { body }) };
  const raw: RawRequest = { ...config.defaults, ...template?.parameters, ...given };
  const variables = options.contentVariable;
  const base = Object.keys(variables).length > 0 ? { ...raw, contentVariables: JSON.stringify(variables) } : raw;
  if (!options.literal && typeof base.contentVariables === 'string') refuseUnfilled(base.contentVariables);
  const parse = await planContextOf(session, context.now(), options);
  refuseFixed(fixedOf(given, template, config), parse, style);
  const recipients = [raw.to ?? []].flat();
  if (recipients.length === 0) {
    throw new CliError('usage', 'Who is to get it?', { hint: 'volley send NUMBER TEXT, or --to NUMBER.' });
  }
  const planned = recipients.map((to, i) => planRequest({ ...base, to }, { ...flagOrigin, line: i + 1 }, parse));
  const rows = await (await mediaRecheck(options))(planned);
  const issue = rows.flatMap(({ issues }) => issues)[0];
  if (issue) {
    const value = issue.value === '' ? '' : ` "${shown(issue.value, style)}"`;
    throw new CliError('usage', `${issue.column}${value} ${issue.problem}.`, {
      ...(issue.hint && { hint: issue.hint }),
    });
  }
  const warnings = session.isQuiet ? [] : (rows[0]?.warnings ?? []);
  for (const { column, problem } of warnings) context.err(`note: ${column} ${problem}.`);
  return rows;
}

/** A text that is not what `--body` says, and the template it came from. */
interface WrittenText {
  readonly body?: string;
  readonly template?: NamedParameters;
}

/** Reads or fills the text; nothing where `--body` is all there is. */
async function textOf(options: SendOptions, { config }: Session, context: Context): Promise<WrittenText> {
  const { body, bodyFile, template, fields, literal } = options;
  const ways = [body && '--body', bodyFile && '--body-file', template && '--template'].filter(
    (way) => way !== undefined,
  );
  if (ways.length > 1) throw new CliError('usage', `Give ${ways.join(' or ')}, not both.`);
  if (template !== undefined) return fillNamed(template, fields, config);
  if (Object.keys(fields).length > 0) throw new CliError('usage', '--field fills a --template, and there is none.');
  const file = bodyFile ?? (body === '-' ? '-' : undefined);
  const read = file === undefined ? {} : { body: await readBody(file, context) };
  const written = read.body ?? body ?? config.defaults.body;
  if (!literal && typeof written === 'string') refuseUnfilled(written);
  return read;
}

async function fillNamed(name: string, fields: SendOptions['fields'], config: Config): Promise<WrittenText> {
  const { fillTemplate, templateOf } = await import('../../campaign/templates.ts');
  const source = await templateOf(name, config.templates);
  const body = await fillTemplate(source, fields, config.get('locale'));
  return { body, template: { name, parameters: source.parameters } };
}

function refuseUnfilled(text: string): void {
  if (!isTemplate(text)) return;
  throw new CliError('usage', `${unfilledText}.`, {
    hint: 'Fill it with --template FILE --field NAME=VALUE, or send it so with --literal.',
  });
}

async function readBody(file: string, { stdin }: Context): Promise<string> {
  const written = file === '-' ? await readWhole(stdin, 'standard input') : readFile(file);
  // What ends a line in a file or a pipe is not part of what it says.
  return written.replace(/\r?\n$/, '');
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (cause) {
    throw fileError(cause, { doing: 'read', path: file }) ?? cause;
  }
}

/** What the name of a campaign that was given none begins with. */
type StemmedOptions = SendOptions & { readonly stem: string };

/** Begins the campaign of these messages; nothing is sent of it before its commit. */
async function stage(rows: readonly PlannedRow[], options: StemmedOptions, session: Session): Promise<Staging> {
  const staging = await (await session.ledger()).stage({
    name: options.campaign,
    stem: options.stem,
    source: 'send',
    storesText: storesText(options, session),
  });
  await staging.add(rows);
  return staging;
}

async function write(
  rows: readonly PlannedRow[],
  options: StemmedOptions,
  session: Session,
  { now }: Context,
): Promise<Campaign> {
  // Credentials first: what can't be sent is not written down.
  await session.connect();
  const staging = await stage(rows, options, session);
  try {
    const maxCost = session.config.get('max_cost');
    const sources = { ledger: await session.ledger(), now };
    await pricePlan(staging, await priceSourcesOf(session, maxCost !== undefined, sources));
    if (maxCost !== undefined) refuseCost(await staging.plan(), { maxCost });
    return await staging.commit(`send ${staging.name}`);
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

/** Prints what would be sent, and leaves nothing of it behind. Only a rehearsal's Twilio is asked for prices. */
async function showPlan(
  rows: readonly PlannedRow[],
  options: StemmedOptions,
  session: Session,
  context: Context,
): Promise<number> {
  const { now, out } = context;
  const staging = await stage(rows, options, session);
  try {
    const sources = { ledger: await session.ledger(), now };
    const prices = await pricePlan(staging, await priceSourcesOf(session, session.isSimulated, sources));
    const plan = await staging.plan();
    const samples = await staging.samples(session.isJson ? rows.length : shownSamples);
    const [linted] = rows;
    const lint = linted?.lint && { ...linted.lint, line: linted.line };
    const view: PlanView = {
      ...{ name: staging.name, plan, samples, invalid: [], warnings: [], findings: [], overflows: [] },
      ...{ lints: lint ? [{ issue: lint, count: 1 }] : [], nowMs: now(), wholeTexts: true },
      priceAgeMs: prices?.ageMs,
    };
    const items = samples.map(({ to, segments, request }) => ({ to, segments, body: request?.body ?? null }));
    if (session.isJson)
      await printDocument(
        { ...planJson(view, 0), ...serverJson(session.server()) },
        { session, context },
        { as: 'messages', items },
      );
    else if (!session.isQuiet) for (const line of planLines(view, session.resultStyle)) out(line);
    return 0;
  } finally {
    await staging.discard();
  }
}

/** How many of the messages a dry run shows to a person. */
const shownSamples = 3;

async function printMessages(result: Result, session: Session, context: Context): Promise<void> {
  if (session.isJson) return printReportDocument(result, { as: 'messages' }, { session, context });
  for await (const message of (await session.ledger()).messages(result.campaign.id)) {
    context.out(messageLine(message, session.resultStyle));
  }
}
