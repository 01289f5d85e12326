import type { Message, Row, RowIssue } from '../core/message.ts';
import { makePlanner, type PlannedRow } from '../core/plan.ts';
import { inGroups } from '../input/groups.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Campaign, NewCampaign } from '../ledger/plans.ts';
import type { Ports } from './ports.ts';
import { mappingOf, type RowRules } from './row-rules.ts';

/** How many events are written down in one commit. */
const groupSize = 500;

/** The campaign that events belong to, made when there is none of that name. */
export async function openCampaign(
  ledger: Ledger,
  campaign: NewCampaign & { readonly name: string },
): Promise<Campaign> {
  const known = await ledger.find(campaign.name);
  return known ?? (await ledger.stage(campaign)).commit(`stream ${campaign.name}`);
}

/** Hears what is not sent of the events that come. */
export interface StreamEvents {
  /** With the key that it would have had, where there is one. */
  readonly onWrong: (row: PlannedRow, key?: string) => void;
  readonly onSkipped: (message: Message) => void;
  /** It came before: the message it became then, with the line of the event now. */
  readonly onKnown?: (message: Message) => void;
}

/** Events on their way into a campaign. */
export interface Intake {
  /** For `deliver`: each item names the senders of some that are in the ledger. */
  readonly arrivals: AsyncIterable<readonly string[]>;
  readonly count: { readonly events: number; readonly added: number; readonly wrong: number };
  /** Why no more events could be taken in, where they ended so. */
  readonly failure: () => unknown;
}

/** What events are taken in by. */
export interface IntakeOptions {
  readonly campaign: Campaign;
  readonly rules: RowRules;
  readonly storesText: boolean;
  readonly events: StreamEvents;
}

/**
 * Writes events into a campaign as they come, as many in one commit as have come; each counts at once.
 * Throws a `CliError` for rules that fit no event; what goes wrong later is in `failure`.
 */
export async function takeEvents(
  rows: AsyncIterable<Row | RowIssue>,
  { campaign, rules, storesText, events }: IntakeOptions,
  { ledger, now }: Pick<Ports, 'ledger' | 'now'>,
): Promise<Intake> {
  const mapping = await mappingOf({ name: 'stdin' }, rules);
  const count = { events: 0, added: 0, wrong: 0 };
  const keyOf = (row: Row | RowIssue | undefined) => (row && 'cells' in row ? mapping.toRaw(row).key : undefined);
  let failure: unknown;
  const take = async (group: readonly (Row | RowIssue)[]): Promise<readonly string[]> => {
    // Times like +2h count from when the event came.
    const planned = group.map(makePlanner(mapping, { ...rules.plan, nowMs: now() }));
    let wrong = 0;
    for (const [i, row] of planned.entries()) {
      if (row.state !== 'invalid') continue;
      events.onWrong(row, keyOf(group[i]));
      wrong++;
    }
    count.events += planned.length;
    count.wrong += wrong;
    const { added, skipped, known } = await ledger.append(campaign.id, planned, storesText);
    count.added += added - wrong;
    for (const message of skipped) events.onSkipped(message);
    for (const message of known) events.onKnown?.(message);
    return [...new Set(planned.filter(({ state }) => state === 'pending').map(({ sender }) => sender))];
  };
  const arrivals = async function* (): AsyncGenerator<readonly string[]> {
    try {
      for await (const group of inGroups(rows, groupSize)) yield await take(group);
    } catch (error) {
      failure = error;
    }
  };
  return { arrivals: arrivals(), count, failure: () => failure };
}
