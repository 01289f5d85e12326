import type { Command } from 'commander';
import { findCampaign } from '../../campaign/find.ts';
import { readFigures } from '../../campaign/report.ts';
import type { Context } from '../../context.ts';
import { isMessageSid, type Message } from '../../core/message.ts';
import { failedStatuses } from '../../core/outcome/status.ts';
import { CliError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Campaign } from '../../ledger/plans.ts';
import type { MessageFilter } from '../../ledger/reports.ts';
import { exportColumns, exportRow } from '../../ui/export.ts';
import { htmlHead, htmlRow, htmlTail } from '../../ui/html.ts';
import { messageJson, messagesJson, receiptJson } from '../../ui/json.ts';
import { historyLines, messageLine } from '../../ui/messages.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { option, required, toggle } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { printReport } from '../sending/delivery.ts';
import { type Session, withSession } from '../session.ts';
import { printFiles, writeCsv, writePrivate } from '../write-file.ts';

const help = `Examples:
  volley report spring-sale
  volley report spring-sale --failed
  volley report spring-sale --html spring-sale.html
  volley report spring-sale --csv -
  volley report SM1234…                   one message, and every status that was heard of it`;

const table = {
  campaign: required('<campaign>', 'name or id of a campaign, or the SID of a message', text),
  failed: toggle('--failed', 'only the messages that did not get there, one a line'),
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

function report(options: OptionsOf<typeof table>, context: Context): Promise<number> {
  const { campaign: wanted, html, csv } = options;
  if (html === '-') throw new CliError('usage', '--html writes a file: give it a name.');
  return withSession(options.session, context, async (session) => {
    const ledger = await session.ledger();
    const message = isMessageSid(wanted) ? await ledger.findSid(wanted) : undefined;
    if (message) {
      if (html !== undefined || csv !== undefined) {
        throw new CliError('usage', '--html and --csv are for campaigns, not for one message.');
      }
      const receipts = await ledger.receipts(wanted);
      if (session.isJson) {
        const told = { ...messageJson(message), receipts: receipts.map(receiptJson) };
        await printDocument({ schema: 'volley.message/1', ...told }, { session, context });
      } else for (const line of historyLines(message, receipts, session.resultStyle)) context.out(line);
      return 0;
    }
    const campaign = await findCampaign(ledger, wanted);
    if (html !== undefined) await writeHtml(html, campaign, session, context);
    if (csv !== undefined) {
      const rows = exported(ledger.messages(campaign.id, options.failed ? failed : {}));
      await writeCsv(csv, exportColumns, rows, context);
    }
    const files = [html, csv].filter((file) => file !== undefined);
    if (files.length > 0) {
      if (session.isJson && csv !== '-') await printFiles(files, { session, context });
      return 0;
    }
    if (options.failed) await listFailed(ledger, campaign, session, context);
    else await printReport({ campaign, report: await ledger.report(campaign.id), exitCode: 0 }, session, context);
    return 0;
  });
}

async function listFailed(ledger: Ledger, { id, name }: Campaign, session: Session, context: Context): Promise<void> {
  const messages = ledger.messages(id, failed);
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
