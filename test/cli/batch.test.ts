import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, recipients, testContext, type World } from '../context.ts';

const flags = ['--from', from, '--body', 'Hi {{ name }}'];
const mixed = 'to,name\n+14155550100,Ada\n555,Bob\n+14155550102,\n+14155550103,Eve\n+14155550100,Ada again\n';

/** Runs `batch` on a file of this content, each time in the same world. */
function world(options: World = {}) {
  const made = testContext(options);
  const batch = (content: string, ...argv: string[]) =>
    main(['batch', made.file('list.csv', content), ...flags, ...argv], made.context);
  const volley = (...argv: string[]) => main(argv, made.context);
  return { ...made, batch, volley };
}

describe('batch', () => {
  it('sends every good row, reports the others with line, column and value, and exits 3', async () => {
    const { batch, sent, stdout, stderr } = world();
    expect(await batch(mixed, '--yes')).toBe(3);
    expect(sent.map(({ to, body }) => [to, body])).toEqual([
      ['+14155550100', 'Hi Ada'],
      ['+14155550103', 'Hi Eve'],
    ]);
    expect(stderr.join('\n')).toMatch(/2 to send of 5 rows; 2 rows wrong, 1 skipped/);
    expect(stderr.join('\n')).toMatch(/line 3 +to "555" is not a phone number/);
    expect(stderr.join('\n')).toMatch(/line 4 +name is empty, but the text needs it/);
    expect(stdout.join('\n')).toMatch(/accepted +2/);
  });

  it('prints one JSON document, in which the states add up to the rows', async () => {
    const { batch, stdout } = world();
    expect(await batch(mixed, '--yes', '--json')).toBe(3);
    const { counts, issues, exitCode } = JSON.parse(stdout.join('')) as {
      counts: Record<string, number>;
      issues: object[];
      exitCode: number;
    };
    const { rows, ...states } = counts;
    expect(Object.values(states).reduce((sum, n) => sum + n, 0)).toBe(rows);
    expect([rows, exitCode]).toEqual([5, 3]);
    expect(issues).toEqual([
      { line: 3, column: 'to', problem: 'is not a phone number' },
      { line: 4, column: 'name', problem: 'is empty, but the text needs it' },
    ]);
  });

  it('prints every message as a line of JSON, and every attempt when asked', async () => {
    const { batch, stdout, stderr } = world();
    expect(await batch(mixed, '--yes', '--output', 'ndjson', '--verbose')).toBe(3);
    expect(stdout.map((line) => (JSON.parse(line) as { state: string }).state)).toEqual([
      'accepted',
      'invalid',
      'invalid',
      'accepted',
      'skipped',
    ]);
    expect(stderr.filter((line) => line.startsWith('accepted  +1415•••010'))).toHaveLength(2);
  });

  it('reads NDJSON, and standard input', async () => {
    const { volley, sent, file } = world({ stdin: 'to,name\n+14155550101,Bob\n' });
    const events = file(
      'events.ndjson',
      '{"to":"+14155550100","name":"Ada","MediaUrl":["https://a/1","https://a/2"]}\n',
    );
    expect(await volley('batch', events, ...flags, '--yes')).toBe(0);
    expect(await volley('batch', '-', ...flags, '--yes')).toBe(0);
    expect(sent).toEqual([
      { to: '+14155550100', from, body: 'Hi Ada', mediaUrl: ['https://a/1', 'https://a/2'] },
      { to: '+14155550101', from, body: 'Hi Bob' },
    ]);
  });

  it('takes its text from a file', async () => {
    const { volley, sent, file } = world();
    const template = file('text.liquid', 'Dear {{ name }}.\n');
    expect(await volley('batch', file('l.csv', recipients(1)), '--from', from, '--template', template, '--yes')).toBe(
      0,
    );
    expect(sent[0]?.body).toBe('Dear Ada 0.');
  });

  it('is quiet when all went well, and not when something did not', async () => {
    const good = world();
    expect(await good.batch(recipients(2), '--yes', '--quiet')).toBe(0);
    expect([good.stdout, good.stderr]).toEqual([[], []]);
    const bad = world();
    expect(await bad.batch(mixed, '--yes', '--quiet')).toBe(3);
    expect(bad.stdout.join('\n')).toContain('line 3');
  });
});

