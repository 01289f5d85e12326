import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { from } from '../context.ts';
import { installation, simulated } from './volley.ts';

describe('the start', () => {
  it('loads no heavy library for --version and --help', async () => {
    const { folder } = installation();
    const trace = join(folder, 'loaded.txt');
    const hooks = `import { appendFileSync } from 'node:fs';
      export const load = (url, context, next) => (appendFileSync(${JSON.stringify(trace)}, url + '\\n'), next(url, context));`;
    writeFileSync(join(folder, 'hooks.mjs'), hooks);
    writeFileSync(
      join(folder, 'trace.mjs'),
      "import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);",
    );
    const traced = installation({ NODE_OPTIONS: `--import=${join(folder, 'trace.mjs')}` });
    for (const flag of ['--version', '--help']) expect((await traced.run(flag)).code).toBe(0);
    const files = readFileSync(trace, 'utf8').match(/^file:.*dist\/bundle\/.*$/gm) ?? [];
    // The bundle names above each part where it is from.
    const loaded = files.map((url) => readFileSync(fileURLToPath(url), 'utf8')).join('\n');
    expect(loaded).toContain('// node_modules/commander/');
    expect(loaded).not.toMatch(
      /node_modules\/(got|inquirer|csv-parse|libphonenumber|liquidjs|chalk|smol-toml|@photostructure)/,
    );
  });
});

describe('a signal while it starts', () => {
  it('ends it as any other does, with nothing sent', async () => {
    const { folder } = installation();
    const hooks = `export const load = (url, context, next) => (url.endsWith('/bundle/main.js') && process.kill(process.pid, 'SIGTERM'), next(url, context));`;
    writeFileSync(join(folder, 'hooks.mjs'), hooks);
    writeFileSync(
      join(folder, 'start.mjs'),
      "import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);",
    );
    const { run, simulator } = await simulated({}, { NODE_OPTIONS: `--import=${join(folder, 'start.mjs')}` });
    const { code, stderr } = await run('send', '+14155550100', 'Hi', '--from', from);
    expect([code, simulator.requests()]).toEqual([130, 0]);
    expect(stderr).toMatch(/Resume with|[Ii]nterrupted/);
  });
});

describe('a wait that nothing can end', () => {
  it.each([[[]], [['--json']]])('is a bug, and said so %j', async (flags) => {
    // Standard input that does not keep the process alive, as a promise that is forgotten does not.
    const { start } = installation({ NODE_OPTIONS: '--import=data:text/javascript,process.stdin.unref()' });
    const { code, stdout, stderr } = await start('check', '-', '--from', from, '--body', 'Hi', ...flags).ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/can no longer come/);
    expect(stderr).toMatch(flags.length === 0 ? /hint: This is a bug in volley/ : /^\{"error":\{"code":"bug",/);
  });
});
