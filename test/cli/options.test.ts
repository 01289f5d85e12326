import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { choice, list, option, pairs, required, toggle } from '../../src/cli/options/option.ts';
import { count, duration, port, share, text, timeAhead, timeBack } from '../../src/cli/options/parsers.ts';
import { absent, readOptions, readSettings } from '../../src/cli/options/read.ts';
import { aroundSending, sending } from '../../src/cli/options/sending.ts';
import { lastOf, spellSwitches } from '../../src/cli/options/switches.ts';
import { sid } from '../../src/core/sid.ts';
import { from, recipients, testContext, type World } from '../context.ts';

const to = '+14155550100';
const service = `MG${'a'.repeat(32)}`;

function world(options: World = {}) {
  const made = testContext(options);
  const volley = (...argv: string[]) => main(argv, made.context);
  const list = made.file('list.csv', recipients(2));
  const said = () => made.stderr.join('\n');
  return { ...made, volley, list, said, hasLedger: () => existsSync(made.ledgerPath) };
}

describe('a parser', () => {
  it.each<[string, { parse: (given: string, nowMs: number) => object; given: string }, unknown]>([
    ['any text', { parse: text, given: ' a ' }, ' a '],
    ['a count', { parse: count, given: '12' }, 12],
    ['a share', { parse: share, given: '2.5%' }, 0.025],
    ['all of it', { parse: share, given: '100%' }, 1],
    ['a port', { parse: port, given: '0' }, 0],
    ['a time', { parse: timeAhead, given: '2026-12-24T20:00:00+01:00' }, Date.parse('2026-12-24T19:00:00Z')],
    ['a day', { parse: timeBack, given: '2028-02-29' }, { day: '2028-02-29' }],
    ['a duration', { parse: duration('1s', '1h'), given: '1h' }, 3_600_000],
    ['a SID', { parse: sid('AC'), given: `AC${'0'.repeat(32)}` }, `AC${'0'.repeat(32)}`],
  ])('takes %s', (_, { parse, given }, value) => expect(parse(given, 0)).toEqual({ value }));

  it.each<[string, (given: string, nowMs: number) => object, string[]]>([
    ['no text', text, ['', ' ', '\t']],
    ['a count', count, ['', '0', '-1', '1.5', '1e3', 'few', '0x1', '99999999999']],
    ['a share', share, ['', 'abc', '10', '150%', '100.1%', '-1%', '%', '1e1%']],
    ['a port', port, ['', '-1', '65536', 'http', '1.5']],
    ['a time', timeAhead, ['', 'soon', '2026-12-24', '2026-12-24T20:00:00', '2026-02-31T20:00:00Z']],
    ['a day', timeBack, ['', 'tomorrow', '2026-02-29', '2026-00-01', '26-01-01']],
    ['a duration', duration('1s', '1h'), ['', 'soon', '0', '999ms', '61m', '-1s', '1 week', 'NaN', 'Infinity']],
    ['a SID', sid('AC'), ['', 'AC1', `SK${'0'.repeat(32)}`]],
  ])('says what is wrong with what is not %s', (_, parse, wrong) => {
    for (const given of wrong)
      expect(parse(given, 0), given).toEqual(expect.objectContaining({ problem: expect.any(String) }));
  });
});

