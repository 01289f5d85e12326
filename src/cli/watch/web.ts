import { recall } from '../../campaign/recall.ts';
import { type WatchPorts, watchCampaign } from '../../campaign/watch.ts';
import { settings } from '../../config/settings.ts';
import type { Context } from '../../context.ts';
import { clean } from '../../core/text/clean.ts';
import { formatCount, plural } from '../../core/text/wording.ts';
import { CliError, stackOf } from '../../errors.ts';
import type { Campaign } from '../../ledger/plans.ts';
import { shown } from '../../ui/lines.ts';
import { watchPage } from '../../ui/watch-page.ts';
import { type Point, pointOf, type Snapshot, snapshotJson, withPoint } from '../../ui/watch-snapshot.ts';
import { printDocument } from '../document.ts';
import { rehearsalNote } from '../rehearsal.ts';
import type { Session } from '../session.ts';
import { type ActionEnd, serveWatch, type WatchServerOptions } from './server.ts';

/** How a watch is shown in the browser. */
export interface WebWatch {
  readonly campaign: Campaign;
  /** 0 picks one. */
  readonly port: number;
  readonly everyMs: number;
}

/** Shows a campaign in the browsers of this machine until it is over, or the signal. */
export async function watchInBrowser(
  { campaign, port, everyMs }: WebWatch,
  ports: WatchPorts,
  { session, context }: { readonly session: Session; readonly context: Context },
): Promise<void> {
  const style = session.resultStyle;
  let points: readonly Point[] = [];
  let latest: Snapshot | undefined;
  const shownOf = (snapshot: Snapshot, all: boolean) => snapshotJson(campaign.name, snapshot, { points, all, style });
  const server = await serveWatch({
    port,
    page: (nonce) => watchPage(campaign.name, nonce, rehearsalNote(session.server())),
    first: () => latest && shownOf(latest, true),
    onBug: (error) => context.err(`error: ${clean(stackOf(error))}`),
    actions: actionsOn(campaign, { session, context }),
  });
  try {
    const { url } = server;
    const at = { schema: 'volley.watch/1', campaign: { id: campaign.id, name: campaign.name }, url } as const;
    if (session.isJson) await printDocument(at, { session, context });
    else context.out(`Watching ${clean(campaign.name)} at ${url}`);
    if (!session.isQuiet)
      context.err(
        'Whoever has this address can call the campaign back, pause it and change its rate. Ctrl-C ends the watch.',
      );
    for await (const view of watchCampaign(campaign, { everyMs, withLatency: true }, ports)) {
      latest = view;
      points = withPoint(points, pointOf(view, context.now()));
      server.tell(shownOf(view, false));
    }
  } finally {
    await server.close();
  }
}

function actionsOn(
  campaign: Campaign,
  { session, context }: { readonly session: Session; readonly context: Context },
): WatchServerOptions['actions'] {
  const guarded = (act: (query: URLSearchParams) => Promise<ActionEnd>) => async (query: URLSearchParams) => {
    try {
      return await act(query);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return { ok: false, text: shown(error.message, session.resultStyle) };
    }
  };
  const pause = async (isPaused: boolean): Promise<ActionEnd> => {
    await (await session.ledger()).pause(campaign.id, isPaused);
    return { ok: true, text: isPaused ? 'Paused. What is on its way to Twilio still goes out.' : 'It goes on.' };
  };
  return {
    recall: guarded(() => recallNow(campaign, session, context)),
    pause: guarded(() => pause(true)),
    'go-on': guarded(() => pause(false)),
    rate: guarded((query) => changeRate(query.get('perSecond') ?? '', campaign, session)),
  };
}

/** Changes the rate of each sender to a number, or with nothing back to what runs ask for. */
async function changeRate(given: string, campaign: Campaign, session: Session): Promise<ActionEnd> {
  const ledger = await session.ledger();
  if (given === '') {
    await ledger.changeRate(campaign.id, undefined);
    return { ok: true, text: 'The rate is again what the run was given.' };
  }
  const parsed = settings.rate.parse(given);
  if ('problem' in parsed) return { ok: false, text: `The rate ${parsed.problem}.` };
  await ledger.changeRate(campaign.id, parsed.value);
  // Other runs of a sender may go by the lower one for as long as it was promised to hold.
  return { ok: true, text: `At most ${parsed.value} a second for each sender. A higher rate holds after a minute.` };
}

async function recallNow(campaign: Campaign, session: Session, { signal }: Context): Promise<ActionEnd> {
  const recalled = await recall(campaign, { ledger: await session.ledger(), connect: session.connect, signal });
  const { pending, scheduled, gone, failed } = recalled;
  const parts = [
    `${plural(pending, 'message')} canceled before being sent`,
    `${formatCount(scheduled)} called back from Twilio`,
    `${formatCount(gone)} had gone out, or may have`,
    ...(failed.length > 0 ? [`${formatCount(failed.length)} could not be called back`] : []),
  ];
  return { ok: failed.length === 0, text: `${parts.join(', ')}.` };
}
