import type { SendState } from '../core/message.ts';
import { codeLink, explainCode, noReason, reasonInWords } from '../core/outcome/error-codes.ts';
import type { Report } from '../core/outcome/report.ts';
import { clean } from '../core/text/clean.ts';
import { formatCount, plural } from '../core/text/wording.ts';
import { costText, headline } from './headline.ts';
import { issueLine, type Style, shown, wrap } from './lines.ts';
import type { Paint } from './paint.ts';
import { cellWidth } from './width.ts';

/** How a state is shown in a report. */
interface StateMark {
  readonly state: SendState;
  /** Different for each state, so that the bar can be read without colour. */
  readonly glyph: string;
  readonly color: Exclude<keyof Paint, 'bold'>;
  readonly about: string;
}

const stateMarks: readonly StateMark[] = [
  { state: 'accepted', glyph: '█', color: 'green', about: 'taken by Twilio' },
  { state: 'rejected', glyph: '▓', color: 'red', about: 'refused by Twilio' },
  { state: 'unknown', glyph: '?', color: 'yellow', about: 'may have been sent: no answer came' },
  { state: 'claimed', glyph: '>', color: 'cyan', about: 'on its way right now' },
  { state: 'pending', glyph: '·', color: 'cyan', about: 'not sent yet' },
  { state: 'invalid', glyph: '×', color: 'red', about: 'wrong in the input, never sent' },
  { state: 'skipped', glyph: '-', color: 'dim', about: 'left out on purpose' },
  { state: 'canceled', glyph: '○', color: 'dim', about: 'called back before it went out' },
];

/** How many error codes, and how many wrong rows, a report lists; further rows are counted. Our choice. */
const maxListed = 10;

/** The report of a campaign for a person: states, statuses, errors, and wrong rows. */
export function reportLines(name: string, report: Report, style: Style): string[] {
  const { paint } = style;
  return [
    `${paint.bold(clean(name))}  ${wrap(headline(report), style.width - cellWidth(clean(name)), 2)}`,
    '',
    ...(report.rows > 0 ? [`  ${bar(report, style)}`, ''] : []),
    ...stateLines(report, paint),
    ...factLines(report, style),
    ...errorLines(report, style),
    ...issueLines(report, style),
  ];
}

/** The states as shares of one bar. A state with any message gets at least one cell. */
function bar({ counts, rows }: Report, { paint, width }: Style): string {
  const cells = Math.min(60, width - 4);
  const present = stateMarks.filter(({ state }) => counts[state] > 0);
  const sizes = present.map(({ state }) => Math.max(1, Math.round((counts[state] / rows) * cells)));
  const largest = sizes.indexOf(Math.max(...sizes));
  const excess = sizes.reduce((sum, size) => sum + size, 0) - cells;
  sizes[largest] = (sizes[largest] ?? 0) - excess;
  return present.map(({ glyph, color }, i) => paint[color](glyph.repeat(sizes[i] ?? 0))).join('');
}

function stateLines({ counts, rows }: Report, paint: Paint): string[] {
  const digits = formatCount(rows).length;
  return stateMarks
    .filter(({ state }) => counts[state] > 0)
    .map(({ state, glyph, color, about }) => {
      const share = `${((counts[state] / rows) * 100).toFixed(1)} %`.padStart(9);
      return `  ${paint[color](`${glyph} ${state.padEnd(9)}`)} ${formatCount(counts[state]).padStart(digits)}${share}  ${paint.dim(about)}`;
    });
}

/** `delivered 120, sent 3`: how many messages have which status at Twilio. */
export function statusWords({ statuses }: Report): string {
  return Object.entries(statuses)
    .map(([status, count]) => `${clean(status)} ${formatCount(count)}`)
    .join(', ');
}

function factLines(report: Report, { width }: Style): string[] {
  const { segments, retried } = report;
  const statuses = statusWords(report);
  const cost = costText(report);
  return [
    '',
    ...(statuses === '' ? [] : [`  Twilio says  ${wrap(statuses, width, 15)}`]),
    ...(retried === 0 ? [] : [`  Sent again   ${formatCount(retried)} that were not delivered`]),
    `  Segments     ${formatCount(segments)}`,
    ...(cost === undefined ? [] : [`  Cost         ${wrap(cost, width, 15)}`]),
  ];
}

function errorLines({ errors }: Report, style: Style): string[] {
  if (errors.length === 0) return [];
  const { paint, width } = style;
  const lines = errors.slice(0, maxListed).flatMap(({ code, reason, count }) => {
    const known = code === null ? undefined : explainCode(code);
    const meaning = known?.meaning ?? shown(reasonInWords(code, reason) ?? noReason, style);
    const hint = known?.hint ?? (code === null ? undefined : codeLink(code));
    return [
      `  ${formatCount(count).padStart(6)} × ${paint.red(String(code ?? 'none').padEnd(6))} ${wrap(meaning, width, 18)}`,
      ...(hint ? [`${' '.repeat(18)}${paint.dim(wrap(hint, width, 18))}`] : []),
    ];
  });
  return ['', paint.bold('  Why'), ...lines];
}

function issueLines({ issues, counts }: Report, style: Style): string[] {
  if (issues.length === 0) return [];
  const more = counts.invalid - maxListed;
  return [
    '',
    style.paint.bold('  Rows to mend'),
    ...issues.slice(0, maxListed).map((issue) => issueLine(issue, style)),
    ...(more > 0 ? [`  and ${plural(more, 'more row')}`] : []),
  ];
}
