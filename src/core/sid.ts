import type { Parsed } from './parsed.ts';

/** Reads an identifier of Twilio: its prefix, as `AC`, and 32 hexadecimal digits. */
export const sid =
  (prefix: string) =>
  (text: string): Parsed<string> =>
    new RegExp(`^${prefix}[0-9a-fA-F]{32}$`).test(text)
      ? { value: text }
      : { problem: `is not a SID of the form ${prefix} and 32 hexadecimal digits` };
