import { describe, expect, it } from 'vitest';
import { topics } from '../../src/cli/help/topics.ts';
import { main } from '../../src/cli/main.ts';
import { testContext } from '../context.ts';
import { run } from './volley.ts';

const pages = Object.keys(topics).join(', ');

/** What was typed, what is said of it, and the way out. */
const table: readonly [argv: string, message: string, hint: string | null][] = [
  ['sned', 'There is no command "sned".', 'Did you mean send? See them all: volley --help'],
  ['re', 'There is no command "re".', 'See them all: volley --help'],
  ['xyzzy', 'There is no command "xyzzy".', 'See them all: volley --help'],
  ['send --form 1', 'volley send has no option --form.', 'Did you mean --from or --for? See: volley send --help'],
  ['send --bdy=hush', 'volley send has no option --bdy.', 'Did you mean --body? See: volley send --help'],
  ['campaigns -x', 'volley campaigns has no option -x.', 'See: volley campaigns --help'],
  ['--simulat', 'volley has no option --simulat.', 'Did you mean --simulate? See: volley --help'],
  [
    '--profile',
    '--profile is given without a value.',
    '--profile <name>: settings of [profiles.NAME] (env VOLLEY_PROFILE). See: volley --help',
  ],
  [
    'send --to',
    '--to is given without a value.',
    '-t, --to <number>: recipient, as +14155550100 or whatsapp:+14155550100; may be repeated. See: volley send --help',
  ],
  [
    'track',
    'volley track needs <campaign>: a campaign by name, id, how one of them begins, or last; or the SID of a message, or how that begins.',
    'See: volley track --help',
  ],
  ['opt-out', 'volley opt-out needs <what>: add, remove, list, import or export.', 'See: volley opt-out --help'],
  [
    'campaigns spring',
    'volley campaigns takes nothing, and "spring" is one word too many.',
    'Put quotes around what has spaces in it. See: volley campaigns --help',
  ],
  [
    'track spring sale',
    'volley track takes <campaign>, and "sale" is one word too many.',
    'Put quotes around what has spaces in it. See: volley track --help',
  ],
  ['opt-out lst', '"lst" must be add, remove, list, import or export.', 'Did you mean list?'],
  ['messages gte SM1', '"gte" must be list, get, media, cancel, redact or delete.', 'Did you mean get?'],
  ['schedule lis', '"lis" must be add, list, remove or run.', 'Did you mean list?'],
  ['opt-out forget +1', '"forget" must be add, remove, list, import or export.', null],
  ['send --color nver', '--color nver must be auto, always or never.', 'Did you mean never?'],
  ['campaigns --limit few', '--limit few is not a whole number above 0.', null],
  ['explain nope', '"nope" is not an error code like 30007.', null],
  ['help safty', 'There is no page about "safty".', `Did you mean safety? Name a command, or one of: ${pages}.`],
  ['help bach', 'There is no page about "bach".', `Did you mean batch? Name a command, or one of: ${pages}.`],
];

describe('a command line that cannot be read', () => {
  it.each(table)('%s', async (argv, message, hint) => {
    const lines = [`error: ${message}`, ...(hint === null ? [] : [`hint: ${hint}`])];
    const { code, stderr, stdout } = await run(argv.split(' '));
    expect([code, stderr, stdout]).toEqual([2, lines, []]);
  });

  it.each(table)('%s --json', async (argv, message, hint) => {
    // A flag that waits for its value would take this one.
    const { code, stderr, stdout } = await run(['--json', ...argv.split(' ')]);
    expect([code, stdout]).toEqual([2, []]);
    expect(stderr.map((line) => JSON.parse(line))).toEqual([{ error: { code: 'usage', message, hint } }]);
  });

  it('is broken between words at a terminal, and whole for a program', async () => {
    const { context } = testContext();
    const said: string[] = [];
    const terminal = { ...context.terminal, stderrIsTty: true, columns: 60 };
    const err = (line: string) => void said.push(line);
    expect(await main(['help', 'safty'], { ...context, terminal, err })).toBe(2);
    expect(said).toEqual([
      'error: There is no page about "safty".',
      [
        'hint: Did you mean safety? Name a command, or one of: csv,',
        '      templates, exit-codes, config, safety, delivery, cost,',
        '      consent, events, machines, figures.',
      ].join('\n'),
    ]);
    said.length = 0;
    await main(['help', 'safty', '--json'], { ...context, terminal, err });
    expect(JSON.parse(said.join(''))).toMatchObject({ error: { code: 'usage' } });
  });
});

/** Runs one command in a folder with these files. */
async function inFolder(files: Readonly<Record<string, string>>, argv: readonly string[]) {
  const { context, file, folder, stderr } = testContext();
  for (const [name, text] of Object.entries(files)) file(name, text);
  const given = argv.map((word) => (/\.(csv|liquid)$/.test(word) ? `${folder}/${word}` : word));
  return { code: await main(given, context), said: stderr.join('\n') };
}

describe('a name that is mistyped', () => {
  const files = {
    'list.csv': 'phone,first_name\n+14155550101,Ada\n',
    'reminder.liquid': 'Hi {{ first_name }}',
    'volley.toml': '',
  };
  const check = ['check', 'list.csv', '--from', '+14155600199'];
  const template = '[templates]\nwelcome = "Hi"\n';

  it.each<[string, string[], string, RegExp]>([
    ['a mapped column', [...check, '--map', 'to=phoen'], '', /no column phoen\.\nhint: Did you mean phone\? The col/],
    ['a field', [...check, '--map', 'to=phone', '--body', '{{ first_nam }}'], '', /Did you mean first_name\?/],
    ['a key', [...check, '--map', 'to=phone', '--body', 'x', '--key', 'fist_name'], '', /mean first_name\?/],
    ['a template', [...check, '--template', 'welcom'], template, /Did you mean welcome\? \[templates\]/],
    ['a setting', ['campaigns'], 'contry = "US"', /no setting contry\.\nhint: Did you mean country\?/],
    ['a section', ['campaigns'], '[template]\na = "b"', /no setting template\.\nhint: Did you mean templates\?/],
    ['a default', ['campaigns'], '[defaults]\nfrm = "+1"', /parameter frm\.\nhint: Did you mean from\?/],
    ['a limit', ['campaigns'], '[limits]\nvalidity = 1', /\[limits\] knows no validity\.\nhint: Did you mean valid/],
    [
      'a profile',
      ['campaigns', '--profile', 'stagin'],
      '[profiles.staging]\nrate = 1',
      /Did you mean staging\? To have one, add/,
    ],
    ['a field of a template', ['send', '--to', '+14155550101', '--from', '+14155600199'], '', /mean first_name\?/],
  ])('%s is named with the nearest right one', async (what, argv, config, message) => {
    const fields = what === 'a field of a template' ? ['--template', 'reminder.liquid', '--field', 'frist_name=A'] : [];
    const { code, said } = await inFolder({ ...files, 'volley.toml': config }, [...argv, ...fields]);
    expect([code, said]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('the version', () => {
  it.each([['version'], ['--version'], ['-V']])('is printed by %s', async (word) => {
    const { code, stdout } = await run([word]);
    expect([code, stdout]).toEqual([0, [expect.stringMatching(/^\d+\.\d+\.\d+$/)]]);
  });

  it('is a document with --json', async () => {
    const { out } = await run(['version', '--json']);
    expect(JSON.parse(out)).toEqual({ schema: 'volley.version/1', version: expect.stringMatching(/^\d/) });
  });
});
