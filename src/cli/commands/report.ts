import type { Command } from 'commander';
import { findCampaign, findMessage, lastCampaign } from '../../campaign/find.ts';
import { readFigures } from '../../campaign/report.ts';
import type { Context } from '../../context.ts';
import { type Message, sendStates } from '../../core/message.ts';
import { failedStatuses } from '../../core/outcome/status.ts';
import { CliError } from '../../errors.ts';
import type { Campaign } from '../../ledger/plans.ts';
import type { MessageFilter } from '../../ledger/reports.ts';
import { exportColumns, exportRow } from '../../ui/export.ts';
import { htmlHead, htmlRow, htmlTail } from '../../ui/html.ts';
import { messageJson, messagesJson, receiptJson } from '../../ui/json.ts';
import { historyLines, messageLine } from '../../ui/messages.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { campaignOrMessage, orCampaign } from '../options/campaign.ts';
import { list, option, toggle, type ValuesOf } from '../options/option.ts';
import { stateOrStatus, text } from '../options/parsers.ts';
import { rehearsalNote } from '../rehearsal.ts';
import { printReport } from '../sending/delivery.ts';
import { type Session, withSession } from '../session.ts';
import { printFiles, writeCsv, writePrivate } from '../write-file.ts';

const help = `Examples:
  volley report                           the last campaign
  volley report spring-sale
  volley report spring-sale --failed
  volley report last --status delivered --output ndjson
  volley report spring-sale --html spring-sale.html
  volley report spring-sale --csv -
  volley report SM1234…                   one message, and every status that was heard of it`;

const table = {
  campaign: { ...orCampaign('the last one'), about: `${campaignOrMessage.about} (default: the last campaign)` },
  failed: toggle('--failed', 'only the messages that did not get there, one a line'),
  status: list('--status <word>', 'only the messages with this state or status', stateOrStatus),
  html: option('--html <file>', 'write one self-contained page to look at in a browser', text),
  csv: option('--csv <file>', 'write every message to a CSV file, - for standard output', text),
};

/** Declares `volley report`. */
export function declareReport(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, report);
}

const failed: MessageFilter = {
  states: ['invalid', 'rejected', 'unknown'],
  statuses: failedStatuses,
};

/** Which messages are asked for; undefined: all of them, counted. */
function filterOf({ failed: isFailed, status }: ValuesOf<typeof table>): MessageFilter | undefined {
  if (isFailed) return failed;
  return status.length === 0
    ? undefined
    : { states: sendStates.filter((state) => status.includes(state)), statuses: status };
}

function report(options: OptionsOf<typeof table>, context: Context): Promise<number> {
  const { html, csv } = options;
  if (options.failed && options.status.length > 0) throw new CliError('usage', 'Give --failed or --status, not both.');
  if (html === '-') throw new CliError('usage', '--html writes a file: give it a name.');
  return withSession(options.session, context, async (session) => {
    const ledger = await session.ledger();
    const wanted = options.campaign ?? (await lastCampaign(ledger)).id;
    const message = await findMessage(ledger, wanted);
    if (message?.sid !== undefined) {
      if (html !== undefined || csv !== undefined) {
        throw new CliError('usage', '--html and --csv are for campaigns, not for one message.');
      }
      const receipts = await ledger.receipts(message.sid);
      if (session.isJson) {
        const document = { ...messageJson(message), receipts: receipts.map(receiptJson) };
        await printDocument({ schema: 'volley.message/1', ...document }, { session, context });
      } else for (const line of historyLines(message, receipts, session.resultStyle)) context.out(line);
      return 0;
    }
    const campaign = await findCampaign(ledger, wanted);
    const filter = filterOf(options);
    if (html !== undefined) await writeHtml(html, campaign, session, context);
    if (csv !== undefined) {
      const rows = exported(ledger.messages(campaign.id, filter));
      await writeCsv(csv, exportColumns, rows, context);
    }
    const files = [html, csv].filter((file) => file !== undefined);
    if (files.length > 0) {
      if (session.isJson && csv !== '-') await printFiles(files, { session, context });
      return 0;
    }
    if (filter) await listMessages(campaign, filter, session, context);
    else await printReport({ campaign, report: await ledger.report(campaign.id), exitCode: 0 }, session, context);
    return 0;
  });
}

async function listMessages(
  { id, name }: Campaign,
  filter: MessageFilter,
  session: Session,
  context: Context,
): Promise<void> {
  const messages = (await session.ledger()).messages(id, filter);
  if (session.isJson) {
    const document = { schema: 'volley.messages/1', campaign: { id, name } } as const;
    return printDocument(document, { session, context }, { as: 'messages', items: messagesJson(messages) });
  }
  for await (const message of messages) {
    context.out(`line ${message.line}  ${messageLine(message, session.resultStyle)}`);
  }
}

async function writeHtml(file: string, campaign: Campaign, session: Session, context: Context): Promise<void> {
  const ledger = await session.ledger();
  const head = htmlHead({
    name: campaign.name,
    note: rehearsalNote(session.server()),
    createdAt: campaign.createdAt,
    madeAt: context.now(),
    ...(await readFigures(ledger, campaign)),
  });
  const page = async function* () {
    yield head;
    let isFirst = true;
    for await (const message of ledger.messages(campaign.id)) {
      yield htmlRow(message, isFirst);
      isFirst = false;
    }
    yield htmlTail;
  };
  await writePrivate(file, page());
  if (!session.isQuiet) context.err(`Written to ${file}. It holds numbers and texts: mind who sees it.`);
}

async function* exported(messages: AsyncIterable<Message>): AsyncGenerator<readonly string[]> {
  for await (const message of messages) yield exportRow(message);
}
