import { describe, expect, it } from 'vitest';
import { inTheWay, isHeld } from '../../../src/ledger/rules/lease.ts';

const machine = (running: string | undefined) => ({ host: 'here', processOf: () => running });
const holder = { host: 'here', pid: 1, process: 'boot-1 77' };

describe('a lease', () => {
  it.each([
    ['of a process that runs', true, holder, 'boot-1 77'],
    ['of a process that is gone', false, holder, undefined],
    ['whose number another process has, as after a restart of a container', false, holder, 'boot-1 4242'],
    ['of an earlier start of the machine', false, holder, 'boot-2 77'],
    ['of a process where the system tells no more than its number', true, { host: 'here', pid: 1 }, 'unknown'],
    ['of another machine', true, { ...holder, host: 'there' }, undefined],
  ])('%s: held is %s', (_, expected, whose, running) => {
    expect(isHeld(whose, 1000, 999, machine(running))).toBe(expected);
  });

  it('ends with its time, whoever has it', () => {
    expect(isHeld({ ...holder, host: 'there' }, 1000, 1001, machine('boot-1 77'))).toBe(false);
  });
});

describe('a campaign that runs', () => {
  const shared = { isShared: true };
  const alone = { isShared: false };

  it.each([
    ['by nobody', [], false, undefined],
    ['by workers, for one more', [shared, shared], true, undefined],
    ['by workers, for a run that wants it alone', [shared], false, shared],
    ['by one run, for a worker', [alone], true, alone],
  ])('%s', (_, atWork, wantsShare, expected) => expect(inTheWay(atWork, wantsShare)).toBe(expected));
});
