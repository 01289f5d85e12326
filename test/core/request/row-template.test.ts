import { describe, expect, it } from 'vitest';
import { makeMapping } from '../../../src/core/request/mapping.ts';

describe('a template chosen by the row', () => {
  const templates = {
    welcome: { text: 'Welcome {{ name }}', parameters: { validityPeriod: '60' }, fields: { name: 'friend' } },
    bye: { text: 'Bye {{ name }}', parameters: {}, fields: {} },
  };
  const map = async (cells: Readonly<Record<string, string>>) => {
    const mapping = await makeMapping({ base: { from: '12345' }, body: 'Hello {{ name }}', templates });
    if ('problem' in mapping) throw new Error(mapping.problem);
    const { raw, issues } = mapping.value.toRaw({ line: 2, cells: { to: '+1', ...cells } });
    return issues.length > 0 ? issues[0] : raw;
  };
  it.each([
    [
      { template: 'welcome', name: 'Ada' },
      { body: 'Welcome Ada', validityPeriod: '60' },
    ],
    [{ template: 'welcome', name: '' }, { body: 'Welcome friend' }],
    [{ template: '', name: 'Ada' }, { body: 'Hello Ada' }],
    [{ template: 'bye', name: 'Ada', body: 'My own' }, { body: 'My own' }],
    [
      { template: 'bye', name: '' },
      { column: 'name', problem: 'is empty, but the text needs it' },
    ],
    [
      { template: 'hello', name: 'x' },
      { column: 'template', problem: 'names no template', hint: expect.stringMatching('welcome, bye') },
    ],
    [{ template: 'constructor', name: 'x' }, { problem: 'names no template' }],
  ])('%j', async (cells, expected) => expect(await map(cells)).toMatchObject(expected));
});
