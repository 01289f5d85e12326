import type { AttemptRecord } from '../../src/core/outcome/after-send.ts';
import type { PlannedRow } from '../../src/core/plan.ts';
import type { OptOut } from '../../src/core/recipient/consent.ts';
import type { Claim, Lease } from '../../src/ledger/runs.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { Drawn, DrawnRow } from './draw.ts';
import type { Happening, Of } from './history.ts';
import { rowOf } from './twilio.ts';

/** A call of the ledger that has been answered. */
export interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly value: unknown;
  readonly askedAt: number;
}

/** Puts calls of the ledger into the words of the history. */
export function historian({
  clock,
  tell,
  drawn,
}: {
  clock: VirtualClock;
  tell: (happening: Happening) => void;
  drawn: Drawn;
}) {
  const rowOfId = new Map<string, string>();
  const lastClaim = new Map<string, string>();
  const nameOfId = new Map<string, string>();
  const planned = new Set<string>();
  const rowsOf = new Map(drawn.campaigns.map((one) => [one.name, one] as const));

  const plan = (campaign: string, rows: readonly DrawnRow[], price = 0) => {
    for (const one of rows.filter(({ row }) => !planned.has(row))) {
      planned.add(one.row);
      tell({ ...planOf(campaign, one, price), at: clock.monotonic });
    }
  };
  const recorded = (run: string, results: readonly AttemptRecord[]) => {
    for (const { messageId, change } of results) {
      const row = rowOfId.get(messageId) ?? '?';
      tell({ kind: 'record', at: clock.monotonic, run, row, state: change.state });
    }
  };
  return {
    claimOf: (run: string, row: string) => lastClaim.get(`${run} ${row}`),
    heard: (run: string, { name, args, value, askedAt }: Call): void => {
      const at = clock.monotonic;
      switch (name) {
        case 'commit': {
          const campaign = value as { id: string; name: string };
          const drawnOne = rowsOf.get(campaign.name) ?? drawn.campaigns.find((one) => one.command === 'send');
          nameOfId.set(campaign.id, drawnOne?.name ?? '');
          return plan(drawnOne?.name ?? '', drawnOne?.rows ?? [], drawnOne?.price);
        }
        case 'append': {
          // What comes later has no price, and costs nothing as far as a budget goes.
          const campaign = nameOfId.get(String(args[0])) ?? '';
          const came = new Set((args[1] as readonly PlannedRow[]).map(({ request }) => rowOf(request?.body)));
          const all = rowsOf.get(campaign)?.arrivals.flatMap(({ rows }) => rows) ?? [];
          return plan(
            campaign,
            all.filter(({ row }) => came.has(row)),
          );
        }
        case 'acquire':
          if ('owner' in (value as object)) tell({ kind: 'lease', at, run, owner: (value as Lease).owner });
          return;
        case 'claim':
          recorded(run, (args[1] as { readonly results?: readonly AttemptRecord[] }).results ?? []);
          for (const claim of claimsIn(value)) {
            const row = rowOf(claim.request?.body) ?? '?';
            rowOfId.set(claim.id, row);
            lastClaim.set(`${run} ${row}`, claim.id);
            tell({ kind: 'claim', at, run, row, askedAt });
          }
          return;
        case 'record':
          return recorded(run, args[1] as readonly AttemptRecord[]);
        case 'cancelPending':
          return tell({ kind: 'recall', at, campaign: nameOfId.get(String(args[0])) ?? '' });
        case 'pause': {
          const campaign = nameOfId.get(String(args[0])) ?? '';
          return tell({ kind: 'pause', at, campaign, isPaused: args[1] === true, askedAt });
        }
        case 'addOptOuts':
          for (const { address: to, sender } of args[0] as readonly OptOut[]) tell({ kind: 'opt-out', at, to, sender });
          return;
      }
    },
  };
}

function claimsIn(value: unknown): readonly Claim[] {
  return Array.isArray(value) ? value : (value as { claims: readonly Claim[] }).claims;
}

/** A row as the ledger names its sender. */
export function senderOf({ from, service, account }: DrawnRow): string {
  return `${from ?? service}${account === undefined ? '' : ` of ${account}`}`;
}

function planOf(campaign: string, one: DrawnRow, price: number): Omit<Of<'plan'>, 'at'> {
  const [from = 0, to = 0] = (one.quietHours ?? '').split('-').map((time) => Number(time.slice(0, 2)) * 60);
  const quiet = one.quietHours === undefined ? undefined : { from, to };
  const cost = one.segments * price;
  return { kind: 'plan', campaign, row: one.row, to: one.to, sender: senderOf(one), cost, quiet };
}