describe('a table', () => {
  const table = {
    file: option('[file]', '', text),
    limit: option('--limit <n>', '', count),
    lines: option('--lines <n>', '', count, 20),
    maps: list('--map <x>', '', text),
    fields: pairs('--field <name=value>', ''),
    color: choice('--color <when>', '', ['auto', 'never']),
    yes: toggle('--yes', ''),
    storeBody: toggle('--no-store-body', ''),
  };

  it('is read whole: what is not given is there, too', () => {
    expect(absent(table)).toEqual({
      ...{ file: undefined, limit: undefined, lines: 20, maps: [], fields: {}, color: undefined, yes: false },
      storeBody: true,
    });
  });

  it('gives each value its type; a misspelt name does not compile', () => {
    const values = readOptions(
      table,
      { limit: ['3'], map: ['a=b', 'c'], field: ['x=1', 'y=a=b'], storeBody: false },
      0,
    );
    const limit: number | undefined = values.limit;
    const lines: number = values.lines;
    const color: 'auto' | 'never' | undefined = values.color;
    // @ts-expect-error there is no such option
    expect(values.limt).toBeUndefined();
    expect([limit, lines, color, values.maps, values.fields, values.storeBody]).toEqual([
      ...[3, 20, undefined, ['a=b', 'c'], { x: '1', y: 'a=b' }, false],
    ]);
  });

  it('leaves settings to the config, checked', () => {
    expect(readOptions(sending, { rate: ['5'] }, 0)).not.toHaveProperty('rate');
    expect(readSettings(sending, { rate: ['5'], timeout: ['30s'] })).toEqual({ rate: '5', timeout: '30s' });
    expect(() => readSettings(sending, { rate: ['0'] })).toThrow(/^--rate 0 must be a number from 0.01 to 10000\.$/);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ limit: ['few'] }, '--limit few is not a whole number above 0.'],
    [{ limit: [''] }, '--limit "" is not a whole number above 0.'],
    [{ file: '' }, 'file is empty.'],
    [{ field: ['x'] }, '--field x is not name=value.'],
    [{ field: ['x=1', 'x=2'] }, '--field gives x twice.'],
    [{ color: ['pink'] }, '--color pink must be auto or never.'],
  ])('%j is refused with flag, value and what is right', (bag, message) => {
    expect(() => readOptions(table, bag, 0)).toThrow(expect.objectContaining({ code: 'usage', message }));
  });

  it('asks for what has to be given', () => {
    expect(() => absent({ age: required('--older-than <time>', '', text) })).toThrow('--older-than has to be given.');
  });
});

describe('a switch', () => {
  const table = {
    ...aroundSending,
    breaker: toggle('--no-breaker', ''),
    verbose: toggle('-v, --verbose', ''),
    feedback: { ...toggle('--provide-feedback', ''), takesWord: true },
    body: option('-b, --body <text>', '', text),
  };

  it.each<[string, string]>([
    ['--wait', '--wait'],
    ['--wait=true', '--wait'],
    ['--wait=FALSE', '--no-wait'],
    ['--no-wait', '--no-wait'],
    ['--no-breaker=false', '--breaker'],
    ['--provide-feedback list.csv', '--provide-feedback list.csv'],
    ['--provide-feedback false list.csv', '--no-provide-feedback list.csv'],
    ['--wait true', '--wait true'],
    ['--body --wait=false', '--body --wait=false'],
    ['-b --wait=false', '-b --wait=false'],
    ['--body=x --wait=false', '--body=x --no-wait'],
    ['-- --wait=false', '-- --wait=false'],
    ['-v', '-v'],
  ])('%s is %s', (given, spelt) => expect(spellSwitches(given.split(' '), table)).toEqual(spelt.split(' ')));

  it.each(['--wait=maybe', '--wait=', '--no-breaker=1'])('%s is refused', (given) => {
    expect(() => spellSwitches([given], table)).toThrow(/must be true or false/);
  });
});

