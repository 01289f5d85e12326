/** Where results go, as far as a screen depends on it. */
interface Place {
  readonly terminal: { readonly stdoutIsTty: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether lines that are printed can be replaced by later ones. */
export function isLiveTerminal({ terminal, env }: Place): boolean {
  return terminal.stdoutIsTty && env['TERM'] !== 'dumb';
}

/** Moves to where these lines began, and clears from there. */
export function back(lines: string): string {
  return `\r\x1b[${lines.split('\n').length}A\x1b[J`;
}
