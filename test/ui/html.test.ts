import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import type { Message } from '../../src/core/message.ts';
import { emptyCounts, type Report } from '../../src/core/outcome/report.ts';
import { htmlHead, htmlRow, htmlTail } from '../../src/ui/html.ts';
import { escapeHtml } from '../../src/ui/html-table.ts';
import { useBrowser } from '../chromium.ts';

const hostile = `</script><img src=x onerror="document.title='owned'">&'"\u202e\x1b[31m`;

const report: Report = {
  rows: 100_003,
  counts: { ...emptyCounts(), accepted: 100_001, rejected: 1, invalid: 1 },
  statuses: { delivered: 90_001, undelivered: 10_000 },
  retried: 0,
  segments: 100_001,
  cost: { amount: 830.0083, currency: 'USD' },
  charged: { messages: 0, cost: { amount: null, currency: null } },
  errors: [
    { code: 30007, reason: '', count: 10_000 },
    { code: null, reason: hostile, count: 1 },
  ],
  issues: [],
};

const message = (line: number, more: Partial<Message> = {}): Message => ({
  ...{ id: `m${line}`, campaignId: 'c', line, to: `+1415${String(line).padStart(7, '0')}`, sender: '12345' },
  ...{
    state: 'accepted',
    status: 'delivered',
    attempts: 1,
    segments: 1,
    issues: [],
    sid: `SM${String(line).padStart(32, '0')}`,
  },
  request: { to: '+1', body: `Hi ${line}` },
  ...more,
});

function page(count: number, name = hostile): string {
  const head = htmlHead({
    ...{ name, report, createdAt: 0, madeAt: 1000 },
    countries: [{ country: 'US', messages: 10, delivered: 9 }],
    failures: [{ code: 30003, country: 'US', messages: 2 }],
    timeline: [
      { at: 1000, status: 'sent', messages: 3 },
      { at: 61_000, status: 'delivered', messages: 1 },
      { at: 90_000, status: 'undelivered', messages: 2 },
    ],
    deliveryMs: Array.from({ length: 1000 }, (_, i) => i * 100),
  });
  const odd = message(1, { to: hostile, status: 'undelivered', code: 30007, request: { to: '+1', body: hostile } });
  // One row made and its number replaced: a hundred thousand take seconds to make, which is no test of the page.
  const rowLike = htmlRow(message(sevenDigits), false);
  const numbers = Array.from({ length: count - 1 }, (_, i) => String(1_000_002 + i));
  const rows = numbers.map((number) => rowLike.replaceAll(String(sevenDigits), number));
  return head + htmlRow(odd, true) + rows.join('') + htmlTail;
}

/** A number that stands nowhere else in a row. */
const sevenDigits = 7_654_321;

it('says first that it is of a rehearsal, and no cost that nobody knows', () => {
  const view = {
    name: 'spring',
    report,
    createdAt: 0,
    madeAt: 1,
    countries: [],
    failures: [],
    timeline: [],
    deliveryMs: [],
  };
  const free = { ...report, cost: { amount: null, currency: null } };
  const rehearsal = htmlHead({ ...view, report: free, note: 'Rehearsal: <nothing> leaves.' });
  expect(rehearsal).toContain('<p class="note">Rehearsal: &lt;nothing&gt; leaves.</p>');
  expect(rehearsal).not.toContain('cost at most');
  expect(htmlHead(view)).toMatch(/830\.01 USD<\/b> cost at most/);
  expect(htmlHead(view)).not.toContain('class="note"');
});

describe('the page', () => {
  it('shows hostile text as text, and asks nobody for anything', () => {
    const html = page(2);
    expect(html).not.toMatch(/<img|\x1b|\u202e|onerror="|https?:/);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).toContain(`default-src 'none'`);
    expect(escapeHtml(hostile)).toBe(
      '&lt;/script&gt;&lt;img src=x onerror=&quot;document.title=&#39;owned&#39;&quot;&gt;&amp;&#39;&quot;[31m',
    );
  });

  it('tells totals, statuses, countries, times and reasons', () => {
    const text = page(2)
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');
    expect(text).toMatch(/100,003 rows 100,001 accepted 90,001 delivered/);
    expect(text).toMatch(/delivered 90,001 undelivered 10,000/);
    expect(text).toMatch(/US 10 9 \(90\.0 %\)/);
    expect(text).toMatch(/half within 50 s, nine of ten within 1 min 30 s/);
    expect(text).toMatch(/100,003 rows, 90,001 of 100,001 delivered \(90\.0 %\), 10,000 not delivered/);
    expect(text).toMatch(/0 1 2 3 00:00:15 00:00:30 .* 00:01:30 sent 3/);
    expect(text).toMatch(/830\.01 USD cost at most/);
    expect(text).toMatch(/under 15 s 150 .* 1 min 30 s to 1 min 45 s 100/);
    expect(text).toMatch(/30007 10,000 filtered by the carrier/);
  });
});

describe('the page in a browser', () => {
  const openAddress = useBrowser();

  function open(test: TestContext, html: string, width = 1280) {
    const file = join(mkdtempSync(join(tmpdir(), 'volley-html-')), 'report.html');
    writeFileSync(file, html);
    return openAddress(`file://${file}`, { viewport: { width, height: 900 } }, test);
  }

  it('runs nothing of what a row says, and requests nothing but itself', async (test) => {
    const { tab, asked, problems } = await open(test, page(3));
    expect(await tab.title()).toContain('</script><img');
    expect(await tab.locator('#rows tbody tr').count()).toBe(3);
    expect(await tab.locator('img').count()).toBe(0);
    expect([asked.length, problems]).toEqual([1, []]);
  });

  it('finds one of a hundred thousand rows at once, by keyboard', async (test) => {
    const { tab } = await open(test, page(100_000, 'spring'));
    expect(await tab.locator('#rows tbody tr').count()).toBe(50);
    await tab.keyboard.press('Tab');
    for (let i = 0; i < 10 && (await tab.evaluate('document.activeElement.id')) !== 'find'; i++)
      await tab.keyboard.press('Tab');
    const startedAt = Date.now();
    await tab.keyboard.type('4151099999');
    expect(await tab.locator('#said').textContent()).toBe('1–1 of 1 rows');
    expect(await tab.locator('#rows tbody tr').textContent()).toContain('+14151099999');
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    await tab.locator('#find').fill('');
    await tab.getByRole('button', { name: 'Later rows' }).click();
    expect(await tab.locator('#said').textContent()).toBe('51–100 of 100000 rows');
    await tab.getByLabel('State or status').selectOption('undelivered');
    expect(await tab.locator('#said').textContent()).toBe('1–1 of 1 rows');
  });

  it.for([375, 1280])(
    'does not scroll sideways as a whole at %i pixels, nor break a number in two',
    async (width, test) => {
      const { tab } = await open(test, page(60), width);
      expect(await tab.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
      const cut = '[...document.querySelectorAll(".wide")].filter((box) => box.scrollWidth > box.clientWidth).length';
      expect(await tab.evaluate(cut)).toBe(0);
      const wrapping =
        'Array.from(document.querySelectorAll("#rows tr + tr td:nth-child(2)"), (cell) => getComputedStyle(cell).whiteSpace)';
      expect(new Set((await tab.evaluate(wrapping)) as string[])).toEqual(new Set(['nowrap']));
    },
  );
});
