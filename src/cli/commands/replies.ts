import type { Command } from 'commander';
import { followReplies, readReplies } from '../../callbacks/replies.ts';
import { findCampaign } from '../../campaign/find.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import type { Campaign } from '../../ledger/plans.ts';
import type { Reply } from '../../ledger/replies.ts';
import { replyColumns, replyJson, replyLine, replyRow } from '../../ui/replies.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { option, toggle } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { portsOf, type Session, withSession } from '../session.ts';
import { writeCsv } from '../write-file.ts';

const help = `Shows what people wrote to you, as volley listen keeps it, and which campaign it answers: the last message that
had gone to them from the number or messaging service they wrote to. volley purge forgets it; with store_body = false in
the config its texts are never kept.

Examples:
  volley replies
  volley replies spring-sale
  volley replies spring-sale --csv replies.csv
  volley replies --follow                    and what comes from now on, until Ctrl-C`;

const table = {
  campaign: option('[campaign]', 'only replies to this one, by name or id', text),
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
  if (options.csv !== undefined) await writeCsv(options.csv, replyColumns, rowsOf(all), context);
  else if (session.isJson && !options.follow) await printDocument(campaign, all, context);
  else await printEach(all, session, context);
  return 0;
}

async function* rowsOf(all: AsyncIterable<Reply>): AsyncGenerator<readonly string[]> {
  for await (const reply of all) yield replyRow(reply);
}

async function printDocument(
  campaign: Campaign | undefined,
  all: AsyncIterable<Reply>,
  { out }: Context,
): Promise<void> {
  const found = [];
  for await (const reply of all) found.push(replyJson(reply));
  const about = campaign ? { id: campaign.id, name: campaign.name } : null;
  out(JSON.stringify({ schema: 'volley.replies/1', campaign: about, replies: found }));
}

async function printEach(all: AsyncIterable<Reply>, session: Session, { out, err }: Context): Promise<void> {
  const { isJson, isNdjson, isQuiet, resultStyle } = session;
  let count = 0;
  for await (const reply of all) {
    count++;
    out(
      isJson || isNdjson
        ? JSON.stringify({ schema: 'volley.reply/1', ...replyJson(reply) })
        : replyLine(reply, resultStyle),
    );
  }
  if (count === 0 && !isQuiet) err('Nobody has answered yet. Replies are kept while volley listen runs.');
}
