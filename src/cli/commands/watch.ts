import type { Command } from 'commander';
import { isOpen, pickCampaign } from '../../campaign/find.ts';
import { type WatchPorts, type WatchView, watchCampaign } from '../../campaign/watch.ts';
import type { Context } from '../../context.ts';
import { plural, quoted } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import type { Controls } from '../../ledger/controls.ts';
import type { Campaign } from '../../ledger/plans.ts';
import type { Style } from '../../ui/lines.ts';
import { back, isLiveTerminal } from '../../ui/screen.ts';
import { watchJson, watchLine, watchScreen } from '../../ui/watch.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { orCampaign } from '../options/campaign.ts';
import { option, toggle } from '../options/option.ts';
import { port } from '../options/parsers.ts';
import { rehearsalNote } from '../rehearsal.ts';
import { portsOf, type Session, withSession } from '../session.ts';
import { hearKeys } from '../watch/keys.ts';

const help = `Shows how a campaign goes that another terminal or machine works off, by the ledger: what has arrived it knows from
volley listen, or volley track. p pauses the campaign, whoever works on it, and lets it go on; with --web there are
buttons for that, for its rate, and for calling it back. Ends when nothing is left and no news comes any more, or with Ctrl-C.

Examples:
  volley watch
  volley watch spring-sale
  volley watch spring-sale --json
  volley watch spring-sale --web`;

const table = {
  campaign: orCampaign('the latest that is not done'),
  web: toggle('--web', 'show it in a browser on this machine, where it can be paused and called back, too'),
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
  const { campaign: name, web, port, session: sessionOptions } = options;
  if (port !== undefined && !web) throw new CliError('usage', '--port is for --web.');
  return withSession(sessionOptions, context, async (session) => {
    const ports = await portsOf(session, context);
    const campaign = await pickCampaign(ports.ledger, name, isOpen);
    if (!campaign) return nothingToWatch(session, context);
    if (web) {
      const { watchInBrowser } = await import('../watch/web.ts');
      await watchInBrowser({ campaign, port: port ?? 0, everyMs: everyMs.live }, ports, { session, context });
    } else {
      const note = rehearsalNote(session.server());
      if (note !== undefined && !session.isJson && !session.isQuiet) context.err(note);
      await show(campaign, ports, { session, context });
    }
    return 0;
  });
}

async function nothingToWatch(session: Session, context: Context): Promise<number> {
  if (session.isJson) await printDocument({ schema: 'volley.watch/1', campaign: null }, { session, context });
  else if (!session.isQuiet) context.err('Nothing is left of any campaign. See what was sent: volley campaigns');
  return 0;
}

/** Prints each look: a document, with --json the last one alone; a screen that takes the place of the one before, or a line. */
async function show(
  campaign: Campaign,
  given: WatchPorts & { readonly ledger: Controls },
  { session, context }: { readonly session: Session; readonly context: Context },
): Promise<void> {
  const { out, now } = context;
  const style = session.resultStyle;
  const isLive = isLiveTerminal(context) && !session.isJson;
  const heard = isLive && session.canAsk && !session.isQuiet ? hearKeys(campaign, given, context) : undefined;
  const ports = heard?.ports ?? given;
  let before = '';
  let onTheWay = 0;
  let latest: ReturnType<typeof watchJson> | undefined;
  for await (const view of watchCampaign(campaign, { everyMs: isLive ? everyMs.live : everyMs.line }, ports)) {
    onTheWay = view.isOver ? view.arrivals.onTheWay : 0;
    if (session.isJson) {
      latest = watchJson(campaign, view, now());
      if (session.isNdjson) await printDocument(latest, { session, context });
    } else if (session.isQuiet) continue;
    else if (isLive) {
      const screen = [...watchScreen(campaign.name, view, style), ...(heard ? keyHint(view, style) : [])];
      out(`${before === '' ? '' : back(before)}${screen.join('\n')}`);
      before = screen.join('\n');
    } else {
      const line = watchLine(view, style);
      if (line !== before) out(line);
      before = line;
    }
  }
  await heard?.stop();
  if (latest && !session.isNdjson) await printDocument(latest, { session, context });
  if (onTheWay > 0 && !session.isQuiet) {
    context.err(
      `No news of ${plural(onTheWay, 'message')} any more. Ask Twilio: volley track ${quoted(campaign.name)}${session.isSimulated ? ' --simulate' : ''}`,
    );
  }
}

function keyHint({ left, control }: WatchView, { paint }: Style): string[] {
  return left === 0 ? [] : [paint.dim(control?.pausedAt === undefined ? '  p pauses' : '  p goes on')];
}
