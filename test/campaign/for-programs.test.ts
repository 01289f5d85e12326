import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  type Campaign,
  type DataRow,
  type DeliverOptions,
  type DeliverPorts,
  dataRows,
  defaultDelivery,
  deliver,
  openSqliteLedger,
  planCampaign,
  rowRules,
  systemClock,
} from '../../src/index.ts';
import { from, tempFolder } from '../context.ts';
import { type Script, scriptedProvider } from '../scripted-provider.ts';

const rows = [{ to: '+14155550101', name: 'Ada' }, { to: 'nobody' }, { to: '+14155550102', name: '' }];

function world(script?: Script) {
  const ledger = openSqliteLedger(join(tempFolder(), 'ledger.db'));
  const provider = scriptedProvider(script);
  const ports = { ledger, provider, ...systemClock, signal: new AbortController().signal };
  const plan = async (data: readonly DataRow[] = rows, body = 'Hi {{ name | default: "you" }}') => {
    const rules = await rowRules({ defaults: { from, body }, nowMs: Date.now() });
    return planCampaign(dataRows(data), rules, { name: 'spring', source: 'program' }, ports);
  };
  const commit = async (): Promise<Campaign> => {
    const { staging, hash } = await plan();
    return staging.commit(hash);
  };
  const send = (campaign: Campaign, options: Partial<DeliverOptions> = {}, more: Partial<DeliverPorts> = {}) =>
    deliver(campaign, { ...defaultDelivery, ...options }, { ...ports, ...more });
  return { ledger, provider, plan, commit, send };
}

it('plans, sends each row once, and the next time only what is new', async () => {
  const { ledger, provider, plan, send } = world();
  const first = await plan();
  expect(await first.staging.plan()).toMatchObject({ toSend: 2, invalid: 1 });
  expect(await first.staging.invalid(10)).toMatchObject([{ line: 2, issues: [{ column: 'to', value: 'nobody' }] }]);
  const { end, report } = await send(await first.staging.commit(first.hash));
  expect([end, report.counts.accepted]).toEqual([{ kind: 'finished' }, 2]);
  const more = await plan([...rows, { to: '+14155550103', name: 'Cid' }]);
  expect(await more.staging.plan()).toMatchObject({ toSend: 1, already: 2 });
  await send(await more.staging.commit(more.hash));
  expect(provider.sent.map(({ body }) => body)).toEqual(['Hi Ada', 'Hi you', 'Hi Cid']);
  await ledger.close();
});

it('leaves nothing of a plan that is discarded', async () => {
  const { ledger, plan } = world();
  await (await plan()).staging.discard();
  expect(await ledger.campaigns(10)).toEqual([]);
  await ledger.close();
});

it('says what stops all of it', async () => {
  const { ledger, plan } = world();
  await expect(plan(rows, '{% if %}')).rejects.toMatchObject({ code: 'input' });
  await ledger.close();
});

it('refuses a campaign that another run has, and gives it back when it ends', async () => {
  const { ledger, commit, send } = world();
  const campaign = await commit();
  const held = await ledger.acquire(campaign.id, { host: 'elsewhere', pid: 1 });
  await expect(send(campaign)).rejects.toMatchObject({ code: 'held' });
  if ('heldBy' in held) throw new Error('held');
  await ledger.release(held);
  const stop = new AbortController();
  const events = { onResult: () => stop.abort() };
  const { end } = await send(campaign, { concurrency: 1 }, { signal: stop.signal, events });
  expect(end?.kind).toBe('interrupted');
  expect((await send(campaign)).report.counts.accepted).toBe(2);
  await ledger.close();
});

it('says when no answer came, and does not send again', async () => {
  const { ledger, provider, commit, send } = world(() => ({ kind: 'unknown', reason: 'no answer' }));
  const { report } = await send(await commit(), { resolveMs: 1 });
  expect(report.counts).toMatchObject({ unknown: 2, accepted: 0 });
  expect(provider.tried).toHaveLength(2);
  await ledger.close();
});

it('cancels all of a campaign that is called back before it begins', async () => {
  const { ledger, provider, commit, send } = world();
  const stop = new AbortController();
  const events = { onUndo: () => stop.abort() };
  const delivered = await send(await commit(), { undoMs: 60_000 }, { signal: stop.signal, events });
  expect(delivered).toMatchObject({ end: undefined, canceled: 2, report: { counts: { canceled: 2, pending: 0 } } });
  expect(provider.tried).toEqual([]);
  await ledger.close();
});
