import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { CliError } from '../../src/errors.ts';
import { from, testContext, type World } from '../context.ts';
import { person, type Reaction } from '../person.ts';

const account = `AC${'c'.repeat(32)}`;
const key = `SK${'d'.repeat(32)}`;
const secret = 'canary-9a1b';
const none = { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '' };

/** A machine on which nobody is logged in. */
function machine(world: World = {}) {
  const made = testContext({ ...world, env: { ...none, ...world.env } });
  const volley = (...argv: string[]) => main(argv, made.context);
  const kept = join(made.folder, '.config/volley/credentials.toml');
  const printed = () => [...made.stdout, ...made.stderr].join('\n');
  return { ...made, volley, kept, printed };
}

const withToken = ['login', '--account-sid', account, '--secret-stdin'];
const withKey = [...withToken, '--api-key', key];
const send = ['send', '--to', '+14155550100', '--from', from, '--body', 'Hi'];

describe('login', () => {
  it.each<[string, readonly string[], string]>([
    ['an auth token', withToken, account],
    ['an API key', withKey, key],
  ])('keeps %s in the keyring, and every command uses it', async (_, argv, user) => {
    const { volley, connections, kept, secrets, printed } = machine({ stdin: `${secret}\n` });
    expect(await volley(...argv)).toBe(0);
    expect([...secrets.values()]).toEqual([secret]);
    expect(readFileSync(kept, 'utf8')).not.toContain(secret);
    expect(await volley(...send)).toBe(0);
    expect(connections.at(-1)?.credentials).toEqual({ accountSid: account, user, secret });
    expect(printed()).not.toContain(secret);
  });

  it('keeps it in a file for its user only where there is no keyring', async () => {
    const { volley, connections, kept, printed } = machine({ stdin: secret, hasKeyring: false });
    expect(await volley(...withKey)).toBe(0);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(printed()).toContain(kept);
    await volley(...send);
    expect(connections.at(-1)?.credentials).toEqual({ accountSid: account, user: key, secret });
    expect(printed()).not.toContain(secret);
  });

  it('keeps one for each profile', async () => {
    const { volley, connections, stderr } = machine({ stdin: secret });
    expect(await volley(...withToken, '--profile', 'staging')).toBe(0);
    expect(await volley(...send)).toBe(4);
    expect(stderr.join('\n')).toMatch(/No Twilio account is configured\.\nhint: Log in with: volley login/);
    expect(await volley(...send, '--profile', 'staging')).toBe(0);
    expect(connections.at(-1)?.credentials.accountSid).toBe(account);
  });

  it('keeps nothing that Twilio refuses', async () => {
    const made = machine({ stdin: secret });
    const refused = () => Promise.reject(new CliError('credentials', 'Twilio refused the credentials.'));
    const context = {
      ...made.context,
      connect: async (options: Parameters<typeof made.context.connect>[0]) => ({
        ...(await made.context.connect(options)),
        account: refused,
      }),
    };
    expect(await main(withToken, context)).toBe(4);
    expect(made.printed()).toContain('error: Twilio refused the credentials.');
    expect([existsSync(made.kept), made.secrets.size]).toEqual([false, 0]);
  });

  it('asks for what it was not told, and shows no secret', async () => {
    const reactions: Reaction[] = [
      ['Account SID', 'AC1', '<enter>', '<backspace>', 'c'.repeat(32), '<enter>'],
      ['With what', '<enter>'],
      ['API key', key, '<enter>'],
      ['Its secret', secret, '<enter>'],
    ];
    const { ask, screens } = person(...reactions);
    const { volley, secrets } = machine({ canAsk: true, ask });
    expect(await volley('login')).toBe(0);
    expect([...secrets]).toEqual([[`${account}/${key}`, secret]]);
    expect(screens.join('\n')).not.toContain(secret);
  });

  it('needs a terminal or the flags', async () => {
    const { volley, printed } = machine();
    expect(await volley('login')).toBe(2);
    expect(printed()).toContain('--secret-stdin');
    expect(await volley('login', '--account-sid', 'AC1', '--secret-stdin')).toBe(2);
    expect(printed()).toMatch(/--account-sid AC1 must be|AC and 32 hexadecimal/);
  });
});

describe('logout', () => {
  it('forgets what was kept, file and keyring', async () => {
    const { volley, secrets, printed } = machine({ stdin: secret });
    await volley(...withKey);
    expect(await volley('logout')).toBe(0);
    expect(secrets.size).toBe(0);
    expect(await volley(...send)).toBe(4);
    expect(await volley('logout')).toBe(2);
    expect(printed()).toContain('Nobody is logged in here.');
  });
});

describe('whoami', () => {
  it('leaves in the keyring what another profile is logged in with, and says when it stays there', async () => {
    const { volley, secrets, printed, kept } = machine({ stdin: `${secret}\n` });
    await volley(...withToken);
    appendFileSync(kept, `[profiles.twin]\naccount_sid = "${account}"\nkeyring = true\n`);
    expect(await volley('logout', '--profile', 'twin')).toBe(0);
    expect([...secrets.values()]).toEqual([secret]);
    secrets.clear();
    expect(await volley('logout')).toBe(0);
    expect(printed()).toContain('The keyring did not give up the secret');
  });

  it('says whose credentials are in use, and where they come from', async () => {
    const { volley, stdout, kept } = machine({ stdin: secret });
    await volley(...withKey);
    expect(await volley('whoami')).toBe(0);
    expect(stdout.at(-1)).toBe(`Test (AC), with API key ${key}, from ${kept}.`);
  });
});

describe('credential_command', () => {
  const config = (command: string) => `account_sid = "${account}"\ncredential_command = ${JSON.stringify(command)}\n`;

  it('fetches the secret of a profile, whatever token the environment has for another account', async () => {
    const env = { TWILIO_ACCOUNT_SID: `AC${'b'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'of-another-account' };
    const { volley, file, connections } = machine({ env });
    const own = file('own.toml', `[profiles.staging]\n${config(`echo ${secret}`)}`);
    expect(await volley(...send, '--config', own, '--profile', 'staging')).toBe(0);
    expect(connections.at(-1)?.credentials).toEqual({ accountSid: account, user: account, secret });
  });

  it('fetches the secret when it is needed', async () => {
    const { volley, file, connections } = machine();
    const own = file('own.toml', config(`printf '${secret}\\n'`));
    expect(await volley(...send, '--config', own)).toBe(0);
    expect(connections.at(-1)?.credentials.secret).toBe(secret);
  });

  it('that fails is named, and what it said is not shown', async () => {
    const { volley, file, printed } = machine();
    const own = file('own.toml', config(`echo ${secret} >&2; exit 3`));
    expect(await volley(...send, '--config', own)).toBe(4);
    expect(printed()).toContain('credential_command printed no secret');
    expect(printed()).not.toContain(secret);
  });

  it('is not run for a project file, which may come from anywhere', async () => {
    const { volley, file, printed } = machine();
    file('volley.toml', config('touch owned'));
    expect(await volley(...send)).toBe(2);
    expect(printed()).toContain('credential_command may not be set by a project file');
  });
});