describe('what is wrong is refused before anything happens', () => {
  const message = ['--from', from, '--body', 'Hi'];
  const commands: Record<string, string[]> = {
    send: ['send', '--to', to, ...message],
    batch: ['batch', 'list.csv', ...message, '--yes'],
    stream: ['stream', ...message],
    resume: ['resume', 'c'],
    reconcile: ['reconcile', 'c'],
    track: ['track', 'c'],
    messages: ['messages', 'list'],
    purge: ['purge', '--yes', '--older-than', '30d'],
  };

  it.each<[string, string[], RegExp]>([
    ['send', ['--wait', '--for', 'soon'], /--for soon must be a time/],
    ['send', ['--for', '0'], /--for 0 must be a time from 1s to 7d/],
    ['send', ['--undo', 'soon'], /--undo soon must be a time/],
    ['send', ['--undo', '2d'], /--undo 2d must be a time from 0s to 1h/],
    ['send', ['--limit', 'few'], /--limit few is not a whole number/],
    ['send', ['--limit', ''], /--limit "" is not/],
    ['send', ['--timeout', '0'], /--timeout 0 must be a time from 100ms to 10m/],
    ['send', ['--timeout', '30d'], /--timeout 30d must be a time from 100ms to 10m/],
    ['send', ['--settle', '2d'], /--settle 2d must be/],
    ['send', ['--retry-for', '30d'], /--retry-for 30d must be/],
    ['send', ['--max-duration', '0s'], /--max-duration 0s must be/],
    ['send', ['--not-after', 'tomorrow'], /--not-after tomorrow is not a time with its zone/],
    ['send', ['--max-cost', 'much'], /--max-cost much must be a number/],
    ['send', ['--rate', '0'], /--rate 0 must be/],
    ['send', ['--concurrency', '1.5'], /--concurrency 1.5 must be a whole number/],
    ['send', ['--on-unknown', 'guess'], /--on-unknown guess must be hold or resend/],
    ['send', ['--validity-period', ''], /--validity-period is empty/],
    ['send', ['--campaign', ' '], /--campaign is empty/],
    ['send', ['--output', 'xml'], /--output xml must be ndjson/],
    ['send', ['--quiet=perhaps'], /--quiet perhaps must be true or false/],
    ['batch', ['--limit', 'few'], /--limit few/],
    ['batch', ['--undo', 'soon'], /--undo soon/],
    ['batch', ['--wait', '--for', 'soon'], /--for soon/],
    ['batch', ['--max-invalid', 'abc'], /--max-invalid abc is not a share from 0% to 100%/],
    ['batch', ['--max-invalid', '150%'], /--max-invalid 150% is not a share/],
    ['batch', ['--sample', '0'], /--sample 0/],
    ['batch', ['--test-to', '555'], /--test-to 555 is not a phone number/],
    ['batch', ['--encoding', 'klingon'], /--encoding klingon is no encoding/],
    ['batch', ['--delimiter', '"'], /--delimiter " is a quote or a line break/],
    ['batch', ['--map', 'phone'], /--map phone is not name=column/],
    ['batch', ['--country', 'XX'], /no country XX/],
    ['batch', ['--quiet-hours', 'night'], /--quiet-hours night/],
    ['batch', ['--max-segments', '0'], /--max-segments 0 must be/],
    ['batch', ['--template', 'nowhere.liquid', '--body', 'x'], /given twice|not both/],
    ['stream', ['--limit', 'few'], /--limit few/],
    ['stream', ['--country', 'XX'], /no country XX/],
    ['resume', ['--limit', 'few'], /--limit few/],
    ['resume', ['--timeout', '0'], /--timeout 0/],
    ['reconcile', ['--settle', 'long'], /--settle long must be a time/],
    ['track', ['--for', 'soon'], /--for soon/],
    ['messages', ['--limit', 'few'], /--limit few/],
    ['messages', ['--until', '2026-02-30'], /--until 2026-02-30 is not a day/],
    ['purge', ['--older-than', '-1d'], /--older-than -1d must be a time/],
  ])('%s %j', async (command, argv, problem) => {
    const { volley, sent, connections, said, hasLedger } = world({ stdin: `{"id":"1","to":"${to}"}\n` });
    expect(await volley(...(commands[command] ?? []), ...argv)).toBe(2);
    expect(said()).toMatch(problem);
    expect([sent, connections, hasLedger()]).toEqual([[], [], false]);
  });

  it('also where the config says so', async () => {
    const { volley, file, said, hasLedger } = world();
    file('volley.toml', '[limits]\nvalidity_perod = 7200\n');
    expect(await volley('send', '--to', to, ...message)).toBe(2);
    expect(said()).toMatch(/\[limits\] knows no validity_perod[\s\S]*Did you mean validity_period/);
    expect(hasLedger()).toBe(false);
  });
});

describe('a parameter that is wrong for all messages', () => {
  const commands = [['check', 'list.csv'], ['batch', 'list.csv', '--yes'], ['stream']];
  const everyWay: [string, { flags?: string[]; config?: string; template?: string }, RegExp][] = [
    [
      'a flag',
      { flags: ['--validity-period', '99999'] },
      /--validity-period "99999" must be whole seconds from 1 to 14400/,
    ],
    ['an empty flag', { flags: ['--validity-period', ''] }, /--validity-period is empty/],
    ['a sender', { flags: ['--from', '+1'] }, /--from "\+1" is not a phone number/],
    ['one address of two', { flags: ['--media-url', 'https://a.example/1', '--media-url', 'a'] }, /--media-url "a"/],
    [
      '[defaults]',
      { config: '[defaults]\nrisk_check = "perhaps"' },
      /\[defaults\] risk_check \(.*volley\.toml\) "perhaps"/,
    ],
    ['front matter', { template: '---\nvalidity_period: 0\n---\nHi' }, /validity_period in .*t\.liquid "0" must be/],
    ['[templates]', { config: '[templates]\nw = "---\\nattempt: none\\n---\\nHi"' }, /attempt in template w "none"/],
  ];
  const cases = commands.flatMap((command) =>
    everyWay.map(([name, ...rest]) => [command.join(' '), name, ...rest] as const),
  );

  it.each(cases)(
    '%s: %s is a usage error, said once',
    async (command, _, { flags = [], config, template }, problem) => {
      const { volley, file, said, sent, stderr, hasLedger } = world({ stdin: `{"id":"1","to":"${to}"}\n` });
      if (config !== undefined) file('volley.toml', config);
      const words = template === undefined ? ['--body', 'Hi'] : ['--template', file('t.liquid', template)];
      const sender = flags.includes('--from') ? [] : ['--from', from];
      expect(await volley(...command.split(' '), ...sender, ...words, ...flags)).toBe(2);
      expect(said()).toMatch(problem);
      expect(stderr.filter((line) => line.startsWith('error: '))).toHaveLength(1);
      expect([sent, hasLedger()]).toEqual([[], false]);
    },
  );

  it('is one also when it cannot go with what rows bring', async () => {
    const { volley, list, file, said } = world();
    const flags = ['--from', from, '--body', 'Hi', '--send-at', '+2h', '--yes'];
    expect(await volley('batch', list, ...flags)).toBe(2);
    expect(said()).toMatch(/--send-at "\+2h" needs a messaging service/);
    const withService = file('s.csv', `to,messaging_service_sid\n${to},${service}\n`);
    expect(await volley('batch', withService, ...flags)).toBe(0);
  });

  it('is a wrong row when a row brings it', async () => {
    const { volley, file } = world();
    const mixed = file('m.csv', `to,validity_period\n${to},99999\n+14155550101,60\n`);
    expect(await volley('batch', mixed, '--from', from, '--body', 'Hi', '--yes')).toBe(3);
  });
});

describe('a switch of a message', () => {
  const send = ['send', '--to', to, '--from', from, '--body', 'Hi'];

  it.each<[string[], boolean | undefined]>([
    [['--provide-feedback'], true],
    [['--provide-feedback', '--quiet'], true],
    [['--provide-feedback', 'true'], true],
    [['--provide-feedback', 'false'], false],
    [['--provide-feedback=true'], true],
    [['--provide-feedback=false'], false],
    [['--no-provide-feedback'], false],
    [[], undefined],
  ])('%j', async (flags, value) => {
    const { volley, sent } = world();
    expect(await volley(...send, ...flags)).toBe(0);
    expect(sent[0]?.provideFeedback).toBe(value);
  });

  it('does not swallow what stands after it', async () => {
    const { volley, list, sent } = world();
    expect(await volley('batch', '--provide-feedback', list, '--from', from, '--body', 'Hi', '--yes=true')).toBe(0);
    expect(sent.map(({ provideFeedback }) => provideFeedback)).toEqual([true, true]);
  });

  it('of ours can be taken back', async () => {
    const { volley, stdout } = world();
    expect(await volley(...send, '--json', '--json=false', '--no-quiet')).toBe(0);
    expect(stdout[0]).toMatch(/^✓ accepted/);
  });
});

describe('--param', () => {
  it.each([
    'To',
    'to',
    't_o',
    'Body',
    'MessagingServiceSid',
    'media-url',
    'MediaUrl2',
    'ContentVariables',
    'AccountSid',
  ])('does not take %s, which has a flag', async (name) => {
    const { volley, sent, said, hasLedger } = world();
    expect(await volley('send', '--to', to, '--from', from, '--body', 'Hi', '--param', `${name}=x`)).toBe(2);
    expect(said()).toMatch(/--param .*=x is a parameter that has a flag of its own[\s\S]*Give it as --/);
    expect([sent, hasLedger()]).toEqual([[], false]);
  });
});

it('what workers are to send needs a shared ledger, and makes no other', async () => {
  const { volley, list, said, sent, hasLedger } = world();
  expect(await volley('batch', list, '--from', from, '--body', 'Hi', '--enqueue', '--yes')).toBe(2);
  expect(said()).toMatch(/needs a ledger that all of them reach/);
  expect([sent, hasLedger()]).toEqual([[], false]);
});

describe('the text of send', () => {
  const send = ['send', '--to', to, '--from', from];

  it('with fields in it is refused, unless it is meant so', async () => {
    const { volley, sent, said, hasLedger } = world();
    expect(await volley(...send, '--body', 'Hi {{ name }}')).toBe(2);
    expect(said()).toMatch(/which people would read[\s\S]*--template FILE --field NAME=VALUE[\s\S]*--literal/);
    expect(hasLedger()).toBe(false);
    expect(await volley(...send, '--body', 'Hi {{ name }}', '--literal')).toBe(0);
    expect(sent.map(({ body }) => body)).toEqual(['Hi {{ name }}']);
  });

  it('does not send content variables that nobody fills, unless that is meant', async () => {
    const { volley, file, sent } = world();
    const content = ['send', '--to', to, '-m', service, '--content-sid', `HX${'a'.repeat(32)}`];
    file('volley.toml', '[defaults.content_variables]\n1 = "{{ name }}"\n');
    expect(await volley(...content)).toBe(2);
    expect(await volley(...content, '--content-variable', '1={{ name }}')).toBe(2);
    expect(await volley(...content, '--content-variable', '1=Ada')).toBe(0);
    expect(await volley(...content, '--literal')).toBe(0);
    expect(sent.map(({ contentVariables }) => contentVariables)).toEqual(['{"1":"Ada"}', '{"1":"{{ name }}"}']);
  });

  it('fills content variables of [defaults] by row, as those of the flag', async () => {
    const { volley, file, list, sent } = world();
    file(
      'volley.toml',
      `[defaults]\ncontent_sid = "HX${'a'.repeat(32)}"\ncontent_variables = '{"1":"{{ name }}","2":"x"}'\n`,
    );
    expect(await volley('batch', list, '-m', service, '--yes', '--limit', '1')).toBe(8);
    expect(sent.map(({ contentVariables }) => contentVariables)).toEqual(['{"1":"Ada 0","2":"x"}']);
  });

  it.each([['--media-url'], ['--status-callback']])('refuses a field in %s, which only --map fills', async (flag) => {
    const { volley, list, said, sent } = world();
    expect(await volley('batch', list, '--from', from, '--body', 'Hi', flag, 'https://e.com/{{name}}', '--yes')).toBe(
      2,
    );
    expect(said()).toMatch(/has \{\{ \}\} in it, and only texts are filled[\s\S]*--map/);
    expect(sent).toEqual([]);
  });

  it('is refused from standard input, a file and the config as well', async () => {
    const { volley, file, sent } = world({ stdin: 'Hi {% if x %}' });
    expect(await volley(...send, '--body', '-')).toBe(2);
    expect(await volley(...send, '--body-file', file('b.txt', 'Hi {{ x }}'))).toBe(2);
    file('volley.toml', '[defaults]\nbody = "Hi {{ x }}"\n');
    expect(await volley(...send)).toBe(2);
    expect(sent).toEqual([]);
  });

  it('comes from a template with fields, its front matter and its filters', async () => {
    const { volley, file, sent } = world();
    const template = file(
      'r.liquid',
      '---\nvalidity_period: 60\nplace: here\n---\nHi {{ first_name | name }}, {{ place }}.\n',
    );
    expect(await volley(...send, '--template', template, '--field', 'First-Name=ADA')).toBe(0);
    file('volley.toml', '[templates]\nwelcome = "Hi {{ x }}"\n');
    expect(await volley(...send, '--template', 'welcome', '--field', 'x={{ y }}')).toBe(0);
    expect(sent).toMatchObject([{ body: 'Hi Ada, here.', validityPeriod: 60 }, { body: 'Hi {{ y }}' }]);
  });

  it.each<[string, string[], RegExp]>([
    ['a field that is missing', [], /needs first_name[\s\S]*--field first_name=VALUE/],
    ['a field that is empty', ['--field', 'first_name='], /needs first_name/],
    ['a field that it does not name', ['--field', 'first_name=A', '--field', 'nmae=x'], /has no \{\{ nmae \}\}/],
    ['a field without a value', ['--field', 'first_name'], /--field first_name is not name=value/],
    ['a text beside it', ['--field', 'first_name=A', '--body', 'Hi'], /--body or --template, not both/],
  ])('is refused for %s', async (_, argv, problem) => {
    const { volley, file, sent, said, hasLedger } = world();
    expect(await volley(...send, '--template', file('r.liquid', 'Hi {{ first_name }}'), ...argv)).toBe(2);
    expect(said()).toMatch(problem);
    expect([sent, hasLedger()]).toEqual([[], false]);
  });

  it('takes fields for a template only', async () => {
    const { volley, said } = world();
    expect(await volley(...send, '--body', 'Hi', '--field', 'x=1')).toBe(2);
    expect(said()).toMatch(/--field fills a --template/);
  });
});

describe('the same messages again', () => {
  const message = ['--from', from, '--body', 'Hi {{ name }}'];

  it('are foretold by check, --dry-run and --plan', async () => {
    const { volley, list, folder, clock, stdout } = world();
    await volley('batch', list, ...message, '--yes');
    clock.now += 300_000;
    stdout.length = 0;
    for (const argv of [
      ['check', list],
      ['batch', list, '--dry-run'],
      ['batch', list, '--plan', join(folder, 'p')],
    ]) {
      expect(await volley(...argv, ...message)).toBe(0);
      expect(stdout.splice(0).join(' ').replace(/\s+/g, ' ')).toMatch(
        /same messages were sent 5 min 0 s ago, as list-\S+ a batch now would be refused, unless --again/,
      );
    }
    await volley('check', list, ...message, '--json');
    expect(JSON.parse(stdout.splice(0).join(''))).toMatchObject({
      sameInput: { campaign: expect.stringMatching(/^list-/), at: '2026-11-23T10:00:00.000Z', pending: 0 },
    });
    for (const argv of [
      ['--campaign', 'x'],
      ['--test-to', to],
    ]) {
      await volley('check', list, ...message, '--json', ...argv);
      expect(JSON.parse(stdout.splice(0).join(''))).toMatchObject({ sameInput: null });
    }
  });

  it('are foretold as gone on with where an earlier run left some', async () => {
    const { volley, list, stdout } = world();
    await volley('batch', list, ...message, '--yes', '--limit', '1');
    stdout.length = 0;
    await volley('check', list, ...message);
    expect(stdout.join(' ').replace(/\s+/g, ' ')).toMatch(/a batch now would go on there, with 1 to send/);
  });

  it('of a plan are sent with --again, as its refusal says', async () => {
    const { volley, list, folder, sent, said } = world();
    const plan = join(folder, 'plan.json');
    await volley('batch', list, ...message, '--plan', plan);
    expect(await volley('batch', '--apply', plan, '--yes')).toBe(0);
    expect(await volley('batch', '--apply', plan, '--yes')).toBe(6);
    expect(said()).toMatch(/add --again/);
    expect(await volley('batch', '--apply', plan, '--yes', '--again')).toBe(0);
    expect(sent).toHaveLength(4);
  });
});

describe('a plan file', () => {
  const planned = async () => {
    const made = world();
    const plan = join(made.folder, 'plan.json');
    const template = made.file('t.liquid', 'Hi {{ name }}');
    const options = ['--from', from, '--template', template, '--sample', '1', '--country', 'US', '--no-store-body'];
    await made.volley(
      'batch',
      made.list,
      ...options,
      '--param',
      'New=1',
      '--map',
      'name=name',
      '--plan',
      plan,
      '--rate',
      '5',
    );
    return { ...made, plan, template };
  };

  it('keeps what is sent to whom, under names of its own', async () => {
    const { plan, list, template } = await planned();
    expect(JSON.parse(readFileSync(plan, 'utf8'))).toMatchObject({
      schema: 'volley.plan-file/2',
      options: {
        ...{
          file: list,
          campaign: null,
          again: false,
          settings: { country: 'US' },
          message: { from },
          extra: { New: '1' },
        },
        input: { maps: ['name=name'], template, key: null, sample: 1, maxInvalid: 0.5 },
        protection: { asciiPunctuation: false, storeBody: false },
      },
    });
  });

  it('is sent with all of it', async () => {
    const { volley, plan, sent } = await planned();
    expect(await volley('batch', '--apply', plan, '--yes')).toBe(0);
    expect(sent).toMatchObject([{ from, body: 'Hi Ada 0', extra: { New: '1' } }]);
  });

  it.each<[string[], string]>([
    [['--country', 'US'], '--country'],
    [['--sample', '2'], '--sample'],
    [['--no-store-body'], '--no-store-body'],
    [['--provide-feedback'], '--provide-feedback'],
    [['--campaign', 'x'], '--campaign'],
  ])('is not sent with %j beside it', async (flags, named) => {
    const { volley, plan, said } = await planned();
    expect(await volley('batch', '--apply', plan, '--yes', ...flags)).toBe(2);
    expect(said()).toContain(`so ${named} cannot be given with it`);
  });

  it.each<[string, (file: { options: Record<string, unknown>; schema: string }) => void, RegExp]>([
    ['of an earlier version', (file) => Object.assign(file, { schema: 'volley.plan-file/1' }), /schema is not volley/],
    ['without options', (file) => Object.assign(file, { options: null }), /has no options/],
    ['with another kind of value', (file) => Object.assign(file.options, { again: 'yes' }), /options\.again is wrong/],
    [
      'with a parameter that is none',
      (file) => Object.assign(file.options, { message: { form: 'x' } }),
      /message is wrong/,
    ],
    ['with a second To', (file) => Object.assign(file.options, { extra: { To: '+1' } }), /extra is wrong/],
  ])('%s is refused', async (_, change, problem) => {
    const { volley, plan, sent, said } = await planned();
    const file = JSON.parse(readFileSync(plan, 'utf8'));
    change(file);
    writeFileSync(plan, JSON.stringify(file));
    expect(await volley('batch', '--apply', plan, '--yes')).toBe(2);
    expect(said()).toMatch(problem);
    expect(sent).toEqual([]);
  });
});

describe('what is said of a command line that cannot be read', () => {
  it.each<[string, boolean | undefined]>([
    ['', undefined],
    ['--json', true],
    ['--json=FALSE', false],
    ['--no-json', false],
    ['--json --no-json', false],
    ['--no-json --json=true', true],
    ['--no-json=false', true],
    ['--jsonl', undefined],
  ])('heeds %j', (argv, isOn) => expect(lastOf(argv.split(' '), 'json')).toBe(isOn));

  it.each([
    [['--show-pii'], to],
    [['--show-pii=true'], to],
    [['--show-pii', '--no-show-pii'], '+1415•••0100'],
    [[], '+1415•••0100'],
  ])('shows a number with %j as %s', async (flags, number) => {
    const { volley, said } = world();
    expect(await volley('batch', 'x.csv', '--limit', to, ...flags)).toBe(2);
    expect(said()).toContain(`--limit ${number} `);
  });

  it.each([
    ['send', '--status-callback', 'https://u:hush@a.example/', '--status-callback', 'https://u:hush@b.example/'],
    ['report', 'x', '--api-url', 'https://u:hush@example.com'],
    ['listen', '--public-url', 'https://u:hush@example.com'],
  ])('holds no password: %s %s', async (...argv) => {
    const { volley, said } = world();
    expect(await volley(...argv)).toBe(2);
    expect(said()).toMatch(/https:\/\/•••@/);
    expect(said()).not.toContain('hush');
  });
});

describe('at a terminal', () => {
  it.each<[string, RegExp]>([
    ['--version', /^\d+\.\d+\.\d+/],
    ['--no-input', /Start here:/],
    ['--input=false', /Start here:/],
  ])('%s opens no menu', async (flag, shown) => {
    const { context, stdout } = testContext();
    const terminal = { ...context.terminal, canAsk: true };
    expect(await main([flag], { ...context, terminal })).toBe(0);
    expect(stdout.join('\n')).toMatch(shown);
  });
});
