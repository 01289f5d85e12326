import { expect, it } from 'vitest';
import { truncate, wrap } from '../../src/ui/lines.ts';

it('cuts and wraps by width in cells, never through a character', () => {
  expect(truncate('字字字字', 5)).toBe('字字…');
  expect(truncate('👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', 5)).toBe('👨‍👩‍👧👨‍👩‍👧…');
  expect(wrap('one two three four', 12, 2)).toBe('one two\n  three four');
});
