import { describe, expect, it } from 'vitest';
import type { Row } from '../../../src/core/message.ts';
import { makeMapping } from '../../../src/core/request/mapping.ts';
import type { MappingOptions } from '../../../src/core/request/mapping-rules.ts';

const base = { from: '+14155550199' };

async function map(cells: Row['cells'], options: Partial<MappingOptions> = {}) {
  const mapping = await makeMapping({ base, columns: Object.keys(cells), ...options });
  if ('problem' in mapping) throw new Error(mapping.problem);
  return mapping.value.toRaw({ line: 2, cells });
}

const stops = (options: Partial<MappingOptions>) =>
  makeMapping({ base, columns: ['to', 'name'], body: 'Hi', ...options });

describe('column names', () => {
  it.each([
    ['Twilio’s own', { To: '+14155550100', Body: 'Hi', MessagingServiceSid: 'MG1' }],
    ['snake case', { to: '+14155550100', body: 'Hi', messaging_service_sid: 'MG1' }],
    ['a person’s', { TO: '+14155550100', ' body ': 'Hi', 'Messaging Service-Sid': 'MG1' }],
  ])('are matched in %s spelling', async (_, cells) => {
    expect((await map(cells)).raw).toEqual({ ...base, to: '+14155550100', body: 'Hi', messagingServiceSid: 'MG1' });
  });

  it('takes several media columns, each with several addresses', async () => {
    const { raw } = await map({
      to: '+1',
      body: 'Hi',
      media_url: 'https://a/1 https://a/2',
      media_url_2: 'https://a/3',
      media_url_3: '',
    });
    expect(raw.mediaUrl).toEqual(['https://a/1', 'https://a/2', 'https://a/3']);
  });

  it('lets a row’s own value win over the flag, and an empty cell not', async () => {
    expect((await map({ to: '+1', body: 'Hi', from: '12345' })).raw.from).toBe('12345');
    expect((await map({ to: '+1', body: 'Hi', from: ' ' })).raw.from).toBe(base.from);
  });
});

describe('--map', () => {
  it('names the column of a parameter', async () => {
    const { raw, origin } = await map({ phone: '+1', to: 'elsewhere', body: 'Hi' }, { maps: ['to=phone'] });
    expect([raw.to, origin.columnOf('to')]).toEqual(['+1', 'phone']);
  });

  it('names the column of a merge field', async () => {
    expect(
      (await map({ to: '+1', Vorname: 'Ada' }, { maps: ['first=vorname'], body: 'Hi {{ first }}' })).raw.body,
    ).toBe('Hi Ada');
  });

  it('gives a text, which wins over a column', async () => {
    expect((await map({ to: '+1', body: 'no', name: 'Ada' }, { maps: ['body=Hi {{ name }}'] })).raw.body).toBe(
      'Hi Ada',
    );
  });

  it('fills any parameter', async () => {
    expect(
      (await map({ to: '+1', body: 'Hi', id: '7' }, { maps: ['media_url=https://a/{{ id }}.png'] })).raw.mediaUrl,
    ).toBe('https://a/7.png');
  });
});

