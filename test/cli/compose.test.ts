import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withTemplate } from '../../src/cli/compose/save-template.ts';
import { main } from '../../src/cli/main.ts';
import { localTime } from '../../src/ui/lines.ts';
import { from, testContext } from '../context.ts';
import { person, type Reaction } from '../person.ts';

/** Runs `volley compose` with somebody who answers like this, in a folder with these files. */
async function composing(
  reactions: readonly Reaction[],
  { config = '', top = '', files = {}, argv = [] as string[] } = {},
) {
  const { ask, screens, left } = person(...reactions);
  const made = testContext({ canAsk: true, ask });
  made.file('volley.toml', `${top}\n[defaults]\nfrom = "${from}"\n${config}`);
  for (const [name, text] of Object.entries(files)) made.file(name, String(text));
  const code = await main(['compose', '--undo', '0s', ...argv], made.context);
  return { ...made, code, screens, left: left(), said: made.stderr.join('\n') };
}

const message: Reaction = ['What would you like to do', '<enter>'];
const quit: Reaction = ['What would you like to do', '<up>', '<enter>'];
const goOn: Reaction = ['It is on its way', '<down>', '<enter>'];
const [pick, enter, down] = ['<enter>', '<enter>', '<down>'];
const templates = '[templates]\nwelcome = "Welcome {{ first_name }}, see you in {{ city }}."';
const people = 'Phone,First Name,City\n+14155550101,Ada,Bath\n+14155550102,Bob,\nbad,Cid,Oslo\n';

