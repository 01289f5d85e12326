import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { signCallback } from '../../../src/simulator/callbacks.ts';
import { freshLedger, volley } from '../commands.ts';
import { account, start } from '../processes.ts';

const url = 'https://example.com/twilio';

/** Signed callbacks a second, 64 at once, each on disk before it is answered. */
export async function measureCallbacks(): Promise<number> {
  const child = start(volley('listen', '--public-url', url, '--port', '0', '--json', '--ledger', freshLedger()));
  const [line] = await once(child.stdout, 'data');
  const { port } = JSON.parse(String(line));
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const count = 10_000;
  let next = 0;
  const work = async () => {
    while (next < count) await post(port, agent, next++);
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 64 }, work));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  child.kill();
  return count / seconds;
}

async function post(port: number, agent: Agent, number: number): Promise<void> {
  const form = { MessageSid: `SM${number.toString(16).padStart(32, '0')}`, MessageStatus: 'delivered' };
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': signCallback(account.TWILIO_AUTH_TOKEN, url, form),
  };
  const outgoing = request({ agent, port, host: '127.0.0.1', path: '/twilio', method: 'POST', headers });
  outgoing.end(new URLSearchParams(form).toString());
  const [answer] = await once(outgoing, 'response');
  await once(answer.resume(), 'end');
  if (answer.statusCode !== 200) throw new Error(`a callback was answered with ${answer.statusCode}`);
}
