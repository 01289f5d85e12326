// Sends a campaign from a program of your own: here to the simulator, with the ledger beside this process.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePlan, openSqliteLedger, runCampaign, startSimulator, twilioProvider } from 'volley';

const simulator = await startSimulator();
const provider = twilioProvider({
  // For Twilio itself: https://api.twilio.com, your account, and an API key with its secret.
  baseUrl: simulator.url,
  credentials: { accountSid: simulator.accountSid, user: simulator.accountSid, secret: simulator.authToken },
  timeoutMs: 30_000,
});
const ledger = openSqliteLedger(join(mkdtempSync(join(tmpdir(), 'volley-')), 'ledger.db'));

const { plan, invalid, commit } = await makePlan(ledger, {
  name: 'spring-sale',
  rows: [
    { phone: '(415) 555-0101', name: 'Ada' },
    { phone: '415 555 0102', name: 'Bob' },
    { phone: 'unknown', name: 'Cid' },
  ],
  maps: ['to=phone'],
  country: 'US',
  defaults: { from: '+14155550199', body: 'Hi {{ name }}, spring is here.' },
});
console.log(`${plan.toSend} to send, ${plan.segments} segments`);
for (const { line, issues } of invalid) console.log(`row ${line}: ${issues[0]?.column} ${issues[0]?.problem}`);

const { end, report } = await runCampaign(await commit(), {
  ledger,
  provider,
  onResult: (result, { to }) => console.log(`${to} ${result.kind}`),
});
console.log(`${end.kind}: ${report.counts.accepted} accepted`);

await ledger.close();
provider.close();
await simulator.close();