describe('compose', () => {
  it('sends a text to a number that is typed', async () => {
    const { code, sent, said, left } = await composing([
      message,
      ['To', '+1415555010', '1', enter],
      ['Text', 'Hi Ada', enter],
      ['What now', enter],
      goOn,
      quit,
    ]);
    expect([code, left]).toEqual([0, 0]);
    expect(sent).toMatchObject([{ to: '+14155550101', from, body: 'Hi Ada' }]);
    expect(said).toMatch(/To {7}\+14155550101/);
    expect(said).toContain('6 characters, GSM-7, 1 segment');
  });

  it.each([
    [[], 'ledger.db'],
    [['--simulate'], 'simulated.db'],
    [['--simulate', '--color', 'never'], 'simulated.db'],
  ])('is what %j alone starts at a terminal', async (argv, ledger) => {
    const { ask, screens, left } = person(
      message,
      ['To', '<escape>'],
      ['What would you like to do', '<up>', '<enter>'],
    );
    const made = testContext({ canAsk: true, ask, env: argv.length > 0 ? { TWILIO_ACCOUNT_SID: '' } : {} });
    expect([await main(argv, made.context), left()]).toEqual([0, 0]);
    expect(screens.join('\n')).toContain('What would you like to do?');
    expect(readdirSync(dirname(made.ledgerPath))).toContain(ledger);
    // Somebody who wants no questions gets the help.
    expect(await main([...argv, '--no-input'], made.context)).toBe(0);
    expect(made.stdout.join('\n')).toContain('Start here:');
  });

  it('says while typing what is wrong with a number', async () => {
    const { screens, sent } = await composing([
      message,
      // Enter takes nothing, and keeps what was typed.
      ['To', '+1415', enter, '<escape>'],
      ['What would you like to do', '<up>', enter],
    ]);
    expect(screens.join('\n')).toContain('+1415 (is not a phone number: write it as +14155550100)');
    expect(sent).toEqual([]);
  });

  it('fills a template from a contact, and asks only for what is missing', async () => {
    const { sent, screens } = await composing(
      [
        message,
        ['To', 'bob', enter],
        ['Text or template', 'wel', enter],
        ['city', 'Rome', enter],
        ['What now', enter],
        goOn,
        quit,
      ],
      { config: templates, files: { 'people.csv': people }, argv: ['--contacts', 'people.csv'] },
    );
    expect(sent[0]?.body).toBe('Welcome Bob, see you in Rome.');
    expect(screens.join('\n')).not.toContain('Cid');
  });

  it('takes what is typed where a template is chosen, and is none, as the text', async () => {
    const { sent } = await composing(
      [
        message,
        ['To', '+14155550101', enter],
        ['Text or template', 'Hi Ada, see you', enter],
        ['Text Hi Ada, see you', '!', enter],
        ['What now', enter],
        goOn,
        quit,
      ],
      { config: templates },
    );
    expect(sent[0]?.body).toBe('Hi Ada, see you!');
  });

  it('goes back from each question, and leaves nothing behind', async () => {
    const { code, sent, context, stdout } = await composing([
      message,
      ['To', '+14155550101', enter],
      ['Text', 'Hi', '<escape>'],
      ['To', '<escape>'],
      message,
      ['To', down, enter],
      quit,
    ]);
    expect([code, sent]).toEqual([0, []]);
    await main(['campaigns'], context);
    expect(stdout.join('')).not.toContain('compose');
  });

  it('changes text, recipient, sender, picture and time before it is sent', async () => {
    const service = `MG${'0'.repeat(32)}`;
    const { sent } = await composing([
      message,
      ['To', '+14155550101', enter],
      ['Text', 'Hi', enter],
      ['What now', down, enter],
      ['Text', ' there', enter],
      ['What now', down, down, enter],
      ['To', '+14155550102', enter],
      ['What now', down, down, down, enter],
      [`From ${from}`, '<escape>'],
      ['What now', down, down, down, down, enter],
      ['Picture', 'https://example.com/a.png', enter],
      ['What now', down, down, down, enter],
      ['From', ...Array.from({ length: 12 }, () => '<backspace>'), service, enter],
      ['What now', down, down, down, down, down, enter],
      ['When', 'rubbish', enter, ...Array.from({ length: 7 }, () => '<backspace>'), '+2h', enter],
      ['Send at that time', enter],
      quit,
    ]);
    expect(sent).toEqual([
      expect.objectContaining({
        ...{ to: '+14155550102', body: 'Hi there', messagingServiceSid: service },
        ...{ mediaUrl: ['https://example.com/a.png'], sendAt: '2026-11-23T12:00:00Z' },
      }),
    ]);
    expect(sent[0]?.from).toBeUndefined();
  });

  it('says in the words of the prompts what is wrong, and when it would have to wait', async () => {
    const { sent, said } = await composing(
      [
        message,
        ['To', '+14155550101', enter],
        ['Text', 'Hi', enter],
        ['What now', down, down, down, down, down, enter],
        ['When', '+2h', enter],
        [/What now.*\n❯ Edit/, '<up>', enter],
        quit,
      ],
      { top: 'quiet_hours = "21:00-08:00"' },
    );
    expect(sent).toEqual([]);
    // It is 2 o'clock in California.
    expect(said).toMatch(/! These are quiet hours there: it would wait 6 h 0 min/);
    expect(said).toMatch(/✗ When needs a messaging service/);
    expect(said.match(/From {5}\+14155600199/g)).toHaveLength(2);
  });

  it('does not offer to send to who has opted out, and shows what went to them before', async () => {
    const { ask } = person(
      message,
      ['To', '+14155550101', enter],
      ['Text', 'Hi', enter],
      [/What now.*\n❯ Edit/, '<up>', enter],
      quit,
    );
    const { context, sent, stderr, file } = testContext({ canAsk: true, ask });
    file('volley.toml', `[defaults]\nfrom = "${from}"\n`);
    await main(['send', '--to', '+14155550101', '--body', 'Earlier'], context);
    await main(['opt-out', 'add', '+14155550101'], context);
    expect(await main(['compose'], context)).toBe(0);
    expect(sent).toHaveLength(1);
    expect(stderr.join('\n')).toMatch(/Before {3}0 s ago, queued: Earlier\n.*opted out/);
  });

  it.each<[string, readonly Reaction[]]>([
    ['at the menu', [['What would you like to do', '<ctrl-c>']]],
    ['in the text', [message, ['To', '+14155550101', enter], ['Text', 'Hi', '<ctrl-c>']]],
    ['at the last question', [message, ['To', '+14155550101', enter], ['Text', 'Hi', enter], ['What now', '<ctrl-c>']]],
  ])('ends with 130 by Ctrl-C %s, and says truthfully that nothing was sent', async (_, reactions) => {
    const { code, sent, said } = await composing(reactions);
    expect([code, sent]).toEqual([130, []]);
    expect(said).toContain('Nothing was sent.');
  });

  it('says that nothing more was sent when something was', async () => {
    const { code, said } = await composing([
      message,
      ['To', '+14155550101', enter],
      ['Text', 'Hi', enter],
      ['What now', enter],
      goOn,
      ['What would you like to do', '<ctrl-c>'],
    ]);
    expect([code, said]).toEqual([130, expect.stringContaining('Nothing more was sent.')]);
  });

  it('says that something was sent, when somebody leaves before watching it', async () => {
    const { code, said, sent } = await composing([
      message,
      ['To', '+14155550101', enter],
      ['Text', 'Hi', enter],
      ['What now', enter],
      ['It is on its way', '<ctrl-c>'],
    ]);
    expect([code, sent.length]).toEqual([130, 1]);
    expect(said).toContain('Nothing more was sent.');
  });

  it('says that nothing was sent after a list that was refused', async () => {
    const { code, said } = await composing(
      [
        ['What would you like to do', down, enter],
        ['File', 'broken', enter],
        ['File', '<ctrl-c>'],
      ],
      { files: { 'broken.csv': 'to,to\n1,2\n' } },
    );
    expect([code, said]).toEqual([130, expect.stringContaining('Nothing was sent.')]);
  });

  it('shows no escape sequence of a template, and keeps its lines while it is edited', async () => {
    const { sent, screens } = await composing(
      [
        message,
        ['To', '+14155550101', enter],
        ['Text or template', 'odd', enter],
        // The text as it is cannot be sent: what is offered first is to change it.
        ['What now', enter],
        ['Text One⏎Two', '!', enter],
        ['What now', enter],
        goOn,
        quit,
      ],
      { config: '[templates]\nodd = "One\\nTwo\\u001b]0;x\\u0007"\n' },
    );
    expect(sent[0]?.body).toBe('One\nTwo]0;x!');
    expect(screens.join('')).not.toContain('\u001b]0');
  });

  it('sends a list: file, numbers with the guess preselected, fields, plan', async () => {
    const { code, sent, said } = await composing(
      [
        ['What would you like to do', down, enter],
        ['File', 'people', enter],
        ['Which column holds the numbers', pick],
        ['Text or template', enter],
        ['Text', 'Hi {{ name }}', enter],
        ['Which column is name', pick],
        ['What now', enter],
        quit,
      ],
      { files: { 'people.csv': people } },
    );
    expect(sent.map(({ body }) => body)).toEqual(['Hi Ada', 'Hi Bob']);
    expect(said).toMatch(/2 to send.*1 row wrong/s);
    expect(code).toBe(3);
  });

  it('says what is wrong with a text for a list, and lets it be mended', async () => {
    const { sent, said } = await composing(
      [
        ['What would you like to do', down, enter],
        ['File', 'people', enter],
        ['Which column holds the numbers', pick],
        ['Text or template', enter],
        ['Text', 'Hi {{ first_name }', enter],
        [/Text.*Hi {{ first_name }/, '}', enter],
        ['What now', enter],
        quit,
      ],
      { files: { 'people.csv': people } },
    );
    expect(said).toMatch(/The template is wrong: .* not closed/);
    expect(sent.map(({ body }) => body)).toEqual(['Hi Ada', 'Hi Bob']);
  });

  it('sends no text to one person that has {{ }} in it, and saves none as a template that is wrong', async () => {
    const { sent, said, code } = await composing([
      message,
      ['To', '+14155550101', enter],
      ['Text', 'Hi {{ name }', enter],
      [/What now\?\s+❯ Edit the text/, down, down, down, down, down, enter],
      [/What now\?\s+❯ Edit the text/, '<up>', enter],
      quit,
    ]);
    expect([code, sent]).toEqual([0, []]);
    expect(said).toMatch(/which people would read as it is: edit it first/);
    expect(said).toMatch(/The template is wrong: .* not closed/);
  });

  it('shows a list again with another text, and sends nothing of it when it is left', async () => {
    const { code, sent, said } = await composing(
      [
        ['What would you like to do', down, enter],
        ['File', 'people', enter],
        ['Which column holds the numbers', pick],
        ['Text or template', enter],
        ['Text', 'Hi {{ city }}', enter],
        ['Send 2 messages', down, down, enter],
        ['Text or template', enter],
        ['Text', ...Array.from({ length: 10 }, () => '<backspace>'), 'all', enter],
        ['Send 3 messages', down, down, down, enter],
        quit,
      ],
      { files: { 'people.csv': `${people}+14155550104,Dee,Bari\n` } },
    );
    expect([code, sent]).toEqual([0, []]);
    expect(said).toMatch(/Hi Bath.*Hi all/s);
  });

  it('offers the templates that lie beside the list, and watches it arrive', async () => {
    const { code, sent, stdout, screens } = await composing(
      [
        ['What would you like to do', down, enter],
        ['File', 'people', enter],
        ['Which column holds the numbers', pick],
        ['Text or template', down, enter],
        ['Which column is town', down, down, enter],
        ['Send 2 messages', down, enter],
        quit,
      ],
      {
        files: {
          'people.csv': `${people}+14155550104,Dee,Bari\n`,
          'bye.liquid': 'Bye, {{ town }}.',
          'odd.liquid': '---\nx: [\n---\n',
        },
      },
    );
    expect(sent.map(({ body }) => body)).toEqual(['Bye, Bath.', 'Bye, Bari.']);
    expect(screens.join('\n')).toMatch(/odd\.liquid \(Template odd\.liquid: /);
    // The scripted provider knows of no later status: they are on their way still.
    expect([code, stdout.join('\n')]).toEqual([8, expect.stringMatching(/accepted +2/)]);
  });

  it('asks before it goes on with a list that was begun before', async () => {
    const list: readonly Reaction[] = [
      ['What would you like to do', down, enter],
      ['File', 'people', enter],
      ['Which column holds the numbers', pick],
      ['Text or template', enter],
      ['Text', 'Hi', enter],
      ['Send 1 message', '<up>', enter],
      quit,
    ];
    const { ask } = person(...list);
    const made = testContext({ canAsk: true, ask });
    const file = made.file('people.csv', people);
    const text = ['--map', 'to=Phone', '--from', from, '--body', 'Hi'];
    await main(['batch', file, ...text, '--yes', '--limit', '1'], made.context);
    made.file('volley.toml', `[defaults]\nfrom = "${from}"\n`);
    expect(await main(['compose'], made.context)).toBe(0);
    expect(made.stderr.join('\n')).toMatch(/begun before, as people-.* with 1 message to send/);
    expect(made.sent).toHaveLength(1);
  });

  it('finds people in a file that is named on the way', async () => {
    const { sent, code } = await composing(
      [
        message,
        ['To', enter],
        ['File', 'people', enter],
        ['To', 'ada', enter],
        ['Text', 'Hi', enter],
        ['What now', enter],
        goOn,
        quit,
      ],
      { files: { 'people.csv': people } },
    );
    expect([code, sent.map(({ to }) => to)]).toEqual([0, ['+14155550101']]);
  });

  it('says what is wrong with a file, and asks for another one', async () => {
    const { sent, said, left } = await composing(
      [
        ['What would you like to do', down, enter],
        ['File', 'broken', enter],
        ['File', 'people', enter],
        ['Which column holds the numbers', pick],
        ['Text or template', enter],
        ['Text', 'Hi', enter],
        ['Send 2 messages', enter],
        quit,
      ],
      { files: { 'broken.csv': 'to,to\n1,2\n', 'people.csv': people } },
    );
    expect(said).toMatch(/error: .*two columns are called to/);
    expect([sent.length, left]).toEqual([2, 0]);
  });

  it('asks again where people are to come from a file that has no numbers', async () => {
    const { sent, said } = await composing(
      [
        message,
        ['To', enter],
        ['File', 'names', enter],
        ['To', '+14155550101', enter],
        ['Text', 'Hi', enter],
        ['What now', enter],
        goOn,
        quit,
      ],
      { files: { 'names.csv': 'who\nAda\n' } },
    );
    expect([sent.length, said]).toEqual([1, expect.stringMatching(/no column that looks like phone numbers/)]);
  });

  it('keeps a path that leads to no file where it is, and offers what is nearly called so', async () => {
    const { sent, screens } = await composing(
      [
        ['What would you like to do', down, enter],
        // Enter takes nothing, and the path can be mended.
        ['File', 'nowhere/people.cs', enter, ...Array.from({ length: 17 }, () => '<backspace>'), 'poeple.csv', enter],
        ['Which column holds the numbers', pick],
        ['Text or template', enter],
        ['Text', 'Hi', enter],
        ['Send 2 messages', enter],
        quit,
      ],
      { files: { 'people.csv': people } },
    );
    expect(screens.join('\n')).toContain('nowhere/people.cs (there is no such file)');
    expect(sent).toHaveLength(2);
  });

  it('remembers the sender for the next message, and for a list', async () => {
    const one = (to: string): Reaction[] => [
      message,
      ['To', to, enter],
      ['Text', 'Hi', enter],
      ['What now', enter],
      goOn,
    ];
    const [first = message, ...rest] = one('+14155550101');
    const { ask, left } = person(
      ...[first, ...rest.slice(0, 2), ['From', from, enter] as Reaction, ...rest.slice(2)],
      ...one('+14155550102'),
      ['What would you like to do', down, enter],
      ['File', 'people', enter],
      ['Which column holds the numbers', pick],
      ['Text or template', enter],
      ['Text', 'All', enter],
      ['Send 2 messages', enter],
      quit,
    );
    const { context, file, sent } = testContext({ canAsk: true, ask });
    file('people.csv', people);
    await main(['compose', '--undo', '0s'], context);
    expect([left(), sent.map((request) => request.from)]).toEqual([0, [from, from, from, from]]);
  });

  it('says when a scheduled message goes out, and how it is called back', async () => {
    const service = `MG${'0'.repeat(32)}`;
    const { said, sent, context } = await composing([
      message,
      ['To', '+14155550101', enter],
      ['Text', 'Hi', enter],
      ['What now', down, down, down, enter],
      ['From', ...Array.from({ length: 12 }, () => '<backspace>'), service, enter],
      ['What now', down, down, down, down, down, enter],
      ['When', '+2h', enter],
      ['Send at that time', enter],
      quit,
    ]);
    expect(sent).toHaveLength(1);
    const when = localTime('2026-11-23T12:00:00Z');
    const [, name = ''] =
      new RegExp(`It goes out on ${when} here\\. Until then it can be called back: volley recall (\\S+)$`, 'm').exec(
        said,
      ) ?? [];
    expect(name).toMatch(/^compose-20261123-1000-[0-9a-f]{4}$/);
    expect(await main(['recall', name], context)).toBe(0);
  });

  it('needs a terminal, and says what to use without one', async () => {
    const { context, stderr } = testContext();
    expect(await main(['compose'], context)).toBe(2);
    expect(stderr.join('\n')).toMatch(/nobody is at a terminal.*\n.*volley send/);
  });

  it('is what volley alone does at a terminal', async () => {
    const { ask, left } = person(quit);
    expect(await main([], testContext({ canAsk: true, ask }).context)).toBe(0);
    expect(left()).toBe(0);
  });
});

describe('saving a text as a template', () => {
  it('keeps the rest of the config', async () => {
    const { folder, code, said } = await composing([
      message,
      ['To', '+14155550101', enter],
      ['Text', 'See "you"', enter],
      ['What now', down, down, down, down, down, down, enter],
      ['Name of the template', 'bye', enter],
      ['What now', '<up>', enter],
      quit,
    ]);
    expect([code, said]).toEqual([0, expect.stringContaining('Saved as bye')]);
    expect(readFileSync(join(folder, '.config/volley/config.toml'), 'utf8')).toBe(
      '[templates]\nbye = "See \\"you\\""\n',
    );
  });

  it.each([
    ['', '[templates]\nx = "Hi"\n'],
    ['# mine\nrate = 5\n', '# mine\nrate = 5\n\n[templates]\nx = "Hi"\n'],
    ['[templates] # texts\na = "A"\n\n[limits]\n', '[templates] # texts\nx = "Hi"\na = "A"\n\n[limits]\n'],
  ])('adds to %j', (before, after) => {
    expect(withTemplate(before, 'x', 'Hi')).toBe(after);
  });
});

describe('without an account', () => {
  const none = { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '' };
  const noAccount = 'How would you like to begin?';

  /** Runs `volley compose` without an account with somebody who answers like this. */
  async function starting(...reactions: readonly Reaction[]) {
    const { ask, screens, left } = person(...reactions);
    const made = testContext({ canAsk: true, ask, env: none });
    const code = await main(['compose', '--undo', '0s'], made.context);
    return { ...made, code, screens, left: left(), said: made.stderr.join('\n') };
  }

  it('offers a rehearsal, in which nothing leaves this machine', async () => {
    const { code, left, connections, folder, said } = await starting(
      [noAccount, enter],
      message,
      ['To', '<escape>'],
      ['What would you like to do', '<up>', enter],
    );
    expect([code, left]).toEqual([0, 0]);
    expect(connections.map(({ baseUrl }) => new URL(baseUrl).hostname)).toEqual(['127.0.0.1']);
    expect(readdirSync(join(folder, '.local/share/volley'))).toContain('simulated.db');
    expect(said).toMatch(/^No Twilio account is configured\.\nRehearsal: /);
  });

  it('offers to log in, and goes on with that account', async () => {
    const account = `AC${'b'.repeat(32)}`;
    const { code, left, connections } = await starting(
      [noAccount, down, enter],
      ['Account SID', account, enter],
      ['With what', down, enter],
      ['Auth token', 'canary-77', enter],
      message,
      ['To', '<escape>'],
      ['What would you like to do', '<up>', enter],
    );
    expect([code, left]).toEqual([0, 0]);
    expect(connections.at(-1)?.credentials).toMatchObject({ accountSid: account, secret: 'canary-77' });
  });

  it('can be left', async () => {
    const { code, left, connections } = await starting([noAccount, '<up>', enter]);
    expect([code, left, connections]).toEqual([0, 0, []]);
  });

  it('says so as before where nobody can be asked', async () => {
    const { context, stderr } = testContext({ env: none });
    expect(await main(['compose'], context)).toBe(2);
    expect(stderr.join('\n')).toContain('nobody is at a terminal');
  });
});
