import type { Wanted } from './grants.ts';

/** What the row of a campaign says of pauses and its rate. */
export interface ControlRow {
  readonly paused_at: number | null;
  readonly rate: number | null;
}

/** How soon a paused campaign is asked for again, in milliseconds: as long as somebody may wait who lets it go on. */
const pausedMs = 1000;

/** What a claim of a paused campaign brings: its senders, all of which wait. */
export function pausedClaim(wants: readonly Wanted[]) {
  const senders = wants.map(({ sender }) => ({ sender, waitMs: pausedMs }));
  return { claims: [], senders, isPaused: true } as const;
}

/** What is wanted at the rate that somebody has set; a sender's own lower one holds on. */
export function atRate<Asked extends { readonly wants: readonly Wanted[]; readonly perSecond?: number | undefined }>(
  request: Asked,
  { rate }: Pick<ControlRow, 'rate'>,
): Asked {
  if (rate === null) return request;
  const wants = request.wants.map((want) =>
    want.perSecond === undefined ? want : { ...want, perSecond: Math.min(want.perSecond, rate) },
  );
  return { ...request, wants, perSecond: rate };
}

/** What a row says, as the rest of volley knows it. */
export function toControl({ paused_at: pausedAt, rate }: ControlRow) {
  return { ...(pausedAt !== null && { pausedAt }), ...(rate !== null && { perSecond: rate }) };
}
