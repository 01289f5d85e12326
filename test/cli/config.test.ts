import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, testContext, type World } from '../context.ts';
import { run, world } from './volley.ts';

describe('config list', () => {
  it('shows every setting and default, where it comes from, and no secret', async () => {
    const world = testContext();
    world.file('volley.toml', `rate = 7\n[defaults]\nfrom = "${from}"`);
    expect(await main(['config', 'list', '--show-origin'], world.context)).toBe(0);
    const out = world.stdout.join('\n');
    expect(out).toMatch(/^rate +7 +\(.*volley\.toml\)$/m);
    expect(out).toMatch(/^auth_token +\(hidden\) +\(environment\)$/m);
    expect(out).toMatch(/^defaults\.from +\+14155600199/m);
    expect(out).not.toContain('canary');
  });
});

const original = `# mine
rate = 5   # a second

[defaults]
from = "${from}" # the sender

[profiles.staging]
# slow
rate = 1
`;

/** A world with a config file of the user's own. */
function configured(content = original, options: World = {}) {
  const made = world(options);
  mkdirSync(join(made.folder, '.config/volley'), { recursive: true, mode: 0o700 });
  const path = join(made.folder, '.config/volley/config.toml');
  writeFileSync(path, content, { mode: 0o600 });
  const config = (...argv: string[]) => made.volley('config', ...argv);
  const read = () => readFileSync(path, 'utf8');
  return { ...made, path, config, read };
}

describe('config set', () => {
  it('changes one value, keeps all comments, and what it was for whom', async () => {
    const { config, read, path, stdout } = configured();
    expect(await config('set', 'rate', '7.5')).toBe(0);
    expect(read()).toBe(original.replace('rate = 5', 'rate = 7.5'));
    expect(stdout.at(-1)).toBe(`rate is 7.5 now, in ${path}.`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await config('set', 'rate', '2', '--profile', 'staging')).toBe(0);
    expect(await config('set', 'store_body', 'false')).toBe(0);
    expect(await config('set', 'quiet_hours', '21:00-08:00')).toBe(0);
    expect(await config('set', 'Defaults.from'.toLowerCase(), '+1 415 560 0100')).toBe(0);
    expect(await config('set', 'defaults.ValidityPeriod', '600')).toBe(0);
    expect(await config('set', 'templates.welcome', 'Hi {{ name }} "you"\n')).toBe(0);
    expect(await config('set', 'rates.+14155600199', '3')).toBe(0);
    expect(await config('set', 'profiles.live.country', 'us')).toBe(0);
    for (const comment of ['# mine', '# a second', '# the sender', '# slow']) expect(read()).toContain(comment);
    stdout.length = 0;
    await config('list', '--json', '--profile', 'live');
    const { settings } = JSON.parse(stdout[0] ?? '') as { settings: { name: string; value: string }[] };
    const value = (name: string) => settings.find((setting) => setting.name === name)?.value;
    expect(
      ['rate', 'country', 'store_body', 'quiet_hours', 'defaults.from', 'defaults.validity_period'].map(value),
    ).toEqual([...['7.5', 'US', 'false', '21:00-08:00', '+1 415 560 0100', '600']]);
    stdout.length = 0;
    for (const key of ['templates.welcome', 'rates.+14155600199']) await config('get', key);
    expect(stdout).toEqual(['Hi {{ name }} "you"⏎', '3']);
  });

  it('makes the file, for its user only, and that of the folder with --project', async () => {
    const { volley, folder, stdout } = world();
    expect(await volley('config', 'set', 'country', 'DE', '--json')).toBe(0);
    const path = join(folder, '.config/volley/config.toml');
    expect(JSON.parse(stdout[0] ?? '')).toEqual({
      schema: 'volley.config-set/1',
      name: 'country',
      value: 'DE',
      file: path,
    });
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['country = "DE"\n', 0o600]);
    expect(await volley('config', 'set', 'defaults.from', from, '--project')).toBe(0);
    expect(readFileSync(join(folder, 'volley.toml'), 'utf8')).toBe(`[defaults]\nfrom = "${from}"\n`);
  });

  it('says when something else outranks it', async () => {
    const { config, file, stderr } = configured();
    file('volley.toml', 'rate = 9\n');
    await config('set', 'rate', '8');
    expect(stderr.at(-1)).toMatch(/^note: rate from .*volley\.toml outranks it\.$/);
  });

  it.each<[string, string[], RegExp, RegExp]>([
    ['what is mistyped', ['contry', 'US'], /no setting contry/, /Did you mean country\?/],
    ['a mistyped table', ['default.from', from], /no setting default\.from/, /Did you mean defaults\.from\?/],
    ['a mistyped parameter', ['defaults.form', from], /no message parameter form/, /Did you mean from\?/],
    ['a wrong value', ['rate', 'fast'], /rate "fast" must be a number/, /./],
    ['a wrong default', ['defaults.from', '???'], /defaults\.from "\?\?\?" is not a sender/, /./],
    [
      'a wrong rate of a sender',
      ['rates.+14155600199', 'x'],
      /rates\."\+1415•••0199" must be a number/,
      /Messages a second/,
    ],
    ['a price without its currency', ['prices.US', '0.1'], /prices\.currency must be like USD/, /.?/],
    ['a limit there is not', ['limits.valid', '1'], /\[limits\] knows no valid/, /.?/],
    ['a secret', ['auth_token', 'canary-4f1d0c'], /auth_token is a secret/, /volley login/],
    [
      'a secret of a profile',
      ['profiles.staging.api_secret', 'canary-4f1d0c'],
      /api_secret is a secret/,
      /volley login/,
    ],
    ['a password in an address', ['ledger', 'postgres://a:canary-4f1d0c@db/v'], /has a password in it/, /config edit/],
    [
      'where credentials go, for everybody',
      ['api_url', 'https://x.example', '--project'],
      /api_url may not be set/,
      /your own/,
    ],
    ['nothing', ['rate'], /Set what to what\?/, /KEY VALUE/],
  ])('refuses %s, and changes nothing', async (_, argv, message, hint) => {
    const { config, read, stdout, stderr, folder } = configured();
    expect(await config('set', ...argv)).toBe(2);
    expect([stderr[0], stderr[1] ?? 'none']).toEqual([expect.stringMatching(message), expect.stringMatching(hint)]);
    expect([read(), readdirSync(folder)]).toEqual([original, ['.config']]);
    expect([...stdout, ...stderr].join()).not.toContain('canary');
  });
});

