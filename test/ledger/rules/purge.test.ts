import { describe, expect, it } from 'vitest';
import { forget, pseudonymBy } from '../../../src/ledger/rules/purge.ts';

const pseudonym = (text: string) => `purged-${text.length}`;
const row = {
  ...{ recipient: '+14155550101', key: 'ada', reason: 'no answer', code: null, issues: null },
  request: { to: '+14155550101', messagingServiceSid: 'MG1', body: 'Hi Ada', mediaUrl: ['https://x.example/ada.png'] },
};

describe('what is forgotten of a message', () => {
  it('whom it went to and what it said; not what Twilio is asked about it by', () => {
    expect(forget(row, pseudonym)).toEqual({
      ...{ recipient: 'purged-12', key: 'purged-3', reason: 'no answer', issues: null },
      request: { to: 'purged-12', messagingServiceSid: 'MG1' },
    });
  });

  it('the values and hints of a wrong row; not where they stood', () => {
    const issues = [{ line: 3, column: 'to', value: 'Ada', problem: 'Ada is no number', hint: 'Ask Ada.' }];
    const forgotten = forget({ ...row, request: null, key: null, issues }, pseudonym);
    expect(forgotten).toMatchObject({ key: null, request: null, issues: [{ line: 3, column: 'to', value: '' }] });
    expect(JSON.stringify(forgotten)).not.toContain('Ada');
  });

  it('a reason that has a code', () => {
    expect(forget({ ...row, code: 21211 }, pseudonym).reason).toBeNull();
  });
});

describe('a pseudonym', () => {
  const name = pseudonymBy(Buffer.alloc(32, 1));

  it('is the same for the same number, another by another key, and its own', () => {
    expect(name('+14155550101')).toMatch(/^purged-[0-9a-f]{24}$/);
    expect(name('+14155550101')).toBe(name('+14155550101'));
    expect(pseudonymBy(Buffer.alloc(32, 2))('+14155550101')).not.toBe(name('+14155550101'));
    expect(name(name('+14155550101'))).toBe(name('+14155550101'));
  });
});
