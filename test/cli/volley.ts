import { main } from '../../src/cli/main.ts';
import { from, testContext, type World } from '../context.ts';

/** A world in which commands run one after the other; `batch` sends a CSV of this content. */
export function world(options: World = {}) {
  const made = testContext(options);
  const volley = (...argv: string[]) => main(argv, made.context);
  const batch = (content: string, ...argv: string[]) =>
    volley('batch', made.file('list.csv', content), '--from', from, '--body', 'Hi', '--yes', ...argv);
  return { ...made, volley, batch };
}

/** Runs one command in a world of its own: its exit code, what it printed, and what it said on standard error. */
export async function run(argv: readonly string[], options: World = {}) {
  const made = world(options);
  const code = await made.volley(...argv);
  return { ...made, code, out: made.stdout.join('\n'), said: made.stderr.join('\n') };
}
