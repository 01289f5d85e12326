import type { Message } from '../core/message.ts';
import { explainCode } from '../core/outcome/error-codes.ts';
import type { CountryDelivery, Failure, Report, TimelinePoint } from '../core/outcome/report.ts';
import { visible } from '../core/text/clean.ts';
import { formatCost, formatCount, formatDuration } from '../core/text/wording.ts';
import { issuesText } from './export.ts';
import { pageScript, pageStyle } from './html-page.ts';

/** What the page shows of a campaign. */
export interface HtmlReport {
  readonly name: string;
  readonly report: Report;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly madeAt: number;
  /** How many messages went where, and how many of them were delivered; the most first. */
  readonly countries: readonly CountryDelivery[];
  /** Why messages were not delivered, and where; the most frequent first. */
  readonly failures: readonly Failure[];
  /** How many messages came to which status when; the earliest first. */
  readonly timeline: readonly TimelinePoint[];
  /** How long each delivered message took from its claim to the report of it, in milliseconds, in no order. */
  readonly deliveryMs: readonly number[];
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML shows it, never as HTML reads it. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Data for the page's script: JSON in which nothing can end the script element. */
function embed(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The page up to its table: totals, statuses, countries, reasons. Self-contained, and allowed to ask nobody for anything. */
export function htmlHead(view: HtmlReport): string {
  const { name, report, createdAt, madeAt } = view;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
  const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(name)}: what became of each message</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(name)}</h1>
<p class="dim">begun ${time(createdAt)}, as of ${time(madeAt)}</p>
</header>
<main>
<ul class="totals">${totals(report)}</ul>
${statusChart(report)}
${timelineChart(view.timeline)}
${table('By country', ['Country', '#Messages', '#Delivered'], view.countries.map(countryRow))}
${deliveryTimes(view.deliveryMs)}
${table('Not delivered, by carrier error', ['Code', '#Messages', 'Meaning', 'Where'], failureRows(view.failures))}
${table('Why not', ['Code', '#Messages', 'Meaning', 'What to do'], report.errors.map(errorRow))}
<section aria-labelledby="messages">
<h2 id="messages">Messages</h2>
<div class="find">
<label>Search <input id="find" type="search" autocomplete="off"></label>
<label>State or status <select id="which"><option value="">all</option></select></label>
<button id="earlier" type="button">Earlier rows</button>
<button id="later" type="button">Later rows</button>
<span id="said" role="status"></span>
</div>
<div class="wide" tabindex="0" role="region" aria-labelledby="messages">
<table id="rows">
<thead><tr><th scope="col" class="number">Line</th><th scope="col">To</th><th scope="col">Became</th><th scope="col">Why</th><th scope="col">Text</th><th scope="col">SID</th></tr></thead>
<tbody></tbody>
</table>
</div>
<noscript><p>The table needs JavaScript; volley report --csv has all of it.</p></noscript>
</section>
</main>
<script type="application/json" id="data">[`;
}

/** One row of the table's data; `isFirst` has none before it. */
export function htmlRow(
  { line, to, state, status, code, reason = '', sid = '', request, issues }: Message,
  isFirst: boolean,
): string {
  const known = code === undefined ? undefined : explainCode(code);
  const why = issuesText(issues) || (code === undefined ? reason : `${code} ${known?.meaning ?? reason}`);
  const texts = [to, status ?? state, why, request?.body ?? request?.contentSid ?? '', sid];
  const cells = [line, ...texts.map(visible)];
  return `${isFirst ? '' : ',\n'}${embed(cells)}`;
}

/** The end of the page, after its data. */
export const htmlTail = `]</script>
<script>${pageScript}</script>
</body>
</html>
`;

function totals({ rows, counts, segments, cost, statuses }: Report): string {
  const facts: [string, string][] = [
    ['rows', formatCount(rows)],
    ['accepted', formatCount(counts.accepted)],
    ['delivered', formatCount((statuses['delivered'] ?? 0) + (statuses['read'] ?? 0))],
    ['refused', formatCount(counts.rejected)],
    ['wrong', formatCount(counts.invalid)],
    ['open', formatCount(counts.pending + counts.claimed + counts.unknown)],
    ['segments', formatCount(segments)],
    ['cost', cost.amount === null ? '–' : formatCost(cost)],
  ];
  return facts.map(([label, value]) => `<li><b>${escapeHtml(value)}</b> ${label}</li>`).join('');
}

const tone = (word: string): string => {
  if (['delivered', 'read', 'sent'].includes(word)) return 'good';
  return ['undelivered', 'failed', 'rejected', 'invalid'].includes(word) ? 'bad' : 'open';
};

/** What became of the rows, as bars with their numbers beside them: no meaning hangs on colour. */
function statusChart({ rows, counts, statuses }: Report): string {
  const { accepted, ...others } = counts;
  // What was called back from Twilio is told twice: as a state, and by Twilio's own word.
  const { canceled: _, ...words } = statuses;
  const untold = accepted - Object.values(words).reduce((sum, n) => sum + n, 0);
  const bars = Object.entries({ ...words, accepted: untold, ...others })
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a);
  const cells = bars.map(([word, n]) => barRow(escapeHtml(word), n, n / Math.max(1, rows), tone(word)));
  return table('What became of them', ['Status', '#Messages', 'Share'], cells);
}

/** A row with its share as a bar; the number stands beside it, so no meaning hangs on length or colour. */
function barRow(label: string, count: number, share: number, tone: string): string {
  const bar = `<svg role="presentation" width="100%" height="14"><rect class="${tone}" width="${(share * 100).toFixed(2)}%" height="14" rx="3"/></svg>`;
  return `<tr><td class="label">${label}</td><td class="number">${formatCount(count)}</td><td class="share">${bar}</td></tr>`;
}

const spans: readonly (readonly [label: string, belowMs: number])[] = [
  ['under 5 s', 5000],
  ['under 15 s', 15_000],
  ['under 1 min', 60_000],
  ['under 5 min', 300_000],
  ['under 1 h', 3_600_000],
  ['longer', Number.POSITIVE_INFINITY],
];

function deliveryTimes(deliveryMs: readonly number[]): string {
  if (deliveryMs.length === 0) return '';
  const sorted = [...deliveryMs].sort((a, b) => a - b);
  const at = (share: number) =>
    formatDuration(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  let below = 0;
  const rows = spans.map(([label, belowMs]) => {
    const upTo = sorted.findIndex((ms) => ms >= belowMs);
    const n = (upTo < 0 ? sorted.length : upTo) - below;
    below += n;
    return barRow(label, n, n / sorted.length, 'good');
  });
  const title = `Time to deliver: half within ${at(0.5)}, nine of ten within ${at(0.9)}, 99 of 100 within ${at(0.99)}`;
  return table(title, ['Time', '#Messages', 'Share'], rows);
}

/** A table under its title; a column whose name begins with # holds numbers. */
function table(title: string, columns: readonly string[], rows: readonly string[]): string {
  if (rows.length === 0) return '';
  const head = columns
    .map(
      (column) => `<th scope="col"${column.startsWith('#') ? ' class="number"' : ''}>${column.replace('#', '')}</th>`,
    )
    .join('');
  return `<section><h2>${title}</h2><div class="wide" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

/** The lines of the chart, each told apart by its dashes too. */
const drawn: readonly (readonly [status: string, tone: string, dashes: string])[] = [
  ['sent', 'open', '2 3'],
  ['delivered', 'good', 'none'],
  ['undelivered', 'bad', '6 3'],
  ['failed', 'bad', '1 4'],
];

const chart = { width: 700, height: 160 };

/** How many messages had come to each status by when, as lines; a table says the same in words. */
function timelineChart(timeline: readonly TimelinePoint[]): string {
  const known = drawn.filter(([status]) => timeline.some((point) => point.status === status));
  const [first, last] = [timeline[0]?.at ?? 0, timeline.at(-1)?.at ?? 0];
  if (known.length === 0 || first === last) return '';
  const sums = known.map(([status]) => runningSum(timeline.filter((point) => point.status === status)));
  const top = Math.max(...sums.map((steps) => steps.at(-1)?.[1] ?? 0));
  const x = (at: number) => (((at - first) / (last - first)) * chart.width).toFixed(1);
  const y = (n: number) => (chart.height - (n / top) * (chart.height - 4)).toFixed(1);
  const lines = known.map(([, tone, dashes], i) => {
    const steps = (sums[i] ?? []).map(([at, n]) => `H${x(at)}V${y(n)}`).join('');
    return `<path class="line ${tone}" stroke-dasharray="${dashes}" d="M0,${y(0)}${steps}H${chart.width}"/>`;
  });
  const keys = known.map(([status, tone, dashes], i) => {
    const sample = `<svg width="28" height="8" aria-hidden="true"><path class="line ${tone}" stroke-dasharray="${dashes}" d="M0,4H28"/></svg>`;
    return `<li>${sample} ${status} ${formatCount(sums[i]?.at(-1)?.[1] ?? 0)}</li>`;
  });
  const title = `Status over time: ${formatDuration(last - first)} from the first report to the last`;
  return `<section><h2>${title}</h2><svg class="chart" role="img" aria-label="${title}" viewBox="0 0 ${chart.width} ${chart.height}" preserveAspectRatio="none">${lines.join('')}</svg><ul class="keys">${keys.join('')}</ul></section>`;
}

function runningSum(points: readonly TimelinePoint[]): (readonly [at: number, sum: number])[] {
  let sum = 0;
  return points.map(({ at, messages }) => {
    sum += messages;
    return [at, sum] as const;
  });
}

/** A row for each code, with the countries it came from. */
function failureRows(failures: readonly Failure[]): string[] {
  const codes = [...new Set(failures.map(({ code }) => code))];
  return codes.map((code) => {
    const those = failures.filter((failure) => failure.code === code);
    const count = those.reduce((sum, { messages }) => sum + messages, 0);
    const meaning = code === null ? 'Twilio gave no reason' : (explainCode(code)?.meaning ?? '');
    const where = those.map(({ country, messages }) => `${escapeHtml(country)} ${formatCount(messages)}`).join(', ');
    return `<tr><td>${code ?? ''}</td><td class="number">${formatCount(count)}</td><td class="text">${escapeHtml(meaning)}</td><td class="text">${where}</td></tr>`;
  });
}

function countryRow({ country, messages, delivered }: CountryDelivery): string {
  const share = messages === 0 ? 0 : (delivered / messages) * 100;
  return `<tr><td>${escapeHtml(country)}</td><td class="number">${formatCount(messages)}</td><td class="number">${formatCount(delivered)} (${share.toFixed(1)} %)</td></tr>`;
}

function errorRow({ code, reason, count }: Report['errors'][number]): string {
  const known = code === null ? undefined : explainCode(code);
  return `<tr><td>${code ?? ''}</td><td class="number">${formatCount(count)}</td><td class="text">${escapeHtml(known?.meaning ?? reason)}</td><td class="text">${escapeHtml(known?.hint ?? '')}</td></tr>`;
}
