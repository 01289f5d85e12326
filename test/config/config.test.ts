import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { parseDuration } from '../../src/config/settings.ts';
import { tempFolder } from '../context.ts';

interface Setup {
  readonly user?: string;
  readonly project?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, string>>;
  readonly mode?: number;
}

const sid = (letter: string) => `AC${letter.repeat(32)}`;

async function load({ user, project, env = {}, flags = {}, mode = 0o600 }: Setup): Promise<Config> {
  const folder = tempFolder();
  mkdirSync(join(folder, 'volley'));
  const userFile = join(folder, 'volley', 'config.toml');
  if (user !== undefined) writeFileSync(userFile, user);
  if (user !== undefined) chmodSync(userFile, mode);
  if (project !== undefined) writeFileSync(join(folder, 'volley.toml'), project, { mode: 0o644 });
  const { profile, config, envFile, ...settings } = flags;
  return loadConfig({
    env: { XDG_CONFIG_HOME: folder, ...env },
    cwd: folder,
    flags: { profile, config, envFile, settings },
  });
}

describe('where a value comes from', () => {
  const user = `country = "FR"\nrate = 5\naccount_sid = "${sid('1')}"\n[profiles.staging]\nrate = 6\naccount_sid = "${sid('2')}"`;
  const project = 'rate = 4';

  it.each<[string, Setup, 'rate' | 'country' | 'account_sid' | 'concurrency', unknown, RegExp]>([
    ['a flag', { user, project, flags: { rate: '3' } }, 'rate', 3, /^flag$/],
    ['the environment', { user, env: { TWILIO_ACCOUNT_SID: sid('3') } }, 'account_sid', sid('3'), /^environment$/],
    ['the project file', { user, project }, 'rate', 4, /volley\.toml$/],
    ['the user file', { user, project }, 'country', 'FR', /config\.toml$/],
    [
      'a profile of the user file',
      { user, env: { VOLLEY_PROFILE: 'staging' } },
      'rate',
      6,
      /^profile staging in .*config\.toml$/,
    ],
    [
      'a profile named on the command line, over the environment',
      { user, env: { TWILIO_ACCOUNT_SID: sid('3') }, flags: { profile: 'staging' } },
      'account_sid',
      sid('2'),
      /^profile staging/,
    ],
    [
      'the environment, over a profile of the environment',
      { user, env: { TWILIO_ACCOUNT_SID: sid('3'), VOLLEY_PROFILE: 'staging' } },
      'account_sid',
      sid('3'),
      /^environment$/,
    ],
    ['nowhere but here', {}, 'concurrency', 16, /^default$/],
    ['nowhere', {}, 'country', undefined, /^not set$/],
  ])('%s', async (_, setup, key, value, origin) => {
    const config = await load(setup);
    expect(config.get(key)).toBe(value);
    expect(config.origin(key)).toMatch(origin);
  });

  it('takes content variables as a table, too', async () => {
    const config = await load({ user: '[defaults.content_variables]\n1 = "{{ name }}"\n2 = 5' });
    expect(config.defaults).toEqual({ contentVariables: '{"1":"{{ name }}","2":"5"}' });
  });

  it('merges message defaults, the nearest first, in any spelling', async () => {
    const config = await load({
      user: '[defaults]\nfrom = "12345"\nValidityPeriod = 60',
      project: '[defaults]\nfrom = "54321"\nmedia_url = ["https://a/1", "https://a/2"]',
    });
    expect(config.defaults).toEqual({ from: '54321', validityPeriod: '60', mediaUrl: ['https://a/1', 'https://a/2'] });
    expect(config.defaultOrigins['from']).toMatch(/volley\.toml$/);
  });

  it('raises the limit of the validity period', async () => {
    expect((await load({ project: '[limits]\nvalidity_period = 36000' })).limits.validityPeriodSeconds).toBe(36_000);
  });

  it('takes the rate of each sender from the nearest place that has one', async () => {
    const user = '[rates]\n"+14155550199" = 1\n"MG1" = 80';
    expect((await load({ user, project: '[rates]\n"+14155550199" = 3' })).rates).toEqual({
      '+14155550199': 3,
      MG1: 80,
    });
    await expect(load({ user: '[rates]\n"MG1" = "fast"' })).rejects.toThrow(/rates\."MG1" must be a number from 0.01/);
  });

  it('reads a file of environment variables, which the real environment outranks', async () => {
    const file = join(tempFolder(), '.env');
    writeFileSync(file, `TWILIO_ACCOUNT_SID=${sid('4')}\nTWILIO_AUTH_TOKEN=secret\n`, { mode: 0o600 });
    expect((await load({ flags: { envFile: file } })).get('account_sid')).toBe(sid('4'));
    expect((await load({ flags: { envFile: file }, env: { TWILIO_ACCOUNT_SID: sid('5') } })).get('account_sid')).toBe(
      sid('5'),
    );
  });
});

