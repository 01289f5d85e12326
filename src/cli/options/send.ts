import { groups } from './groups.ts';
import { country } from './input.ts';
import { messageOptions } from './message.ts';
import { grouped, option, pairs, toggle, type ValuesOf } from './option.ts';
import { text } from './parsers.ts';
import { absent } from './read.ts';
import { aroundSending, protection, sendingOne } from './sending.ts';

/** Options of `send`. */
export const sendTable = {
  number: option('[number]', 'who gets it: the same as --to', text),
  text: option('[text]', 'what it says: the same as --body', text),
  ...messageOptions,
  ...protection,
  ...aroundSending,
  ...sendingOne,
  ...grouped(groups.message, {
    bodyFile: option('--body-file <file>', 'read the text from a file, - for standard input', text),
    template: option('--template <file>', 'take the text with its {{ fields }} from a file, or from [templates]', text),
    fields: pairs('--field <name=value>', 'what a {{ field }} of the template is'),
    literal: toggle('--literal', 'send {{ }} in the text as it is'),
  }),
  ...grouped(groups.sending, {
    dryRun: toggle('--dry-run', 'show what would be sent, in how many segments and at what cost; send nothing'),
    campaign: option('--campaign <name>', 'a name: running it again with it sends nothing twice', text),
  }),
  country,
};

/** What `send` is told. */
export type SendOptions = ValuesOf<typeof sendTable>;

/** `send` as it is told nothing. */
export const noSendOptions: SendOptions = absent(sendTable);
