import type { Parsed } from '../../core/parsed.ts';
import { CliError } from '../../errors.ts';
import { type Style, shown } from '../../ui/lines.ts';

/** A text as somebody typed it, and the flag by which it was given, if it was by one. */
export interface Typed {
  readonly flag?: string;
  readonly text: string;
  readonly style: Style;
}

/** What was understood of a text. Throws a `CliError` that says what is wrong with it, numbers masked. */
export function understood<Value>(parsed: Parsed<Value>, { flag, text, style }: Typed): Value {
  if ('value' in parsed) return parsed.value;
  const { problem, hint } = parsed;
  const what = flag === undefined ? `"${shown(text, style)}"` : `${flag} ${shown(text, style)}`;
  throw new CliError('usage', `${what} ${problem}.`, { ...(hint && { hint }) });
}
