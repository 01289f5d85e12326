import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { campaignLines } from '../../ui/campaigns.ts';
import { campaignJson } from '../../ui/json.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { option } from '../options/option.ts';
import { count } from '../options/parsers.ts';
import { withSession } from '../session.ts';

const help = `Examples:
  volley campaigns
  volley campaigns --limit 100 --json`;

const table = { limit: option('--limit <n>', 'the latest n (default 20)', count, 20) };

/** Declares `volley campaigns`. */
export function declareCampaigns(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, campaigns);
}

function campaigns({ limit, session: options }: OptionsOf<typeof table>, context: Context): Promise<number> {
  return withSession(options, context, async (session) => {
    const list = await (await session.ledger()).campaigns(limit);
    if (session.isJson) {
      const listed = { as: 'campaigns', items: list.map(campaignJson) };
      await printDocument({ schema: 'volley.campaigns/1' }, { session, context }, listed);
    } else if (list.length === 0) context.err('Nothing has been sent yet.');
    else await context.page(campaignLines(list, session.resultStyle));
    return 0;
  });
}
