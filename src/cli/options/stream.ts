import type { OptionsOf } from './act.ts';
import { groups } from './groups.ts';
import { mapping } from './input.ts';
import { rowMessageOptions } from './message.ts';
import { grouped, option } from './option.ts';
import { text } from './parsers.ts';
import { protection, sending } from './sending.ts';

/** Options of `stream`. */
export const streamTable = {
  ...mapping,
  ...grouped(groups.sending, {
    campaign: option('--campaign <name>', 'what the events belong to (default stream)', text, 'stream'),
  }),
  ...sending,
  ...protection,
  ...rowMessageOptions,
};

/** What `stream` is given. */
export type StreamOptions = OptionsOf<typeof streamTable>;
