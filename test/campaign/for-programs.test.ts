import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makePlan, openSqliteLedger, runCampaign } from '../../src/index.ts';
import { from, tempFolder } from '../context.ts';
import { type Script, scriptedProvider } from '../scripted-provider.ts';

const rows = [{ to: '+14155550101', name: 'Ada' }, { to: 'nobody' }, { to: '+14155550102', name: '' }];
const spring = { name: 'spring', rows, defaults: { from, body: 'Hi {{ name | default: "you" }}' } };

function world(script?: Script) {
  const ledger = openSqliteLedger(join(tempFolder(), 'ledger.db'));
  return { ledger, provider: scriptedProvider(script) };
}

it('plans, sends each row once, and the next time only what is new', async () => {
  const { ledger, provider } = world();
  const first = await makePlan(ledger, spring);
  expect(first.plan).toMatchObject({ toSend: 2, invalid: 1 });
  expect(first.invalid).toMatchObject([{ line: 2, issues: [{ column: 'to', value: 'nobody' }] }]);
  const { end, report } = await runCampaign(await first.commit(), { ledger, provider });
  expect([end, report.counts.accepted]).toEqual([{ kind: 'finished' }, 2]);
  const more = await makePlan(ledger, { ...spring, rows: [...rows, { to: '+14155550103', name: 'Cid' }] });
  expect(more.plan).toMatchObject({ toSend: 1, already: 2 });
  await runCampaign(await more.commit(), { ledger, provider });
  expect(provider.sent.map(({ body }) => body)).toEqual(['Hi Ada', 'Hi you', 'Hi Cid']);
  await ledger.close();
});

it('leaves nothing of a plan that is discarded', async () => {
  const { ledger } = world();
  const { discard } = await makePlan(ledger, spring);
  await discard();
  expect(await ledger.campaigns(10)).toEqual([]);
  await ledger.close();
});

it('says what stops all of it', async () => {
  const { ledger } = world();
  await expect(makePlan(ledger, { ...spring, defaults: { from, body: '{% if %}' } })).rejects.toMatchObject({
    code: 'input',
  });
  await ledger.close();
});

it('refuses a campaign that another run has, and gives it back when it ends', async () => {
  const { ledger, provider } = world();
  const campaign = await (await makePlan(ledger, spring)).commit();
  const held = await ledger.acquire(campaign.id, { host: 'elsewhere', pid: 1 });
  await expect(runCampaign(campaign, { ledger, provider })).rejects.toMatchObject({ code: 'held' });
  if ('heldBy' in held) throw new Error('held');
  await ledger.release(held);
  const stop = new AbortController();
  const onResult = () => stop.abort();
  expect(
    (await runCampaign(campaign, { ledger, provider, concurrency: 1, signal: stop.signal, onResult })).end.kind,
  ).toBe('interrupted');
  expect((await runCampaign(campaign, { ledger, provider })).report.counts.accepted).toBe(2);
  await ledger.close();
});

it('says when no answer came, and does not send again', async () => {
  const { ledger, provider } = world(() => ({ kind: 'unknown', reason: 'no answer' }));
  const campaign = await (await makePlan(ledger, spring)).commit();
  const { report } = await runCampaign(campaign, { ledger, provider, settleMs: 1 });
  expect(report.counts).toMatchObject({ unknown: 2, accepted: 0 });
  expect(provider.tried).toHaveLength(2);
  await ledger.close();
});
