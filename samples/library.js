// Sends a campaign from a program of your own: here to the simulator, with the ledger beside this process.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  dataRows,
  defaultDelivery,
  deliver,
  openSqliteLedger,
  planCampaign,
  rowRules,
  startSimulator,
  systemClock,
  twilioProvider,
} from 'volley';

const simulator = await startSimulator();
const provider = twilioProvider({
  // For Twilio itself: https://api.twilio.com, your account, and an API key with its secret.
  baseUrl: simulator.url,
  credentials: { accountSid: simulator.accountSid, user: simulator.accountSid, secret: simulator.authToken },
  timeoutMs: 30_000,
});
const ledger = openSqliteLedger(join(mkdtempSync(join(tmpdir(), 'volley-')), 'ledger.db'));
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const ports = { ledger, provider, ...systemClock, signal: stop.signal };

const rows = dataRows([
  { phone: '(415) 555-0101', name: 'Ada' },
  { phone: '415 555 0102', name: 'Bob' },
  { phone: 'unknown', name: 'Cid' },
]);
const rules = await rowRules({
  maps: ['to=phone'],
  country: 'US',
  defaults: { from: '+14155550199', body: 'Hi {{ name }}, spring is here.' },
  nowMs: Date.now(),
});
// Sends nothing yet. What a campaign of this name has sent once it never sends again.
const { staging, hash } = await planCampaign(rows, rules, { name: 'spring-sale', source: 'crm' }, ports);
const plan = await staging.plan();
console.log(`${plan.toSend} to send, ${plan.segments} segments`);
for (const { line, issues } of await staging.invalid(100))
  console.log(`row ${line}: ${issues[0]?.column} ${issues[0]?.problem}`);

const { end, report } = await deliver(await staging.commit(hash), defaultDelivery, {
  ...ports,
  events: { onResult: (result, { to }) => console.log(`${to} ${result.kind}`) },
});
console.log(`${end?.kind}: ${report.counts.accepted} accepted`);

await ledger.close();
provider.close();
await simulator.close();
