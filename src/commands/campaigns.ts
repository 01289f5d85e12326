import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { campaignLines } from '../ui/campaigns.ts';
import { type Act, countFlag, type Flags } from './options.ts';
import { addIntroduction } from './page.ts';
import { withSession } from './session.ts';

const help = `Examples:
  volley campaigns
  volley campaigns --limit 100 --json`;

/** Declares `volley campaigns`. */
export function declareCampaigns(command: Command, act: Act): void {
  addIntroduction(command, help);
  command.option('--limit <n>', 'the latest n (default 20)');
  act(campaigns);
}

function campaigns(flags: Flags, context: Context): Promise<number> {
  return withSession(flags, context, async (session) => {
    const list = await (await session.ledger()).campaigns(countFlag(flags, 'limit') ?? 20);
    if (session.isJson) {
      const documents = list.map(({ createdAt, ...rest }) => ({
        ...rest,
        createdAt: new Date(createdAt).toISOString(),
      }));
      context.out(JSON.stringify({ schema: 'volley.campaigns/1', campaigns: documents }));
    } else if (list.length === 0) context.err('Nothing has been sent yet.');
    else await context.page(campaignLines(list, session.resultLook));
    return 0;
  });
}
