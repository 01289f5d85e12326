import type { Message } from '../core/message.ts';
import { explainCode, noReason, reasonInWords } from '../core/outcome/error-codes.ts';
import {
  arrivalsOf,
  type CountryDelivery,
  type Failure,
  type Report,
  type TimelinePoint,
} from '../core/outcome/report.ts';
import { visible } from '../core/text/clean.ts';
import { formatCost, formatCount } from '../core/text/wording.ts';
import { issuesText } from './export.ts';
import { headline } from './headline.ts';
import { deliveryChart, statusChart, timelineChart } from './html-charts.ts';
import { pageScript, pageStyle } from './html-page.ts';
import { type Column, escapeHtml, headCell, table } from './html-table.ts';

/** What the page shows of a campaign. */
export interface HtmlReport {
  readonly name: string;
  /** What nobody may overlook: that it was a rehearsal. */
  readonly note?: string | undefined;
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

/** Data for the page's script: JSON in which nothing can end the script element. */
function embed(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The page up to its table: totals, statuses, countries, reasons. Self-contained, and allowed to ask nobody for anything. */
export function htmlHead(view: HtmlReport): string {
  const { name, note, report, createdAt, madeAt } = view;
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
${note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>\n`}<p class="headline">${escapeHtml(headline(report))}</p>
<p class="dim">begun ${time(createdAt)}, as of ${time(madeAt)}</p>
</header>
<main>
<ul class="totals">${totals(report)}</ul>
${statusChart(report)}
${timelineChart(view.timeline)}
${deliveryChart(view.deliveryMs)}
${table('By country', columns.countries, view.countries.map(countryRow))}
${table('Not delivered, by carrier error', columns.failures, failureRows(view.failures))}
${table('Why not', columns.errors, report.errors.map(errorRow))}
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
<table id="rows" class="blocks">
<thead><tr>${columns.messages.map(headCell).join('')}</tr></thead>
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

const number = (name: string): Column => ({ name, kind: 'number' });
const text = (name: string): Column => ({ name, kind: 'text' });
const label = (name: string): Column => ({ name, kind: 'label' });

/** The columns of the tables; the script fills the last one. */
const columns = {
  countries: [label('Country'), number('Messages'), number('Delivered')],
  failures: [label('Code'), number('Messages'), text('Meaning'), text('Where')],
  errors: [label('Code'), number('Messages'), text('Meaning'), text('What to do')],
  messages: [number('Line'), label('To'), label('Became'), text('Why'), text('Text'), label('SID')],
};

function totals(report: Report): string {
  const { rows, counts, segments, cost, charged } = report;
  const { delivered, failed } = arrivalsOf(report);
  const onTheWay = counts.accepted - delivered - failed;
  const isCharged = charged.cost.amount !== null;
  const money = formatCost(isCharged ? charged.cost : cost);
  const facts: [string, string][] = [
    ['rows', formatCount(rows)],
    ['accepted', formatCount(counts.accepted)],
    ['delivered', formatCount(delivered)],
    ['not delivered', formatCount(failed)],
    ...(onTheWay > 0 ? [['on their way', formatCount(onTheWay)] as [string, string]] : []),
    ['refused', formatCount(counts.rejected)],
    ['wrong', formatCount(counts.invalid)],
    ['open', formatCount(counts.pending + counts.claimed + counts.unknown)],
    ...(counts.canceled > 0 ? [['canceled', formatCount(counts.canceled)] as [string, string]] : []),
    ['segments', formatCount(segments)],
  ];
  if (cost.amount !== null) facts.push([isCharged ? 'charged' : 'cost at most', money]);
  return facts.map(([label, value]) => `<li><b>${escapeHtml(value)}</b> ${label}</li>`).join('');
}

/** A row for each code, with the countries it came from. */
function failureRows(failures: readonly Failure[]): string[][] {
  const codes = [...new Set(failures.map(({ code }) => code))];
  return codes.map((code) => {
    const those = failures.filter((failure) => failure.code === code);
    const count = those.reduce((sum, { messages }) => sum + messages, 0);
    const meaning = code === null ? 'Twilio gave no reason' : (explainCode(code)?.meaning ?? '');
    const where = those.map(({ country, messages }) => `${escapeHtml(country)} ${formatCount(messages)}`).join(', ');
    return [String(code ?? ''), formatCount(count), escapeHtml(meaning), where];
  });
}

function countryRow({ country, messages, delivered }: CountryDelivery): string[] {
  const share = messages === 0 ? 0 : (delivered / messages) * 100;
  return [escapeHtml(country), formatCount(messages), `${formatCount(delivered)} (${share.toFixed(1)} %)`];
}

function errorRow({ code, reason, count }: Report['errors'][number]): string[] {
  const known = code === null ? undefined : explainCode(code);
  return [
    String(code ?? ''),
    formatCount(count),
    escapeHtml(known?.meaning ?? reasonInWords(code, reason) ?? noReason),
    escapeHtml(known?.hint ?? ''),
  ];
}
