import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tempFolder } from '../context.ts';

/** Where each point is: a text in the bundle that the binary runs, and what stands there instead. `@` is the text itself. */
const points: Readonly<Record<string, readonly [anchor: string, replacement: string]>> = {
  'mid-import': ['await staging.add(await recheck(chunk));', '@ crashPoint("mid-import");'],
  'before-commit': [
    'campaign: await commit(pending, rules,',
    'campaign: (crashPoint("before-commit"), 0) || await commit(pending, rules,',
  ],
  'after-commit': ['const lease = await acquire(campaign, options, ports);', 'crashPoint("after-commit"); @'],
  'after-lease': ['events.onStart?.(', 'crashPoint("after-lease"); @'],
  'after-claim': ['for (const claim of claims)', 'if (claims.length > 0) crashPoint("after-claim"); @'],
  'before-post': ['const result = await provider.send(', 'crashPoint("before-post"); @'],
  'mid-post': [
    'await provider.send(withCallback(fitted.request, claim.id, run.callbackUrl), check)',
    'await crashDuring("mid-post", provider.send(withCallback(fitted.request, claim.id, run.callbackUrl), check))',
  ],
  'after-response': ['applyEffect(effect, claim.sender, run, epoch);', 'crashPoint("after-response"); @'],
  'before-record': ['const writing = write(', 'if (group.length > 0) crashPoint("before-record"); @'],
  'after-record': ['for (const { written } of group)', 'if (group.length > 0) crashPoint("after-record"); @'],
  'mid-record': ['if (spentMore !== 0)', 'crashPoint("mid-record"); @'],
  'reconcile-before-list': [
    'const list = await provider.list(to, accountSid);',
    'crashPoint("reconcile-before-list"); @',
  ],
  'reconcile-after-list': [
    'const list = await provider.list(to, accountSid);',
    '@ crashPoint("reconcile-after-list");',
  ],
  'reconcile-after-resolve': ['await ledger.resolve(lease, resolutions);', '@ crashPoint("reconcile-after-resolve");'],
  'mid-migration': ['database.exec(`pragma user_version', 'crashPoint("mid-migration"); @'],
};

/** Every crash point by name. */
export const pointNames = Object.keys(points);

/** How a process ends there: `CRASH_POINT` names the point, `CRASH_K` the how manieth time it comes by. */
const helpers = `
const crashAt = { name: process.env.CRASH_POINT, left: Number(process.env.CRASH_K) };
function crashPoint(name) {
  if (name === crashAt.name && --crashAt.left === 0) process.kill(process.pid, 'SIGKILL');
}
function crashDuring(name, promise) {
  if (name === crashAt.name && --crashAt.left === 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 3);
  return promise;
}
`;

/**
 * A copy of the binary that can be made to crash at a point, which the shipped files cannot. Throws where the text is not in
 * the bundle any more, so that a change to the code cannot silently leave a point without effect.
 */
export function crashingBinary(point: string): string {
  const [anchor = '', replacement = ''] = points[point] ?? [];
  const [from, to] = [resolve(import.meta.dirname, '../..'), tempFolder()];
  for (const copied of ['bin', 'dist/bundle', 'package.json']) {
    cpSync(join(from, copied), join(to, copied), { recursive: true });
  }
  symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'));
  const bundle = join(to, 'dist/bundle');
  const files = readdirSync(bundle).map((name) => join(bundle, name));
  const file = files.find((name) => readFileSync(name, 'utf8').includes(anchor));
  if (anchor === '' || file === undefined) throw new Error(`crash point ${point}: "${anchor}" is not in the bundle`);
  const code = readFileSync(file, 'utf8').replaceAll(anchor, () => replacement.replace('@', () => anchor));
  writeFileSync(file, code + helpers);
  return join(to, 'bin/volley.js');
}
