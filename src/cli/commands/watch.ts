import type { Command } from 'commander';
import { isOpen, pickCampaign } from '../../campaign/find.ts';
import { type WatchPorts, watchCampaign } from '../../campaign/watch.ts';
import type { Context } from '../../context.ts';
import { plural, quoted } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import type { Campaign } from '../../ledger/plans.ts';
import { back, isLiveTerminal } from '../../ui/screen.ts';
import { watchJson, watchLine, watchScreen } from '../../ui/watch.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { option, toggle } from '../options/option.ts';
import { port, text } from '../options/parsers.ts';
import { portsOf, type Session, withSession } from '../session.ts';

const help = `Shows how a campaign goes that another terminal or machine works off. It only reads the ledger: what has arrived
it knows from volley listen, or volley track. Ends when nothing is left and no news comes any more, or with Ctrl-C.

Examples:
  volley watch
  volley watch spring-sale
  volley watch spring-sale --json
  volley watch spring-sale --web`;

const table = {
  campaign: option('[campaign]', 'name or id; the latest that is not done', text),
  web: toggle('--web', 'show it in a browser on this machine, where it can be called back, too'),
  port: option('--port <n>', 'with --web: port to listen on; 0 picks one (default 0)', port),
};

/** Declares `volley watch`. */
export function declareWatch(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, watch);
}

/** The time between two looks in milliseconds, at a terminal and elsewhere. */
const everyMs = { live: 1000, line: 5000 };

function watch(options: OptionsOf<typeof table>, context: Context): Promise<number> {
  const { campaign: name, web, port, session: told } = options;
  if (port !== undefined && !web) throw new CliError('usage', '--port is for --web.');
  return withSession(told, context, async (session) => {
    const ports = await portsOf(session, context);
    const campaign = await pickCampaign(ports.ledger, name, isOpen);
    if (!campaign) return nothingToWatch(session, context);
    if (web) {
      const { watchInBrowser } = await import('../watch/web.ts');
      await watchInBrowser({ campaign, port: port ?? 0, everyMs: everyMs.live }, ports, { session, context });
    } else await show(campaign, ports, { session, context });
    return 0;
  });
}

function nothingToWatch(session: Session, { out, err }: Context): number {
  if (asJson(session)) out(JSON.stringify({ schema: 'volley.watch/1', campaign: null }));
  else if (!session.isQuiet) err('Nothing is left of any campaign. See what was sent: volley campaigns');
  return 0;
}

const asJson = ({ isJson, isNdjson }: Session): boolean => isJson || isNdjson;

/** Prints each look: a document, a screen that takes the place of the one before, or a line. */
async function show(
  campaign: Campaign,
  ports: WatchPorts,
  { session, context }: { readonly session: Session; readonly context: Context },
): Promise<void> {
  const { out, now } = context;
  const style = session.resultStyle;
  const isLive = isLiveTerminal(context) && !asJson(session);
  let before = '';
  let onTheWay = 0;
  for await (const view of watchCampaign(campaign, { everyMs: isLive ? everyMs.live : everyMs.line }, ports)) {
    onTheWay = view.isOver ? view.arrivals.onTheWay : 0;
    if (asJson(session)) out(JSON.stringify(watchJson(campaign, view, now())));
    else if (session.isQuiet) continue;
    else if (isLive) {
      const screen = watchScreen(campaign.name, view, style);
      out(`${before === '' ? '' : back(before)}${screen.join('\n')}`);
      before = screen.join('\n');
    } else {
      const line = watchLine(view, style);
      if (line !== before) out(line);
      before = line;
    }
  }
  if (onTheWay > 0 && !session.isQuiet) {
    context.err(
      `No news of ${plural(onTheWay, 'message')} any more. Ask Twilio: volley track ${quoted(campaign.name)}`,
    );
  }
}
