/** What somebody has told a campaign while it runs. */
export interface Control {
  /** Since when it is paused, in milliseconds since 1970. */
  readonly pausedAt?: number;
  /** Messages a second of each sender, in place of what runs ask for. */
  readonly perSecond?: number;
}

/**
 * What holds for all runs of a campaign from their next claim on: pauses and a changed rate. Used by `watch`.
 * None of it ends a run, and what is on its way stays so.
 */
export interface Controls {
  control(campaignId: string): Promise<Control>;
  /** Pauses a campaign, or lets it go on: when it resolves, nothing more is claimed, or may be again. */
  pause(campaignId: string, isPaused: boolean): Promise<void>;
  /** Changes how many messages a second each sender may send; undefined: as runs ask. */
  changeRate(campaignId: string, perSecond: number | undefined): Promise<void>;
}
