import { join } from 'node:path';
import { expect, it } from 'vitest';
import { passOn } from '../../src/callbacks/forward.ts';
import type { OutgoingEvent } from '../../src/core/outcome/event.ts';
import { CliError } from '../../src/errors.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import { tempFolder } from '../context.ts';
import { virtualClock } from '../virtual-clock.ts';

const event: OutgoingEvent = { kind: 'status', id: 'e1', at: 0, sid: `SM${'1'.repeat(32)}`, status: 'sent' };

/** A queue with one event; `faults` are thrown, one after the other, in place of what is due. */
async function world(faults: Error[]) {
  const clock = virtualClock(1000);
  const ledger = openSqliteLedger(join(tempFolder(), 'ledger.db'), () => clock.now);
  await ledger.keepEvent(event);
  const stop = new AbortController();
  const posted: string[] = [];
  const troubles: string[] = [];
  const passing = passOn({
    ledger: {
      ...ledger,
      dueEvents: async (limit) => {
        const fault = faults.shift();
        if (fault) throw fault;
        return ledger.dueEvents(limit);
      },
    },
    poster: {
      post: async (id) => {
        posted.push(id);
        stop.abort();
        return undefined;
      },
      close: () => undefined,
    },
    signal: stop.signal,
    now: () => clock.now,
    sleep: clock.sleep,
    onFailed: () => undefined,
    onTrouble: (problem) => troubles.push(problem),
  });
  return { passing, posted, troubles, ledger };
}

it('goes on passing events on after the ledger was away', async () => {
  const { passing, posted, troubles, ledger } = await world([new CliError('storage', 'is locked')]);
  await passing;
  expect([posted, troubles, await ledger.countEvents()]).toEqual([['e1'], ['is locked'], 0]);
  await ledger.close();
});

it('does not hide a bug of ours', async () => {
  const { passing, ledger } = await world([new TypeError('of ours')]);
  await expect(passing).rejects.toThrow('of ours');
  await ledger.close();
});
