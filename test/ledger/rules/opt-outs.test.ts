import { describe, expect, it } from 'vitest';
import { suppressedAddresses, suppression } from '../../../src/ledger/rules/opt-outs.ts';

const number = '+14155550101';
const whatsapp = `whatsapp:${number}`;

describe('who has opted out', () => {
  it.each<[string, { address: string; sender?: string }, string, string, boolean]>([
    ['of one sender', { address: number, sender: 'A' }, number, 'A', true],
    ['of one sender, by another', { address: number, sender: 'A' }, number, 'B', false],
    ['of all', { address: number }, number, 'B', true],
    ['of all by number, on a channel', { address: number }, whatsapp, 'B', true],
    ['of one sender by number, on a channel', { address: number, sender: 'A' }, whatsapp, 'A', false],
    ['of all on a channel', { address: whatsapp }, whatsapp, 'B', true],
    ['of all on a channel, by number', { address: whatsapp }, number, 'B', false],
    ['of one sender on a channel', { address: whatsapp, sender: 'A' }, whatsapp, 'A', true],
    ['nobody of that number', { address: '+14155550102' }, number, 'A', false],
  ])('%s', (_, entry, recipient, sender, expected) => {
    expect(suppression([entry])({ recipient, sender })).toBe(expected);
    expect(suppressedAddresses(recipient).includes(entry.address) || !expected).toBe(true);
  });

  it('is nobody while the list is empty', () => {
    expect(suppression([])({ recipient: number, sender: 'A' })).toBe(false);
  });
});