describe('before anything is sent', () => {
  it('shows the plan and asks, and a no sends nothing', async () => {
    const { batch, sent, asked, volley, stderr } = world({ canAsk: true, answer: false });
    expect(await batch(recipients(3))).toBe(130);
    expect(asked).toEqual(['Send 3 messages now?']);
    expect(sent).toEqual([]);
    await volley('campaigns');
    expect(stderr.at(-1)).toBe('Nothing has been sent yet.');
  });

  it('does not ask with --yes, and refuses when nobody can answer', async () => {
    const asking = world({ canAsk: true });
    expect(await asking.batch(recipients(1), '--yes')).toBe(0);
    expect(asking.asked).toEqual([]);
    const alone = world();
    expect(await alone.batch(recipients(1))).toBe(2);
    expect(alone.stderr.join('\n')).toMatch(/Nobody is there to confirm.*\n.*--yes/);
    const silenced = world({ canAsk: true });
    expect(await silenced.batch(recipients(1), '--no-input')).toBe(2);
    expect([alone.sent, silenced.sent]).toEqual([[], []]);
  });

  it.each<[string, string, string[], RegExp]>([
    ['a column is missing', 'who,name\n+14155550100,Ada\n', [], /no column "to"/],
    ['two columns may hold the numbers', 'phone,mobile\n+14155550100,\n', [], /in phone or mobile\..*\n.*to=phone/],
    ['the text names a column that is not there', 'to,nmae\n+14155550100,Ada\n', [], /\{\{ name \}\}/],
    ['bytes are no text far down', `${recipients(700)}\0\n`, [], /line 702/],
    ['there is only a header', 'to,name\n', [], /list.csv has no rows/],
    ['there is only a header, and a name is given', 'to,name\n\n', ['--campaign', 'spring'], /list.csv has no rows/],
    ['the recipient is a flag', recipients(1), ['--to', '+14155550100'], /has no option --to\./],
    ['text and template are given', recipients(1), ['--template', 'x'], /not both/],
  ])('stops when %s', async (_, content, argv, message) => {
    const { batch, sent, stderr, volley } = world();
    expect(await batch(content, '--yes', ...argv)).toBe(2);
    expect(stderr.join('\n')).toMatch(message);
    expect(sent).toEqual([]);
    stderr.length = 0;
    await volley('campaigns');
    expect(stderr).toEqual(['Nothing has been sent yet.']);
  });

  it.each<[string, string[]]>([
    ['--strict', ['--strict']],
    ['more wrong rows than allowed', ['--max-invalid', '39%']],
  ])('refuses with 6: %s', async (_, argv) => {
    const { batch, sent, stderr } = world();
    expect(await batch(mixed, '--yes', ...argv)).toBe(6);
    expect(stderr.join('\n')).toMatch(/2 .*wrong[\s\S]*Nothing was sent/);
    expect(sent).toEqual([]);
  });

  it('refuses a file in which more than half is wrong, unless told otherwise', async () => {
    const mostlyWrong = 'to,name\n1,a\n2,b\n+14155550100,Ada\n';
    const { batch, sent, stderr } = world();
    expect(await batch(mostlyWrong, '--yes')).toBe(6);
    expect(stderr.join('\n')).toMatch(/2 .*wrong[\s\S]*Nothing was sent/);
    expect(await batch(mostlyWrong, '--yes', '--max-invalid', '90%')).toBe(3);
    expect(sent).toHaveLength(1);
  });
});