describe('config get', () => {
  it('prints one value, where it comes from when asked, and no secret', async () => {
    const { config, stdout, stderr } = configured();
    expect(await config('get', 'rate')).toBe(0);
    await config('get', 'rate', '--profile', 'staging', '--show-origin');
    await config('get', 'auth_token');
    await config('get', 'defaults.from', '--json');
    expect(stdout).toEqual([
      '5',
      expect.stringMatching(/^1 {2}\(profile staging in .*config\.toml\)$/),
      '(hidden)',
      expect.stringContaining(
        '{"schema":"volley.config-value/1","name":"defaults.from","value":"+14155600199","origin":"',
      ),
    ]);
    expect([await config('get', 'country'), stderr.at(-1)]).toEqual([0, 'country is not set.']);
    expect([await config('get', 'contry'), stderr.at(-1)]).toEqual([
      2,
      expect.stringContaining('Did you mean country?'),
    ]);
  });
});

describe('config edit', () => {
  const editing = (texts: readonly string[], content = original, options: World = {}) => {
    const seen: string[] = [];
    const left = [...texts];
    const edit = (path: string) => {
      seen.push(readFileSync(path, 'utf8'));
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const text = left.shift();
      if (text !== undefined) writeFileSync(path, text);
      return text !== undefined;
    };
    return { ...configured(content, { canAsk: true, edit, ...options }), seen };
  };

  it('takes over what can be understood, after another try where it was wrong', async () => {
    const { config, read, seen, asked, stderr } = editing(['rate = "fast"\n', 'rate = 6 # better\n']);
    expect(await config('edit')).toBe(0);
    expect([read(), seen]).toEqual(['rate = 6 # better\n', [original, 'rate = "fast"\n']]);
    expect([asked, stderr[0]]).toEqual([['Edit it again?'], expect.stringMatching(/^error: rate .* must be a number/)]);
  });

  it('mends a file that nothing else can read', async () => {
    const { config, read } = editing(['rate = 6\n'], 'rate = [');
    expect([await config('list'), await config('edit'), read()]).toEqual([2, 0, 'rate = 6\n']);
  });

  it.each<[string, readonly string[], World, number]>([
    ['somebody gives up', ['rate = ['], { answer: false }, 130],
    ['the editor fails', [], {}, 2],
    ['nothing was changed', [original], {}, 0],
    ['nobody is at a terminal', ['rate = 6'], { canAsk: false }, 2],
  ])('leaves the file as it was when %s', async (_, texts, options, code) => {
    const { config, read } = editing(texts, original, options);
    expect([await config('edit'), read()]).toEqual([code, original]);
  });
});

describe('config', () => {
  it('knows no other verb', async () => {
    const { code, said } = await run(['config', 'sett']);
    expect([code, said]).toEqual([2, expect.stringContaining('set')]);
  });
});
