import { main } from '../../src/cli/main.ts';
import type { MessageRecord, Provider } from '../../src/provider/provider.ts';
import { from, recipients, testContext } from '../context.ts';

/** A world whose Twilio reports the status that `statusOf` gives for a number and the age in milliseconds. */
export function delivering(statusOf: (to: string, ageMs: number) => Partial<MessageRecord>) {
  const made = testContext();
  const asked: string[] = [];
  const startedAt = made.clock.now;
  const connect: typeof made.context.connect = async (options) => {
    const provider = await made.context.connect(options);
    const record = (n: number): MessageRecord => ({
      sid: `SM${n.toString(16).padStart(32, '0')}`,
      ...{ to: made.sent[n - 1]?.to ?? '', from, messagingServiceSid: null, direction: 'outbound-api', body: 'Hi' },
      ...{ status: 'queued', createdAt: startedAt },
      ...statusOf(made.sent[n - 1]?.to ?? '', made.clock.now - startedAt),
    });
    const all = () => made.sent.map((_, i) => record(i + 1)).reverse();
    const tracking: Partial<Provider> = {
      fetch: async (sid) => {
        asked.push(sid);
        return all().find((found) => found.sid === sid);
      },
      recent: async (page = '0') => {
        asked.push(`page ${page}`);
        const start = Number(page);
        const messages = all().slice(start, start + 4);
        return { ok: true, messages, ...(start + 4 < made.sent.length && { next: String(start + 4) }) };
      },
    };
    return { ...provider, ...tracking };
  };
  const volley = (...argv: string[]) => main(argv, { ...made.context, connect });
  const batch = (count: number, ...argv: string[]) =>
    volley(
      'batch',
      made.file('l.csv', recipients(count)),
      '--from',
      from,
      '--body',
      'Hi',
      '--yes',
      '--campaign',
      'c',
      ...argv,
    );
  const report = async () => {
    await volley('report', 'c', '--json');
    return JSON.parse(made.stdout.at(-1) ?? '') as { statuses: object; errors: object[]; cost: object };
  };
  return { ...made, volley, batch, report, asked };
}

/** Every message is sent, and delivered when it is `after` milliseconds old. */
export const delivered = (after: number) => (_: string, ageMs: number) => ({
  status: ageMs >= after ? 'delivered' : 'sent',
});
