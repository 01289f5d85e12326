import { groups } from './groups.ts';
import { fileOptions, mapping } from './input.ts';
import { rowMessageOptions } from './message.ts';
import { grouped, option, required, setting, toggle, type ValuesOf } from './option.ts';
import { text } from './parsers.ts';
import { absent, type GivenSettings } from './read.ts';
import { aroundSending, protection, sending } from './sending.ts';

const fileAbout = 'CSV or Excel workbook with a header, or NDJSON; - is standard input';

/** Options of `batch`. */
export const batchTable = {
  file: option('[file]', fileAbout, text),
  ...mapping,
  ...fileOptions,
  ...grouped(groups.sending, {
    campaign: option('--campaign <name>', 'a name: running it again sends only what is new or unsent', text),
    again: toggle('--again', 'send the same input again within 24 h'),
    dryRun: toggle('--dry-run', 'show the plan and every problem; send nothing'),
    plan: option('--plan <file>', 'write the plan to a file for somebody to look at; send nothing', text),
    apply: option('--apply <file>', 'send such a plan, if nothing it was made of has changed', text),
    yes: toggle('--yes', 'do not ask'),
    enqueue: toggle('--enqueue', 'write it down for workers; send nothing here'),
  }),
  ...aroundSending,
  ...sending,
  ...protection,
  ...rowMessageOptions,
};

/** Options of `check`. */
export const checkTable = {
  file: required('<file>', fileAbout, text),
  ...mapping,
  ...fileOptions,
  ...grouped(groups.sending, {
    online: toggle('--online', 'ask Twilio for prices, and whether senders, countries and balance allow it'),
    campaign: option('--campaign <name>', 'the campaign it would be part of', text),
    rate: setting('rate', '--rate <n>', 'messages a second per sender'),
  }),
  ...protection,
  ...rowMessageOptions,
};

/** What `batch` and `check` are told. */
export interface BatchOptions extends Omit<ValuesOf<typeof batchTable>, 'file' | 'dryRun' | 'apply'> {
  readonly file: string;
  /** Settings that were given as flags: a plan file keeps some of them. */
  readonly settings: GivenSettings;
  /** Only show the plan. */
  readonly isDry: boolean;
  /** Ask Twilio for prices even so, and whether the plan may be sent. */
  readonly online: boolean;
}

/** `batch` as it is told nothing, not even which file. */
export const noBatchOptions: BatchOptions = {
  ...absent(batchTable),
  file: '',
  settings: {},
  isDry: false,
  online: false,
};