describe('the plan', () => {
  it('warns of texts with a field that nobody fills, on the screen and in JSON', async () => {
    const { volley, file, stdout } = world();
    const list = file('texts.csv', 'to,body,max_price\n+14155550100,Hi {{ name }},1\n+14155550101,Bye {{ name }},\n');
    expect(await volley('check', list, '--from', from)).toBe(0);
    expect(stdout.join('\n')).toMatch(/note: body has \{\{ \}\} or \{% %\} in it.* \(2 rows\)/);
    stdout.length = 0;
    await volley('check', list, '--from', from, '--json');
    expect(JSON.parse(stdout.join('')).warnings).toMatchObject([
      { line: 2, column: 'max_price', rows: 1 },
      { line: 2, column: 'body', value: 'Hi {{ name }}', rows: 2 },
    ]);
  });

  it('is the same with check and --dry-run, sends nothing, leaves nothing and needs no credentials', async () => {
    const made = testContext({ env: { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '' } });
    const file = made.file('list.csv', mixed);
    expect(await main(['check', file, ...flags], made.context)).toBe(3);
    const checked = made.stdout.splice(0).slice(1);
    expect(await main(['batch', file, ...flags, '--dry-run'], made.context)).toBe(3);
    expect(made.stdout.splice(0).slice(1)).toEqual(checked);
    expect(checked.join('\n')).toMatch(/2 to send[\s\S]*line 3[\s\S]*line 4/);
    await main(['campaigns'], made.context);
    expect([made.sent, made.stderr]).toEqual([[], ['Nothing has been sent yet.']]);
  });

  it('lists every problem as JSON', async () => {
    const { context, file, stdout } = testContext();
    expect(await main(['check', file('list.csv', mixed), ...flags, '--json'], context)).toBe(3);
    expect(JSON.parse(stdout.join(''))).toMatchObject({
      ...{ schema: 'volley.plan/1', rows: 5, toSend: 2, invalid: 2, skipped: 1, exitCode: 3 },
      issues: [
        { line: 3, column: 'to', value: '555' },
        { line: 4, column: 'name' },
      ],
    });
  });
});

