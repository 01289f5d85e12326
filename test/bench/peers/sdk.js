// What people write first: a loop over Twilio's own SDK, some requests at once. No record, no retry, no check.
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import twilio from 'twilio';

const [file, concurrency] = process.argv.slice(2);
const { BENCH_URL: url, TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token } = process.env;
const client = twilio(sid, token);
client.httpClient.axios.defaults.httpAgent = new Agent({ keepAlive: true, maxSockets: Number(concurrency) });
client.httpClient.axios.interceptors.request.use((config) => {
  const { pathname, search } = new URL(config.url);
  config.url = url + pathname + search;
  return config;
});
const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1);
let next = 0;
const work = async () => {
  while (next < rows.length) {
    const [to, name] = rows[next++].split(',');
    await client.messages.create({ to, from: '+14165550199', body: `Hi ${name}` });
  }
};
await Promise.all(Array.from({ length: Number(concurrency) }, work));
