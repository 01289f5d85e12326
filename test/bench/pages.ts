import { cpuOf, secondsOf } from './parts/throughput.ts';
import type { Results } from './results.ts';
import { ratios, spread } from './statistics.ts';
import { summary } from './summary.ts';

export const readmeFile = 'README.md';

/** Part of the page of figures. */
export const helpSourceFile = 'src/cli/help/measured.ts';

/** The source of that part. */
export const helpSource = (results: Results): string =>
  `/** What \`npm run bench -- --record\` measured last, and wrote here. */
export const measured = \`${summary(results)}\`;
`;

/** The README with what was measured in its paragraph about speed; throws when it has none. */
export function withFigures(readme: string, { throughput: { rows, connections, runs } }: Results): string {
  const { volley, sdk } = runs;
  const paragraph = `\`npm run bench\` measures the speed: of ${rows.toLocaleString('en-US')} messages, ${connections} at once, plan and ledger included, volley
sends ${spread(ratios(secondsOf(sdk), secondsOf(volley)))} times as many a second as a bare loop over Twilio's SDK,
with ${spread(ratios(cpuOf(volley), cpuOf(sdk)))} of its processor time.`;
  const place = /^`npm run bench` measures the speed:[\s\S]*?(?=\n\n)/m;
  if (!place.test(readme)) throw new Error('the README has no paragraph about speed');
  return readme.replace(place, () => paragraph);
}