describe('sending again', () => {
  it('under one name sends only what is new or unsent, and exits 0 when nothing is', async () => {
    const { batch, sent } = world();
    expect(await batch(recipients(3), '--yes', '--campaign', 'spring')).toBe(0);
    expect(await batch(recipients(3), '--yes', '--campaign', 'spring')).toBe(0);
    expect(await batch(recipients(5), '--yes', '--campaign', 'spring')).toBe(0);
    expect(sent.map(({ to }) => to.slice(-1))).toEqual(['0', '1', '2', '3', '4']);
  });

  it('shows a name without what moves the cursor of a terminal', async () => {
    const { batch, volley, stderr, stdout } = world({ script: () => ({ kind: 'unknown', reason: 'x' }) });
    const name = '\u001b[31mspring\u009b2J';
    expect(await batch(recipients(2), '--yes', '--limit', '1', '--settle', '0s', '--campaign', name)).toBe(8);
    await volley('resume', name, '--settle', '0s');
    await volley('report', name);
    expect([...stdout, ...stderr].join('\n')).not.toMatch(/[^\P{Cc}\n]/u);
    expect(stderr.join('\n')).toMatch(/volley reconcile '\[31mspring2J'/);
  });

  it('does not report a wrong row of an earlier run as new', async () => {
    const { batch } = world();
    expect(await batch(mixed, '--yes', '--campaign', 'spring')).toBe(3);
    expect(await batch(mixed, '--yes', '--campaign', 'spring')).toBe(0);
    expect(await batch(`${mixed}666,x\n`, '--yes', '--campaign', 'spring')).toBe(3);
  });

  it('takes a column as key, so that one recipient can get several messages', async () => {
    const { batch, sent } = world();
    const orders = 'to,name,order\n+14155550100,Ada,A1\n+14155550100,Ada,A2\n+14155550100,Ada,A1\n';
    expect(await batch(orders, '--yes', '--key', 'order')).toBe(0);
    expect(sent).toHaveLength(2);
  });

  it('sends one input once, also when another terminal sends it while this one asks', async () => {
    const { context, file, sent, stderr } = testContext({ canAsk: true });
    const batch = ['batch', file('list.csv', recipients(3)), ...flags];
    const confirm = async () => (await main([...batch, '--yes'], context)) === 0;
    expect(await main(batch, { ...context, confirm })).toBe(6);
    expect(sent).toHaveLength(3);
    expect(stderr.join('\n')).toMatch(/same messages were sent .* ago/);
  });

  it('without a name is refused for a day, unless --again', async () => {
    const { batch, sent, stderr, clock } = world();
    expect(await batch(recipients(2), '--yes')).toBe(0);
    clock.now += 23 * 3_600_000;
    expect(await batch(recipients(2), '--yes')).toBe(6);
    expect(stderr.join('\n')).toMatch(/same messages were sent 23 h 0 min ago[\s\S]*--again/);
    expect(await batch(recipients(2), '--yes', '--again')).toBe(0);
    expect(sent).toHaveLength(4);
    clock.now += 25 * 3_600_000;
    expect(await batch(recipients(2), '--yes')).toBe(0);
    expect(sent).toHaveLength(6);
  });

  it('without a name goes on with what an earlier run left', async () => {
    let isDown = true;
    const { batch, sent, stderr } = world({
      script: () => (isDown ? { kind: 'retry', cause: 'unreachable', reason: 'ECONNREFUSED' } : undefined),
    });
    expect(await batch(recipients(3), '--yes', '--retry-for', '5s')).toBe(5);
    isDown = false;
    expect(await batch(recipients(3), '--yes')).toBe(0);
    expect(stderr.join('\n')).toContain('going on there, with ');
    expect(sent).toHaveLength(3);
  });

  it('is resumed by name, or by being the latest that is not done', async () => {
    const { batch, volley, sent, stderr } = world();
    expect(await batch(recipients(5), '--yes', '--limit', '2', '--campaign', 'big one')).toBe(8);
    expect(stderr.at(-1)).toBe("Resume with: volley resume 'big one'");
    expect(await volley('resume', 'big one', '--limit', '1')).toBe(8);
    expect(await volley('resume')).toBe(0);
    expect(new Set(sent.map(({ to }) => to)).size).toBe(5);
    expect([await volley('resume'), stderr.at(-1)]).toEqual([0, expect.stringContaining('nothing to resume.')]);
    expect(await volley('resume', 'nope')).toBe(2);
  });

  it('sends nothing that is pending when it only settles what is unknown', async () => {
    const { batch, volley, sent } = world({
      script: (_, __, n) => (n === 1 ? { kind: 'unknown', reason: 'x' } : undefined),
    });
    expect(await batch(recipients(3), '--yes', '--limit', '1', '--campaign', 'c')).toBe(8);
    expect(await volley('reconcile', 'c')).toBe(8);
    expect(sent).toEqual([]);
    expect(await volley('reconcile', 'c', '--on-unknown', 'resend')).toBe(0);
    expect(sent).toHaveLength(3);
  });

  it('with nothing to do ends with 0 and says so, as text and JSON', async () => {
    const { batch, volley, sent, stderr, stdout } = world();
    for (const verb of ['resume', 'reconcile']) {
      expect([await volley(verb), stderr.at(-1)]).toEqual([0, expect.stringContaining(`There is nothing to ${verb}.`)]);
      expect(await volley(verb, '--json')).toBe(0);
      expect(JSON.parse(stdout.splice(0).join(''))).toEqual({
        ...{ schema: `volley.${verb}/1`, campaign: null, exitCode: 0 },
      });
    }
    expect(await batch(recipients(3), '--yes', '--limit', '2', '--campaign', 'c')).toBe(8);
    // What is pending is resume's: no outcome of it is unknown.
    expect(await volley('reconcile')).toBe(0);
    stdout.length = 0;
    expect(await volley('reconcile', 'c', '--json')).toBe(0);
    expect(stderr.at(-1)).toMatch(/nothing to reconcile in c: .* volley resume c$/);
    expect(JSON.parse(stdout.join(''))).toMatchObject({ counts: { pending: 1 }, exitCode: 0 });
    expect(await volley('resume', 'c')).toBe(0);
    expect(sent).toHaveLength(3);
    expect(await volley('resume', 'c')).toBe(0);
    expect(stderr.at(-1)).toBe('There is nothing to resume in c.');
    expect(sent).toHaveLength(3);
  });

  it('tries again what was refused for something that can be put right', async () => {
    let isBroken = true;
    const { batch, volley, sent } = world({
      script: ({ to }) =>
        to.endsWith('1')
          ? { kind: 'rejected', code: 21610, reason: 'stop' }
          : isBroken
            ? { kind: 'rejected', code: 21408, reason: 'country' }
            : undefined,
    });
    expect(await batch(recipients(3), '--yes', '--campaign', 'c')).toBe(3);
    isBroken = false;
    expect(await volley('resume', 'c', '--rejected')).toBe(0);
    expect(sent.map(({ to }) => to.slice(-1))).toEqual(['0', '2']);
  });

  it('after a run that died tells also what that run found out and could not tell', async () => {
    const { batch, context, ledgerPath, clock } = world({
      script: ({ to }) => (to.endsWith('0') ? { kind: 'rejected', code: 21614, reason: 'no mobile' } : undefined),
    });
    expect(await batch(recipients(3), '--yes', '--limit', '1', '--campaign', 'c')).toBe(8);
    const ledger = await context.openLedger(ledgerPath);
    await ledger.acquire((await ledger.find('c'))?.id ?? '', { host: 'elsewhere', pid: 77 });
    clock.now += 120_000;
    expect(await main(['resume', 'c'], context)).toBe(3);
  });

  it('is refused with 7 while another run is at it', async () => {
    const { batch, context, ledgerPath, stderr } = world();
    expect(await batch(recipients(2), '--yes', '--limit', '1', '--campaign', 'c')).toBe(8);
    const ledger = await context.openLedger(ledgerPath);
    const campaign = await ledger.find('c');
    await ledger.acquire(campaign?.id ?? '', { host: 'elsewhere', pid: 77 });
    expect(await main(['resume', 'c'], context)).toBe(7);
    expect(stderr.join('\n')).toMatch(/process 77 on elsewhere/);
  });
});

