import { expect, it } from 'vitest';
import { clean } from '../../../src/core/text/clean.ts';

it.each([
  ['escape sequences', 'a\u001b[2Jb', 'a[2Jb'],
  ['C1 controls', 'a\u009b2Jb', 'a2Jb'],
  ['bidirectional controls', 'a\u202eb\u2066c', 'abc'],
  ['zero-width characters', 'a\u200b\u200d\ufeffb', 'ab'],
  ['line breaks', 'a\r\nb\nc', 'a⏎b⏎c'],
  ['nothing it need not', 'Zoë 字 😀 +1', 'Zoë 字 😀 +1'],
])('cleaning takes out %s', (_, text, cleaned) => expect(clean(text)).toBe(cleaned));
