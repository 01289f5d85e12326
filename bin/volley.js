#!/usr/bin/env node
const stop = new AbortController();
let firstAt = Infinity;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => {
    // The second time leave at once: every claim is on disk, so the ledger is right as it is. What a terminal or systemd
    // sends to a whole group comes a second time from npx, or from a worker, that passes it on: that is still the first.
    if (performance.now() - firstAt > 500) process.exit(130);
    firstAt = Math.min(firstAt, performance.now());
    stop.abort();
  });
}
// Loaded after the lines above: a signal counts from the first moment on.
const [{ processContext }, { fail, main }] = await Promise.all([
  import('../dist/bundle/context.js'),
  import('../dist/bundle/main.js'),
]);
const argv = process.argv.slice(2);
const context = processContext(stop.signal);
// Comes when nothing is left that could still happen: then what main waits for never comes.
const neverEnds = () => {
  process.exitCode = fail(new Error('volley stood still: what it waited for can no longer come.'), argv, context);
};
process.once('beforeExit', neverEnds);
main(argv, context).then((exitCode) => {
  process.removeListener('beforeExit', neverEnds);
  process.exitCode = exitCode;
  // A stream that was interrupted still waits for its next event.
  process.stdin.destroy();
  // Nor is a server waited for that is out of reach, and never takes its leave.
  const leave = () => process.stdout.writableLength === 0 && process.exit();
  setTimeout(leave, 3000).unref();
});