describe('templates', () => {
  it('find fields whatever their case and spaces', async () => {
    expect(
      (await map({ to: '+1', 'First Name': 'Ada' }, { body: 'Hi {{ first_name }} {{ FirstName }}' })).raw.body,
    ).toBe('Hi Ada Ada');
  });

  it('make an empty field an issue with its column, never blank text', async () => {
    expect((await map({ to: '+1', name: ' ' }, { body: 'Hi {{ name }}' })).issues).toEqual([
      expect.objectContaining({
        line: 2,
        column: 'name',
        problem: 'is empty, but the text needs it',
        hint: expect.stringContaining('default'),
      }),
    ]);
  });

  it('leave a row alone that has a text of its own', async () => {
    const mapped = await map({ to: '+1', name: '', body: 'Own' }, { body: 'Hi {{ name }}' });
    expect([mapped.raw.body, mapped.issues]).toEqual(['Own', []]);
  });

  it('take a default for an empty field', async () => {
    expect((await map({ to: '+1', name: '' }, { body: 'Hi {{ name | default: "you" }}' })).raw.body).toBe('Hi you');
  });

  it('never read a field’s content as a template', async () => {
    expect((await map({ to: '+1', name: '{{ to }}{% raw %}' }, { body: 'Hi {{ name }}' })).raw.body).toBe(
      'Hi {{ to }}{% raw %}',
    );
  });

  it.each([
    ['body', { to: '+1', body: 'Hi {{ name }}' }, {}],
    ['body', { to: '+1', body: 'Hi {% if x %}' }, { body: 'Hi' }],
    ['text', { to: '+1', text: 'Hi {{ name }}' }, { maps: ['body=text'] }],
    ['--body', { to: '+1', name: '{{ to }}' }, { body: 'Hi {{ name }}' }],
  ])('warn of what is in a cell and looks like one, by its column %s', async (column, cells, options) => {
    const { issues, warnings } = await map(cells, options);
    expect([issues, warnings]).toEqual([[], [expect.objectContaining({ line: 2, column })]]);
  });

  it('warn of nothing else', async () => {
    expect((await map({ to: '+1', name: 'Ada' }, { body: 'Hi {{ name }}' })).warnings).toEqual([]);
    expect((await map({ to: '+1', body: 'Hi { name }', name: '{{ x }}' })).warnings).toEqual([]);
  });

  it('fill the variables of a content template as JSON', async () => {
    const { raw } = await map(
      { to: '+1', name: 'A "quoted" Ada' },
      { contentVariables: { 1: '{{ name }}' }, body: 'x' },
    );
    expect(raw.contentVariables).toBe('{"1":"A \\"quoted\\" Ada"}');
  });
});

describe('what stops the whole batch', () => {
  it.each<[string, Partial<MappingOptions>, RegExp, RegExp]>([
    ['no recipient column', { columns: ['who', 'order_number'] }, /no column "to"/, /who, order_number.*to=COLUMN/],
    ['two columns of numbers', { columns: ['Phone', 'Mobile No'] }, /in Phone or Mobile No$/, /--map to=Phone/],
    ['no sender', { base: {} }, /No sender/, /--from/],
    ['nothing to say', { base, columns: ['to'], body: undefined as never }, /nothing to say/i, /--body/],
    ['a field without a column', { body: 'Hi {{ nmae }}' }, /names \{\{ nmae \}\}/, /to, name/],
    [
      'a faulty named one',
      { templates: { hi: { text: 'Hi {{', parameters: {}, fields: {} } } },
      /^Template hi of .* is wrong/,
      /^$/,
    ],
    ['a faulty template', { body: 'Hi {{ name ' }, /template is wrong.*not closed/, /^$/],
    ['an unknown filter', { body: 'Hi {{ name | shout }}' }, /undefined filter: shout/, /^$/],
    ['a field with spaces', { body: 'Hi {{ First Name }}' }, /First_Name/, /^$/],
    ['a mapped column that is not there', { maps: ['to=phone'] }, /no column phone/, /to, name/],
    ['a map that is none', { maps: ['to'] }, /not name=column/, /--map to=phone/],
    ['a key that is not there', { key: 'id' }, /--key id/, /to, name/],
    ['two columns for one parameter', { columns: ['to', 'To '] }, /both hold to/, /columns/],
  ])('is %s', async (_, options, problem, hint) => {
    const stopped = await stops(options);
    expect('problem' in stopped && stopped.problem).toMatch(problem);
    expect(('hint' in stopped && stopped.hint) || '').toMatch(hint);
  });
});

describe('--key', () => {
  it('takes the row’s key from a column, and reports a row without one', async () => {
    expect((await map({ to: '+1', body: 'Hi', order: ' A7 ' }, { key: 'Order' })).key).toBe('A7');
    expect((await map({ to: '+1', body: 'Hi', order: '' }, { key: 'order' })).issues).toEqual([
      expect.objectContaining({ column: 'order', problem: 'is empty, but it is the key' }),
    ]);
  });
});
