import type { Message } from '../core/message.ts';
import { explainCode } from '../core/outcome/error-codes.ts';
import type { CountryDelivery, Report } from '../core/outcome/report.ts';
import { visible } from './clean.ts';
import { issuesText } from './export.ts';
import { formatCost, formatCount, formatDuration } from './lines.ts';

/** What the page shows of a campaign. */
export interface HtmlReport {
  readonly name: string;
  readonly report: Report;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly madeAt: number;
  /** How many messages went where, and how many of them were delivered; the most first. */
  readonly countries: readonly CountryDelivery[];
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

const style = `
:root { color-scheme: light dark; --text: #1b1f24; --dim: #57606a; --back: #fff; --panel: #f6f8fa; --line: #d0d7de; --good: #1a7f37; --bad: #b3261e; --open: #8a5a00; --mark: #0969da }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9da7b3; --back: #0d1117; --panel: #161b22; --line: #30363d; --good: #3fb950; --bad: #ff7b72; --open: #d29922; --mark: #58a6ff } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 70rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back) }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem }
p { margin: .25rem 0 } .dim { color: var(--dim) }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .5rem; margin: 1rem 0; padding: 0; list-style: none }
.totals li { padding: .6rem .8rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px }
.totals b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem } th, td { padding: .35rem .6rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top }
th { color: var(--dim); font-weight: 600 } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums } td.text { overflow-wrap: anywhere }
td.label { white-space: nowrap } td.share { width: 60% } .good { color: var(--good); fill: var(--good) } .bad { color: var(--bad); fill: var(--bad) } .open { color: var(--open); fill: var(--open) }
.find { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: .5rem 0 } .find label { display: grid; gap: .2rem; color: var(--dim); font-size: .9rem }
input, select, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--dim); border-radius: 6px; padding: .4rem .6rem; min-height: 2.75rem }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px }
button[disabled] { opacity: .5 }
`;

/** Shows a page of rows at a time, so that a hundred thousand stay as quick as ten. */
const script = `
const rows = JSON.parse(document.getElementById('data').textContent);
const size = 50, body = document.querySelector('#rows tbody'), said = document.getElementById('said');
const find = document.getElementById('find'), which = document.getElementById('which');
const earlier = document.getElementById('earlier'), later = document.getElementById('later');
let page = 0, wanted = rows;
for (const word of [...new Set(rows.map((row) => row[2]))].sort()) which.add(new Option(word, word));
function show() {
  const part = wanted.slice(page * size, page * size + size);
  body.replaceChildren(...part.map((row) => {
    const tr = document.createElement('tr');
    row.forEach((cell, i) => {
      const td = document.createElement('td');
      td.textContent = cell;
      td.className = i === 0 ? 'number' : 'text';
      tr.append(td);
    });
    return tr;
  }));
  const from = wanted.length === 0 ? 0 : page * size + 1;
  said.textContent = from + '\\u2013' + (page * size + part.length) + ' of ' + wanted.length + ' rows';
  earlier.disabled = page === 0;
  later.disabled = (page + 1) * size >= wanted.length;
}
function search() {
  const text = find.value.trim().toLowerCase(), word = which.value;
  wanted = rows.filter((row) => (word === '' || row[2] === word) && (text === '' || row.join('\\n').toLowerCase().includes(text)));
  page = 0;
  show();
}
find.addEventListener('input', search);
which.addEventListener('change', search);
earlier.addEventListener('click', () => { page--; show(); });
later.addEventListener('click', () => { page++; show(); });
show();
`;

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
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(name)}</h1>
<p class="dim">begun ${time(createdAt)}, as of ${time(madeAt)}</p>
</header>
<main>
<ul class="totals">${totals(report)}</ul>
${statusChart(report)}
${table('By country', ['Country', '#Messages', '#Delivered'], view.countries.map(countryRow))}
${deliveryTimes(view.deliveryMs)}
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
<thead><tr><th scope="col" class="number">Line</th><th scope="col">To</th><th scope="col">Became</th><th scope="col">Why</th><th scope="col">SID</th><th scope="col">Text</th></tr></thead>
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
  const texts = [to, status ?? state, why, sid, request?.body ?? request?.contentSid ?? ''];
  const cells = [line, ...texts.map(visible)];
  return `${isFirst ? '' : ',\n'}${embed(cells)}`;
}

/** The end of the page, after its data. */
export const htmlTail = `]</script>
<script>${script}</script>
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
    ['cost', formatCost(cost)],
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

function countryRow({ country, messages, delivered }: CountryDelivery): string {
  const share = messages === 0 ? 0 : (delivered / messages) * 100;
  return `<tr><td>${escapeHtml(country)}</td><td class="number">${formatCount(messages)}</td><td class="number">${formatCount(delivered)} (${share.toFixed(1)} %)</td></tr>`;
}

function errorRow({ code, reason, count }: Report['errors'][number]): string {
  const known = code === null ? undefined : explainCode(code);
  return `<tr><td>${code ?? ''}</td><td class="number">${formatCount(count)}</td><td class="text">${escapeHtml(known?.meaning ?? reason)}</td><td class="text">${escapeHtml(known?.hint ?? '')}</td></tr>`;
}
