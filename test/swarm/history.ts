/** What a run was asked to keep to. Times in milliseconds. */
export interface Terms {
  readonly concurrency: number;
  readonly perSecond: number | undefined;
  readonly limit: number | undefined;
  /** The most the campaign may cost. */
  readonly maxCost: number | undefined;
  readonly onUnknown: 'hold' | 'resend';
  readonly resolveMs: number;
  readonly timeoutMs: number;
  readonly noBreaker: boolean;
  readonly deadlineMs: number | undefined;
  /** Settles what is unknown before anything is sent, and sends only if something is to go out again. */
  readonly settlesFirst: boolean;
}

/**
 * What happened, in the order in which it happened. `at` is the world's time in milliseconds, which no step of a
 * clock changes; `row` names one message to one recipient of one campaign; `run` one process that works at one.
 */
export type Happening = { readonly at: number } & (
  | {
      readonly kind: 'plan';
      readonly campaign: string;
      readonly row: string;
      readonly to: string;
      readonly sender: string;
      readonly cost: number;
      /** When the recipient may not be texted, in minutes after midnight (UTC). */
      readonly quiet: { readonly from: number; readonly to: number } | undefined;
    }
  | { readonly kind: 'opt-out'; readonly to: string; readonly sender: string | undefined }
  | { readonly kind: 'recall'; readonly campaign: string }
  /** Somebody has paused the campaign, or let it go on. */
  | { readonly kind: 'pause'; readonly campaign: string; readonly isPaused: boolean; readonly askedAt: number }
  | { readonly kind: 'begin'; readonly run: string; readonly campaign: string; readonly terms: Terms }
  /** The run has got the campaign's lease. */
  | { readonly kind: 'lease'; readonly run: string; readonly owner: string }
  | { readonly kind: 'claim'; readonly run: string; readonly row: string; readonly askedAt: number }
  | {
      readonly kind: 'request';
      readonly run: string;
      readonly row: string;
      readonly request: number;
      /** The wall clock of the machine, in milliseconds since 1970. */
      readonly wall: number;
      /** The provider is to send it later. */
      readonly isScheduled: boolean;
      /** What the ledger's file says of the message at this moment. */
      readonly onDisk: { readonly state: string; readonly owner: string | null } | undefined;
    }
  | {
      readonly kind: 'create';
      readonly request: number | undefined;
      readonly row: string | undefined;
      readonly sid: string;
      readonly to: string;
      /** From when on the provider's list shows it. */
      readonly shownAt: number;
    }
  | {
      readonly kind: 'answer';
      readonly run: string;
      readonly row: string;
      readonly request: number;
      readonly result: string;
      readonly code: number | undefined;
    }
  /** The provider has reported, under our own id of the message, that it has it; written down when it is told. */
  | { readonly kind: 'receipt'; readonly row: string; readonly sid: string }
  | { readonly kind: 'look'; readonly run: string; readonly to: string; readonly ok: boolean }
  | { readonly kind: 'record'; readonly run: string; readonly row: string; readonly state: string }
  | { readonly kind: 'interrupt'; readonly run: string }
  | { readonly kind: 'freeze'; readonly run: string; readonly forMs: number }
  | { readonly kind: 'step'; readonly byMs: number }
  | { readonly kind: 'suspend'; readonly forMs: number }
  | { readonly kind: 'death'; readonly run: string }
  | {
      readonly kind: 'end';
      readonly run: string;
      /** Why it ended: the engine's word, or `exit N` of a command. */
      readonly end: string;
      readonly counts: Readonly<Record<string, number>>;
      /** What a command said on standard error. */
      readonly said?: string | undefined;
    }
  /** A run that was not over after longer than any may take. */
  | { readonly kind: 'stuck'; readonly run: string }
  /** How the campaign's message stands in the ledger when all is over. */
  | {
      readonly kind: 'final';
      readonly campaign: string;
      readonly row: string | undefined;
      readonly to: string;
      readonly state: string;
      readonly sid: string | null;
    }
);

/** One kind of happening. */
export type Of<Kind extends Happening['kind']> = Extract<Happening, { readonly kind: Kind }>;
