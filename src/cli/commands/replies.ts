import type { Command } from 'commander';
import { followReplies, readReplies } from '../../callbacks/replies.ts';
import { findCampaign } from '../../campaign/find.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import type { Reply } from '../../ledger/replies.ts';
import { replyColumns, replyJson, replyLine, replyRow } from '../../ui/replies.ts';
import { linePrinter, printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { orCampaign } from '../options/campaign.ts';
import { option, toggle } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { portsOf, type Session, withSession } from '../session.ts';
import { printFiles, writeCsv } from '../write-file.ts';

const help = `Shows what people wrote to you, as volley listen keeps it, and which campaign it answers: the last message that
had gone to them from the number or messaging service they wrote to. volley purge forgets it; with store_body = false in
the config its texts are never kept.

Examples:
  volley replies
  volley replies spring-sale
  volley replies spring-sale --csv replies.csv
  volley replies --follow                    and what comes from now on, until Ctrl-C`;

const table = {
  campaign: orCampaign('all of them'),
  csv: option('--csv <file>', 'write them to a CSV file, - for standard output', text),
  follow: toggle('--follow', 'then wait for more, until Ctrl-C'),
};

type RepliesOptions = OptionsOf<typeof table>;

/** Declares `volley replies`. */
export function declareReplies(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) => {
    if (options.follow && options.csv !== undefined) throw new CliError('usage', 'Give --csv or --follow, not both.');
    return withSession(options.session, context, (session) => replies(options, session, context));
  });
}

async function replies(options: RepliesOptions, session: Session, context: Context): Promise<number> {
  const ports = await portsOf(session, context);
  const campaign = options.campaign === undefined ? undefined : await findCampaign(ports.ledger, options.campaign);
  if (options.follow && !session.isQuiet) context.err('Waiting for replies. Ctrl-C ends it.');
  const all = options.follow ? followReplies(campaign, ports) : readReplies(campaign, ports.ledger);
  const { csv } = options;
  if (csv !== undefined) {
    await writeCsv(csv, replyColumns, rowsOf(all), context);
    if (session.isJson && csv !== '-') await printFiles([csv], { session, context });
  } else if (!session.isJson) await printLines(all, session, context);
  else if (options.follow && session.isNdjson) await printAsTheyCome(all, session, context);
  else {
    const about = campaign ? { id: campaign.id, name: campaign.name } : null;
    const listed = { as: 'replies', items: documentsOf(all) };
    await printDocument({ schema: 'volley.replies/1', campaign: about }, { session, context }, listed);
  }
  return 0;
}

async function* rowsOf(all: AsyncIterable<Reply>): AsyncGenerator<readonly string[]> {
  for await (const reply of all) yield replyRow(reply);
}

async function* documentsOf(all: AsyncIterable<Reply>): AsyncGenerator<object> {
  for await (const reply of all) yield replyJson(reply);
}

async function printAsTheyCome(all: AsyncIterable<Reply>, session: Session, context: Context): Promise<void> {
  const printer = linePrinter({ session, context });
  for await (const reply of documentsOf(all)) printer.print(reply);
  await printer.end();
}

async function printLines(all: AsyncIterable<Reply>, session: Session, { out, err }: Context): Promise<void> {
  let count = 0;
  for await (const reply of all) {
    count++;
    out(replyLine(reply, session.resultStyle));
  }
  if (count === 0 && !session.isQuiet) err('Nobody has answered yet. Replies are kept while volley listen runs.');
}
