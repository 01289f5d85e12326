import { Chalk } from 'chalk';

/** Colours for one stream; where colour is off each returns its text unchanged. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** What decides whether a stream gets colour. */
export interface ColorChoice {
  readonly flag: 'auto' | 'always' | 'never';
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: boolean;
}

/** True when a stream gets colour: the flag, then NO_COLOR, then FORCE_COLOR, then a terminal that is not dumb. */
export function wantsColor({ flag, env, isTty }: ColorChoice): boolean {
  if (flag !== 'auto') return flag === 'always';
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return isTty && env['TERM'] !== 'dumb';
}

/** The colours for a stream. */
export function paintFor(choice: ColorChoice): Paint {
  return new Chalk({ level: wantsColor(choice) ? 1 : 0 });
}
