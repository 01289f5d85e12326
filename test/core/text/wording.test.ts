import { expect, it } from 'vitest';
import { quoted } from '../../../src/core/text/wording.ts';

it.each([
  ['spring-sale', 'spring-sale'],
  ['spring sale', "'spring sale'"],
  ["it's", "'it'\\''s'"],
  ['', "''"],
  ['$(reboot)', "'$(reboot)'"],
  ['\u001b[31mred\u202e', "'[31mred'"],
])('%j is written for a shell as %s', (name, text) => expect(quoted(name)).toBe(text));