describe('sending a part', () => {
  it('--sample takes only the first good rows', async () => {
    const { batch, sent } = world();
    expect(await batch(mixed, '--yes', '--sample', '1', '--campaign', 'c')).toBe(0);
    expect(sent.map(({ body }) => body)).toEqual(['Hi Ada']);
    expect(await batch(mixed, '--yes', '--campaign', 'c')).toBe(3);
    expect(sent.map(({ body }) => body)).toEqual(['Hi Ada', 'Hi Eve']);
  });

  it('--test-to sends the first rows to one number', async () => {
    const { batch, sent } = world();
    expect(await batch(recipients(5), '--yes', '--test-to', '+14155559999')).toBe(0);
    expect(await batch(recipients(5), '--yes', '--test-to', '+14155559999', '--sample', '2')).toBe(0);
    expect(sent.map(({ to, body }) => [to.slice(-4), body])).toEqual([
      ['9999', 'Hi Ada 0'],
      ['9999', 'Hi Ada 0'],
      ['9999', 'Hi Ada 1'],
    ]);
  });
});

describe('reports', () => {
  it('show a campaign, its failures, one message and everything as CSV', async () => {
    const { batch, volley, stdout, folder, stderr } = world({
      script: ({ to }) => (to.endsWith('3') ? { kind: 'rejected', code: 21614, reason: 'no mobile' } : undefined),
    });
    await batch(mixed.replace('Ada\n', '=Ada\n'), '--yes', '--campaign', 'c');
    stdout.length = 0;
    const shown = async (...argv: string[]) => {
      expect(await volley('report', ...argv)).toBe(0);
      return stdout.splice(0).join('\n');
    };
    expect(await shown('c')).toMatch(/accepted +1[\s\S]*1 × 21614 +the number is not a mobile/);
    expect(JSON.parse(await shown('c', '--json'))).toMatchObject({
      errors: [{ code: 21614, reason: 'no mobile', count: 1 }],
      exitCode: 0,
    });
    expect(await shown('c', '--failed')).toMatch(/line 3[\s\S]*line 4[\s\S]*line 5/);
    expect(await shown(`SM${'0'.repeat(31)}1`)).toContain('✓ accepted');
    await shown('c', '--csv', join(folder, 'out.csv'));
    const csv = readFileSync(join(folder, 'out.csv'), 'utf8').split('\n');
    expect(csv[0]).toBe('line,to,from,state,status,sid,code,reason,segments,body');
    expect(csv[1]).toBe(`2,+14155550100,${from},accepted,queued,SM${'0'.repeat(31)}1,,,1,Hi =Ada`);
    expect(csv).toHaveLength(7);
    expect(await volley('report', 'nope')).toBe(2);
    expect(stderr.at(-2)).toBe('error: There is no campaign nope.');
  });
});

describe('credentials', () => {
  it('that are refused stop the run with 4 and reject nothing', async () => {
    const { batch, volley, stdout, stderr } = world({
      script: () => ({ kind: 'stop', code: 20003, reason: 'Authenticate' }),
    });
    expect(await batch(recipients(50), '--yes', '--campaign', 'c')).toBe(4);
    expect(stderr.join('\n')).toMatch(/refused the account \(20003/);
    stdout.length = 0;
    await volley('report', 'c', '--json');
    expect(JSON.parse(stdout.join(''))).toMatchObject({ counts: { pending: 50, rejected: 0 } });
  });
});
