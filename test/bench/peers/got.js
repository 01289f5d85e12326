// A bare loop over got, as most would write it: no record, no retry, no check.
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import got from 'got';

const [file, concurrency] = process.argv.slice(2);
const { BENCH_URL: url, TWILIO_ACCOUNT_SID: username, TWILIO_AUTH_TOKEN: password } = process.env;
const agent = { http: new Agent({ keepAlive: true, maxSockets: Number(concurrency) }) };
const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1);
let next = 0;
const work = async () => {
  while (next < rows.length) {
    const [To, name] = rows[next++].split(',');
    const form = { To, From: '+14165550199', Body: `Hi ${name}` };
    await got.post(`${url}/2010-04-01/Accounts/${username}/Messages.json`, { agent, username, password, form }).json();
  }
};
await Promise.all(Array.from({ length: Number(concurrency) }, work));
agent.http.destroy();
