// Puts crash points into the built code while Node loads it: the shipped files cannot be told to crash.
// Every anchor must be found, so that a change to the code cannot silently leave a point without effect.

/** Where each point is: a file of dist, a text in it, and what stands there instead. `@` is the text itself. */
const points = {
  'mid-import': ['campaign/plan.js', 'await staging.add(await recheck(chunk));', '@ crashPoint("mid-import");'],
  'before-commit': [
    'campaign/approve.js',
    'campaign: await commit(pending, rules,',
    'campaign: (crashPoint("before-commit"), 0) || await commit(pending, rules,',
  ],
  'after-commit': [
    'campaign/deliver.js',
    'const lease = await acquire(campaign, options, ports);',
    'crashPoint("after-commit"); @',
  ],
  'after-lease': ['campaign/deliver.js', 'events.onStart?.(', 'crashPoint("after-lease"); @'],
  'after-claim': [
    'engine/run-campaign.js',
    'for (const claim of claims)',
    'if (claims.length > 0) crashPoint("after-claim"); @',
  ],
  'before-post': ['engine/run-campaign.js', 'const result = await provider.send(', 'crashPoint("before-post"); @'],
  'mid-post': [
    'engine/run-campaign.js',
    'await provider.send(withCallback(fitted.request, claim.id, run.callbackUrl), check)',
    'await crashDuring("mid-post", provider.send(withCallback(fitted.request, claim.id, run.callbackUrl), check))',
  ],
  'after-response': [
    'engine/run-campaign.js',
    'applyEffect(effect, claim.sender, run, epoch);',
    'crashPoint("after-response"); @',
  ],
  'before-record': [
    'engine/group-commit.js',
    'const writing = write(',
    'if (group.length > 0) crashPoint("before-record"); @',
  ],
  'after-record': [
    'engine/group-commit.js',
    'for (const { written } of group)',
    'if (group.length > 0) crashPoint("after-record"); @',
  ],
  'mid-record': ['ledger/sqlite/results.js', 'if (spentMore !== 0)', 'crashPoint("mid-record"); @'],
  'reconcile-before-list': [
    'engine/reconcile.js',
    'const list = await provider.list(to, accountSid);',
    'crashPoint("reconcile-before-list"); @',
  ],
  'reconcile-after-list': [
    'engine/reconcile.js',
    'const list = await provider.list(to, accountSid);',
    '@ crashPoint("reconcile-after-list");',
  ],
  'reconcile-after-resolve': [
    'engine/reconcile.js',
    'await ledger.resolve(lease, resolutions);',
    '@ crashPoint("reconcile-after-resolve");',
  ],
  'mid-migration': [
    'ledger/sqlite/migrations/migrate.js',
    'database.exec(`pragma user_version',
    'crashPoint("mid-migration"); @',
  ],
};

export const pointNames = Object.keys(points);

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

/** Node's hook: the binary runs a bundle; what it was made of is easier to change. */
export async function resolve(specifier, context, next) {
  const [, file] = /^\.\.\/dist\/bundle\/(.*)$/.exec(specifier) ?? [];
  if (file === undefined) return next(specifier, context);
  return next(`../dist/${file === 'main.js' ? 'cli/main.js' : file}`, context);
}

/** Node's hook: changes a file of dist on its way in when the point asked for is in it. */
export async function load(url, context, next) {
  const loaded = await next(url, context);
  const [file, anchor, replacement] = points[process.env.CRASH_POINT] ?? [];
  if (file === undefined || !url.endsWith(`/dist/${file}`)) return loaded;
  const source = String(loaded.source);
  if (!source.includes(anchor))
    throw new Error(`crash point ${process.env.CRASH_POINT}: "${anchor}" is not in ${file} any more`);
  return { ...loaded, source: source.replaceAll(anchor, () => replacement.replace('@', () => anchor)) + helpers };
}