describe('what is refused', () => {
  it.each<[string, Setup, RegExp]>([
    [
      'a secret that others can read',
      { user: 'auth_token = "x"', mode: 0o644 },
      /holds a secret and others can read it/,
    ],
    ['a secret in a project file that others can read', { project: 'auth_token = "x"' }, /volley\.toml holds a secret/],
    [
      'a secret in a profile that others can read',
      { user: '[profiles.a]\napi_secret = "x"', mode: 0o640 },
      /holds a secret/,
    ],
    [
      'an address in a project file',
      { project: 'api_url = "https://example.com"' },
      /may not be set by a project file/,
    ],
    ['a setting that does not exist', { user: 'rat = 5' }, /no setting rat/],
    ['a default that is a table', { user: '[defaults]\nfrom = { a = 1 }' }, /\[defaults\] from .* must be text/],
    ['a default in lists in lists', { user: '[defaults]\nmedia_url = [["a"]]' }, /media_url .* must be text/],
    ['variables in tables in tables', { user: '[defaults]\ncontent_variables = { a = { b = 1 } }' }, /must be text/],
    ['a default that is no parameter', { user: '[defaults]\nform = "1"' }, /no message parameter form/],
    ['broken TOML', { user: 'rate = ' }, /not valid TOML/],
    ['a profile that does not exist', { user: '', flags: { profile: 'nope' } }, /no profile nope/],
    ['a named file that does not exist', { flags: { config: '/nowhere.toml' } }, /Cannot read \/nowhere\.toml/],
    ['http to another machine', { flags: { api_url: 'http://example.com' } }, /must be https/],
    ['credentials in an address', { flags: { api_url: 'https://a:b@example.com' } }, /plain web address/],
    ['an address without a host', { user: 'callback_url = "https:///x"' }, /callback_url .*is not a web address/],
    ['a host that cannot be', { env: { VOLLEY_CALLBACK_URL: 'https://-example.com' } }, /no host name that can exist/],
    ['a password for callbacks', { user: 'callback_url = "https://a:b@e.com/"' }, /user name or password/],
    ['a query behind callbacks', { user: 'callback_url = "https://e.com/?a"' }, /without a query/],
    ['a server that cannot be', { flags: { api_url: 'https://example..com' } }, /no host name that can exist/],
    ['a rate of nothing', { flags: { rate: '0' } }, /rate \(flag\) must be a number from/],
    ['a concurrency that is no number', { flags: { concurrency: 'many' } }, /must be a whole number/],
    [
      'an account that is none',
      { env: { TWILIO_ACCOUNT_SID: 'AC1' } },
      /account_sid \(environment\) is not a SID of the form AC/,
    ],
    ['a country that is none', { flags: { country: 'USA' } }, /two letters/],
    ['a limit that does not exist', { user: '[limits]\nvalidty_period = 60' }, /knows no validty_period/],
    ['a time-out of nothing', { user: 'timeout = "0"' }, /timeout \(.*\) must be a time from 100ms to 10m/],
    ['a validity limit above Twilio’s', { user: '[limits]\nvalidity_period = 36001' }, /1 to 36000/],
  ])('%s', async (_, setup, message) => {
    await expect(load(setup)).rejects.toThrow(message);
  });
});

it.each(['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:1', 'https://api.example.com/twilio/'])(
  'takes %s as server',
  async (url) => {
    expect((await load({ flags: { api_url: url } })).get('api_url')).toBe(url.replace(/\/$/, ''));
  },
);

it.each([
  ['30s', 30_000],
  ['10m', 600_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['5', 5000],
])('reads %s as %i ms', (text, ms) => expect(parseDuration(text)).toEqual({ value: ms }));

it.each(['soon', '-1s', '5 parsecs', ''])('does not read %j as a time', (text) =>
  expect(parseDuration(text)).toHaveProperty('problem'),
);
