import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, testContext, type World } from '../context.ts';

const flags = ['stream', '--campaign', 'orders', '--from', from, '--body', 'Order {{ order }} has left us.'];
const event = (id: number, more: object = {}) =>
  `${JSON.stringify({ id: `e${id}`, to: `+1415555010${id}`, order: id, ...more })}\n`;

/** Runs a stream on these events, piece by piece as a test lets them come. */
function world(pieces: Iterable<string> | AsyncIterable<string>, options: World = {}) {
  const made = testContext(options);
  const stdin = async function* () {
    for await (const piece of pieces) yield Buffer.from(piece);
  };
  const stream = (...argv: string[]) => main([...flags, ...argv], { ...made.context, stdin: stdin() });
  return { ...made, stream };
}

describe('stream', () => {
  it('sends each event once, also when it is delivered again, in this run or the next', async () => {
    const { context, stream, sent, stderr } = world([event(1), event(2) + event(1), event(3)]);
    expect(await stream()).toBe(0);
    expect(stderr.join('\n')).toMatch(/4 events: 3 new, 1 known already, 0 wrong/);
    const again = async function* () {
      yield Buffer.from(event(3) + event(4));
    };
    expect(await main(flags, { ...context, stdin: again() })).toBe(0);
    expect(sent.map(({ body }) => body?.slice(6, 7))).toEqual(['1', '2', '3', '4']);
  });

  it('sends an event before the next one comes', async () => {
    const order: string[] = [];
    const pieces = async function* () {
      for (const n of [1, 2, 3]) {
        order.push(`event ${n}`);
        yield event(n, n === 2 ? { from: '+14155600198' } : {});
        for (let turns = 0; turns < 200 && !order.includes(`sent ${n}`); turns++) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    };
    const { stream } = world(pieces(), {
      script: ({ to }) => {
        order.push(`sent ${to.at(-1)}`);
        return undefined;
      },
    });
    expect(await stream()).toBe(0);
    expect(order).toEqual(['event 1', 'sent 1', 'event 2', 'sent 2', 'event 3', 'sent 3']);
  });

  it('says of each event what became of it, also of one that is not sent', async () => {
    const { context, stream, sent, stdout } = world([event(1), event(2), event(3, { order: '' })]);
    await main(['opt-out', 'add', '+14155550102'], context);
    stdout.length = 0;
    expect(await stream('--output', 'ndjson')).toBe(3);
    expect(stdout.map((line) => JSON.parse(line)).sort((a, b) => a.line - b.line)).toMatchObject([
      { key: 'e1', line: 1, state: 'accepted' },
      { key: 'e2', line: 2, state: 'skipped', reason: expect.stringContaining('opted out') },
      { line: 3, state: 'invalid', issues: [{ column: 'order', problem: expect.any(String) }] },
    ]);
    expect(sent).toHaveLength(1);
  });

  it('reports a bad event and goes on', async () => {
    const bad = ['{"to":\n', '{"to":"+14155550108","order":1}\n', event(7, { order: '' }), event(8, { to: '555' })];
    const { stream, sent, stderr } = world([...bad, event(2)]);
    expect(await stream()).toBe(3);
    expect(sent).toHaveLength(1);
    const told = stderr.join('\n');
    expect(told).toMatch(/line 1 .*is not JSON/);
    expect(told).toMatch(/line 2 +id is empty, but it is the key/);
    expect(told).toMatch(/line 3 +order is empty/);
    expect(told).toMatch(/line 4 +to "555" is not a phone number/);
    expect(told).toMatch(/5 events: 1 new, 0 known already, 4 wrong/);
  });

  it('acknowledges an event that it knows with how its message stands, in this run and the next', async () => {
    const { context, stream, stdout } = world([event(1), event(1, { order: 9 }) + event(2)]);
    expect(await stream('--output', 'ndjson')).toBe(0);
    const lines = () => stdout.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines().filter(({ known }) => known)).toEqual([
      expect.objectContaining({ key: 'e1', line: 2, to: '+14155550101' }),
    ]);
    expect(
      lines()
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['e1', 'e1', 'e2']);
    const again = async function* () {
      yield Buffer.from(event(2));
    };
    stdout.length = 0;
    await main([...flags, '--output', 'ndjson'], { ...context, stdin: again() });
    const sid = expect.stringMatching(/^SM/);
    expect(lines()).toEqual([{ key: 'e2', line: 1, to: '+14155550102', state: 'accepted', known: true, sid }]);
    stdout.length = 0;
    await main(flags, { ...context, stdin: again() });
    expect(stdout).toEqual([expect.stringMatching(/^✓ accepted {2}SM.* \+1415•••0102 {2}\(known already\)$/)]);
  });

  it('prints a line of JSON for each, with its key', async () => {
    const { stream, stdout } = world([event(1), event(2)], {
      script: ({ to }) => (to.endsWith('2') ? { kind: 'rejected', code: 21614, reason: 'no mobile' } : undefined),
    });
    expect(await stream('--output', 'ndjson')).toBe(3);
    expect(stdout.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ key: 'e1', to: '+14155550101', state: 'accepted' }),
      expect.objectContaining({ key: 'e2', to: '+14155550102', state: 'rejected', code: 21614 }),
    ]);
  });

  it('gives a wrong event its key, too, where it has one', async () => {
    const { stream, stdout } = world([
      event(1, { order: '' }),
      '{"id":"e2"}\n',
      '{"to":"+14155550103"}\n',
      'no JSON\n',
    ]);
    expect(await stream('--output', 'ndjson')).toBe(3);
    expect(stdout.map((line) => JSON.parse(line) as object)).toMatchObject([
      { key: 'e1', line: 1, state: 'invalid' },
      { key: 'e2', line: 2, state: 'invalid' },
      { key: null, line: 3, state: 'invalid' },
      { key: null, line: 4, state: 'invalid' },
    ]);
  });

  it('gives a reason where Twilio gave only a code', async () => {
    const { stream, stdout } = world([event(1)], { script: () => ({ kind: 'rejected', code: 21614, reason: '' }) });
    await stream('--output', 'ndjson');
    expect(JSON.parse(stdout.join('')).reason).toMatch(/\w/);
  });

  it('is one document with --json, the report of all its events', async () => {
    const { stream, stdout } = world([event(1), event(2, { order: '' })]);
    expect(await stream('--json')).toBe(3);
    expect(JSON.parse(stdout.join('\n'))).toMatchObject({
      ...{ schema: 'volley.report/1', campaign: { name: 'orders' }, exitCode: 3 },
      counts: { rows: 2, accepted: 1, invalid: 1 },
    });
  });

  it('keeps to opt-outs, the rate and a key of another name', async () => {
    const { context, stream, sent } = world([event(1, { ref: 'a' }), event(2, { ref: 'b' }), event(3, { ref: 'b' })]);
    await main(['opt-out', 'add', '+14155550101'], context);
    expect(await stream('--key', 'ref', '--rate', '1')).toBe(0);
    expect(sent.map(({ to }) => to)).toEqual(['+14155550102']);
  });

  it('ends when it is interrupted, with what came recorded and sent', async () => {
    const stop = new AbortController();
    const pieces = async function* () {
      yield event(1);
      await new Promise(() => undefined);
    };
    const { stream, sent, stderr } = world(pieces(), {
      signal: stop.signal,
      script: () => {
        setTimeout(() => stop.abort(), 20);
        return undefined;
      },
    });
    expect(await stream()).toBe(130);
    expect(sent).toHaveLength(1);
    expect(stderr.join('\n')).toMatch(/1 event: 1 new/);
  });

  it('keeps what came when Twilio refuses the account', async () => {
    const { context, stream, stdout } = world([event(1), event(2)], {
      script: () => ({ kind: 'stop', code: 20003, reason: 'Authenticate' }),
    });
    expect(await stream()).toBe(4);
    await main(['report', 'orders', '--json'], context);
    const { counts } = JSON.parse(stdout.at(-1) ?? '') as { counts: { rows: number; pending: number } };
    expect([counts.pending, counts.rows]).toEqual([counts.rows, counts.rows]);
  });

  it('loses of a line that is no text that event alone', async () => {
    const bytes = async function* () {
      yield Buffer.concat([Buffer.from(event(1)), Buffer.from('{"id":"e9\0"}\n'), Buffer.from(event(2))]);
      yield Buffer.concat([
        Buffer.of(0xff, 10),
        Buffer.from(event(3)),
        Buffer.from('{"id":"e9","to":"+1","To":"+2"}\n'),
      ]);
      yield Buffer.from(`${'x'.repeat(2_000_000)}\n${event(4)}`);
      yield Buffer.from(event(5, { order: 'a\u0007b' }) + event(6));
    };
    const { context, stdout, stderr, sent } = testContext();
    expect(await main([...flags, '--output', 'ndjson'], { ...context, stdin: bytes() })).toBe(3);
    expect(sent.map(({ to }) => to.at(-1)).sort()).toEqual(['1', '2', '3', '4', '6']);
    const wrong = stdout.map((line) => JSON.parse(line)).filter(({ state }) => state === 'invalid');
    expect(wrong.map(({ line, issues: [issue] }) => [line, issue.column, issue.problem])).toEqual([
      [2, 'row', 'holds a NUL character'],
      [4, 'row', 'holds bytes that are not utf-8 text'],
      [6, 'To', 'is the same name as to here'],
      [7, 'row', 'is longer than 1 MiB'],
      [9, '--body', 'holds a control character (U+0007)'],
    ]);
    expect(stderr.join('\n')).toMatch(/10 events: 5 new, 0 known already, 5 wrong/);
  });

  it('sends and records what came before its source broke off, and says that it did', async () => {
    const pieces = async function* () {
      yield event(1) + event(2);
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
    };
    const { context, stream, sent, stdout, stderr } = world(pieces());
    expect(await stream()).toBe(8);
    expect(stderr.join('\n')).toMatch(/2 events: 2 new/);
    expect(stderr).toContain('error: Cannot read standard input: its disk or device fails.');
    expect(sent).toHaveLength(2);
    await main(['report', 'orders', '--json'], context);
    expect(JSON.parse(stdout.at(-1) ?? '').counts).toMatchObject({ rows: 2, accepted: 2, claimed: 0 });
  });
});
