import { describe, expect, it } from 'vitest';
import { maskHint, maskInternational, maskNumbers } from '../../../src/core/recipient/mask.ts';

describe('masking', () => {
  it.each([
    ['+14155552671', '+1415•••2671'],
    ["The 'To' number +14155552671 is bad", "The 'To' number +1415•••2671 is bad"],
    ['whatsapp:+447700900123', 'whatsapp:+4477•••0123'],
    ['(415) 555-2671', '(415•••2671'],
    ['(from +14155552671 (21606: no)', '(from +1415•••2671 (21606: no)'],
    ['since 2024-06-03, at 2026-11-23T10:00:00Z', 'since 2024-06-03, at 2026-11-23T10:00:00Z'],
    ['12345', '12345'],
    ['order 2026', 'order 2026'],
    [`SM${'1'.repeat(32)} to +14155552671x12`, `SM${'1'.repeat(32)} to +1415•••2671x12`],
  ])('turns %s into %s', (text, masked) => expect(maskNumbers(text)).toBe(masked));

  it('spares other digits in text of ours, and examples in a way out', () => {
    const text = '/tmp/run-20261123-1004/list.csv is of +4915112345680; write it as +14155550100';
    expect(maskInternational(text)).toBe(
      '/tmp/run-20261123-1004/list.csv is of +4915•••5680; write it as +1415•••0100',
    );
    expect(maskHint(text)).toBe('/tmp/run-20261123-1004/list.csv is of +4915•••5680; write it as +14155550100');
  });
});
