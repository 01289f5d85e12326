import { expect, it } from 'vitest';
import { clean, jsonText } from '../../../src/core/text/clean.ts';

it.each([
  ['escape sequences', 'a\u001b[2Jb', 'a[2Jb'],
  ['C1 controls', 'a\u009b2Jb', 'a2Jb'],
  ['bidirectional controls', 'a\u202eb\u2066c', 'abc'],
  ['zero-width characters', 'a\u200b\u200d\ufeffb', 'ab'],
  ['line breaks', 'a\r\nb\nc', 'a⏎b⏎c'],
  ['nothing it need not', 'Zoë 字 😀 +1', 'Zoë 字 😀 +1'],
])('cleaning takes out %s', (_, text, cleaned) => expect(clean(text)).toBe(cleaned));

it('writes as JSON what means the same, and holds nothing that acts on a terminal', () => {
  const value = { text: 'a\u001b\u009b\u202e\u200d\ufeff\u007fb\n"字😀', '\u202e': [1, null, true] };
  expect(jsonText(value)).toBe(
    '{"text":"a\\u001b\\u009b\\u202e\\u200d\\ufeff\\u007fb\\n\\"字😀","\\u202e":[1,null,true]}',
  );
  expect(JSON.parse(jsonText(value))).toEqual(value);
});
