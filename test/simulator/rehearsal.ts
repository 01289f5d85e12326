import { request as httpRequest } from 'node:http';
import { afterEach } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

/** Closes something when the test is over. */
export function closeLater(close: () => unknown): void {
  closing.push(close);
}

/** A simulator for one test, and a client of it. */
export async function start(options: SimulatorOptions = {}) {
  const simulator = await startSimulator(options);
  closeLater(simulator.close);
  return { simulator, ...clientOf(simulator) };
}

/** A simulator whose time the test moves. */
export async function startAt(time: string, options: SimulatorOptions = {}) {
  const clock = { now: Date.parse(time) };
  return { clock, ...(await start({ now: () => clock.now, ...options })) };
}

/** Parameters of a request, by name or as a list where names repeat. */
export type Form = Readonly<Record<string, string>> | [string, string][];

/** A message that is taken. */
export const plain = { To: '+14155550100', From: '+14155550199', Body: 'Hi' } as const;
/** The same from a messaging service. */
export const viaService = { To: '+14155550100', MessagingServiceSid: `MG${'a'.repeat(32)}`, Body: 'Hi' } as const;

/** What HTTP Basic authentication sends. */
export function basic(user: string, secret: string): string {
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
}

type Access = Pick<Simulator, 'url' | 'accountSid' | 'authToken'>;

/** A client that speaks plain HTTP. Paths without a leading / are the account's. */
export function clientOf({ url, accountSid, authToken }: Access) {
  const account = `/2010-04-01/Accounts/${accountSid}`;
  const headers = { authorization: basic(accountSid, authToken) };
  const call = async (method: string, path: string, form?: Form) => {
    const body = form && { body: new URLSearchParams(form as Record<string, string>) };
    const address = `${url}${path.startsWith('/') ? path : `${account}/${path}`}`;
    const response = await fetch(address, { method, headers, redirect: 'manual', ...body });
    const text = await response.text();
    // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever the server said.
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as any };
  };
  const create = (more: Readonly<Record<string, string>> = {}) => call('POST', 'Messages.json', { ...plain, ...more });
  /** A create whose client hangs up when `leave` ends. */
  const createAndLeave = (leave: () => Promise<unknown>) =>
    new Promise<void>((resolve) => {
      const outgoing = httpRequest(`${url}${account}/Messages.json`, { method: 'POST', headers, agent: false });
      outgoing.on('error', () => undefined).on('close', () => resolve());
      outgoing.end(new URLSearchParams(plain).toString());
      void leave().then(() => outgoing.destroy());
    });
  return { account, call, create, createAndLeave };
}
