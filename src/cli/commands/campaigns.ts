import type { Command } from 'commander';
import { watchRunning } from '../../campaign/watch.ts';
import type { Context } from '../../context.ts';
import { campaignLines, runningLines } from '../../ui/campaigns.ts';
import { campaignJson } from '../../ui/json.ts';
import { back, isLiveTerminal } from '../../ui/screen.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { option, toggle } from '../options/option.ts';
import { count } from '../options/parsers.ts';
import { portsOf, type Session, withSession } from '../session.ts';

const help = `Examples:
  volley campaigns
  volley campaigns --watch
  volley campaigns --limit 100 --json`;

const table = {
  limit: option('--limit <n>', 'the latest n (default 20)', count, 20),
  watch: toggle('--watch', 'those that are being sent, again and again until Ctrl-C; once where there is no terminal'),
};

/** Declares `volley campaigns`. */
export function declareCampaigns(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, campaigns);
}

function campaigns({ limit, watch, session: options }: OptionsOf<typeof table>, context: Context): Promise<number> {
  return withSession(options, context, async (session) => {
    if (watch && !session.isJson) return showRunning(limit, session, context);
    const list = await (await session.ledger()).campaigns(limit);
    if (session.isJson) {
      const listed = { as: 'campaigns', items: list.map(campaignJson) };
      await printDocument({ schema: 'volley.campaigns/1' }, { session, context }, listed);
    } else if (list.length === 0) context.err('Nothing has been sent yet.');
    else await context.page(campaignLines(list, session.resultStyle));
    return 0;
  });
}

/** The time between two looks, in milliseconds. */
const everyMs = 1000;

/** Puts each look in the place of the one before, until Ctrl-C; prints one where there is no terminal. */
async function showRunning(limit: number, session: Session, context: Context): Promise<number> {
  const isLive = isLiveTerminal(context);
  let before: string | undefined;
  for await (const running of watchRunning({ limit, everyMs }, await portsOf(session, context))) {
    const lines = running.length > 0 ? runningLines(running, session.resultStyle) : ['Nothing is being sent.'];
    const screen = lines.join('\n');
    context.out(isLive && before !== undefined ? `${back(before)}${screen}` : screen);
    if (!isLive) break;
    before = screen;
  }
  return 0;
}
