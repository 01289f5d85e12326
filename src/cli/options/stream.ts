import type { OptionsOf } from './act.ts';
import { mapping } from './input.ts';
import { rowMessageOptions } from './message.ts';
import { option } from './option.ts';
import { text } from './parsers.ts';
import { protection, sending } from './sending.ts';

/** Options of `stream`. */
export const streamTable = {
  ...mapping,
  campaign: option('--campaign <name>', 'what the events belong to (default stream)', text, 'stream'),
  ...sending,
  ...protection,
  ...rowMessageOptions,
};

/** What `stream` is given. */
export type StreamOptions = OptionsOf<typeof streamTable>;
