// As little as can be sent with: node:http, no answer read, no record, no retry. What it comes to is what the machine allows.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

const [file, concurrency] = process.argv.slice(2);
const { BENCH_URL: url, TWILIO_ACCOUNT_SID: user, TWILIO_AUTH_TOKEN: password } = process.env;
const agent = new Agent({ keepAlive: true, maxSockets: Number(concurrency) });
const address = `${url}/2010-04-01/Accounts/${user}/Messages.json`;
const options = { method: 'POST', agent, auth: `${user}:${password}` };
const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1);
let next = 0;

function send(form) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length };
    const sending = request(address, { ...options, headers }, (response) => response.resume().once('end', resolve));
    sending.once('error', reject).end(form);
  });
}

const work = async () => {
  while (next < rows.length) {
    const [to, name] = rows[next++].split(',');
    await send(`To=${encodeURIComponent(to)}&From=%2B14165550199&Body=${encodeURIComponent(`Hi ${name}`)}`);
  }
};
await Promise.all(Array.from({ length: Number(concurrency) }, work));
agent.destroy();
