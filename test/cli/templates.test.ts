import { describe, expect, it } from 'vitest';
import { world } from './volley.ts';

/** A world with two texts that have names, and two files. */
function templates() {
  const made = world();
  made.file('volley.toml', '[templates]\nwelcome = "Welcome {{ first_name }}!\\nSTOP ends it."\nbroken = "{{ x "\n');
  made.file(
    'reminder.liquid',
    '---\nfirst_name: there\nvalidity_period: 600\n---\nHi {{ first_name | name }}, see you {{ day }}.',
  );
  made.file('bad.liquid', '---\n: [\n---\nHi');
  const test = (...argv: string[]) => made.volley('templates', ...argv);
  return { ...made, test, reminder: `${made.folder}/reminder.liquid` };
}

describe('templates', () => {
  it('lists those of the config and the folder, with how they begin or what is wrong', async () => {
    const { test, stdout } = templates();
    expect(await test('list')).toBe(0);
    expect(stdout.sort()).toEqual([
      expect.stringMatching(/^bad\.liquid {7}file {9}Template bad\.liquid: /),
      expect.stringMatching(/^broken {11}\[templates\] {2}The template is wrong: /),
      'reminder.liquid  file         Hi {{ first_name | name }}, see you {{ day }}.',
      'welcome          [templates]  Welcome {{ first_name }}! STOP ends it.',
    ]);
    stdout.length = 0;
    await test('list', '--json');
    const { schema, templates: all } = JSON.parse(stdout.join());
    expect(schema).toBe('volley.templates/1');
    expect(all.find(({ name }: { name: string }) => name === 'reminder.liquid')).toEqual({
      ...{ name: 'reminder.liquid', origin: 'file', fields: ['first_name', 'day'], problem: null },
      text: 'Hi {{ first_name | name }}, see you {{ day }}.',
    });
  });

  it('shows one with its fields and what stands above it', async () => {
    const { test, stdout, reminder } = templates();
    expect(await test('show', reminder)).toBe(0);
    expect(stdout).toEqual([
      'Hi {{ first_name | name }}, see you {{ day }}.',
      'Fields: first_name (else there), day',
      'validityPeriod: 600',
    ]);
    stdout.length = 0;
    await test('show', 'welcome', '--json');
    expect(JSON.parse(stdout.join())).toMatchObject({
      schema: 'volley.template/1',
      name: 'welcome',
      fields: ['first_name'],
    });
  });

  it('tries one with fields, and counts its segments', async () => {
    const { test, stdout, reminder } = templates();
    expect(await test('test', reminder, '--field', 'day=Monday', '--field', 'First Name=ADA')).toBe(0);
    expect(stdout).toEqual(['Hi Ada, see you Monday.', '23 characters of GSM-7, 1 segment']);
    stdout.length = 0;
    await test('test', reminder, '--field', `day=${'x’'.repeat(40)}`, '--json');
    expect(JSON.parse(stdout.join())).toMatchObject({
      schema: 'volley.template-test/1',
      texts: [{ line: 0, encoding: 'UCS-2', segments: 2 }],
      issues: [],
    });
  });

  it('tries one with the rows of a list, and names those that leave something empty', async () => {
    const { test, stdout, file, reminder } = templates();
    const rows = [
      'phone,First name,day',
      '1,ada,Monday',
      `2,,${'x'.repeat(200)}`,
      '3,Bob,',
      '4,Cid,Friday',
      '5,Dan,Sunday',
    ];
    const list = file('list.csv', rows.join('\n'));
    expect(await test('test', reminder, list)).toBe(3);
    expect(stdout.filter((line) => /^Hi|^line|filled/.test(line)).map((line) => line.slice(0, 60))).toEqual([
      'Hi Ada, see you Monday.',
      'line 2: 23 characters of GSM-7, 1 segment',
      expect.stringMatching(/^Hi There, see you x+$/),
      'line 3: 219 characters of GSM-7, 2 segments',
      'Hi Cid, see you Friday.',
      'line 5: 23 characters of GSM-7, 1 segment',
      'line 4  day is empty, but the text needs it.',
      '4 rows filled, at most 2 segments (line 3), 1 wrong.',
    ]);
  });

  it.each<[string, string[], RegExp]>([
    ['no name', ['show'], /Which template\?/],
    ['a name that is none', ['show', 'welcom'], /Did you mean welcome\?/],
    ['a field that is missing', ['test', 'welcome'], /The template needs first_name/],
    ['a field it does not have', ['test', 'welcome', '--field', 'x=1'], /the template has no \{\{ x \}\}/],
    ['a broken one', ['test', 'broken'], /The template is wrong/],
    ['fields and a list', ['test', 'welcome', 'l.csv', '--field', 'x=1'], /not both/],
  ])('refuses %s', async (_, argv, message) => {
    const { test, stderr } = templates();
    expect([await test(...argv), stderr.join('\n')]).toEqual([2, expect.stringMatching(message)]);
  });
});
