import { escapeHtml } from './html-table.ts';

const style = `
:root { color-scheme: light dark; --text: #1b1f24; --dim: #57606a; --back: #fff; --panel: #f6f8fa; --line: #d0d7de; --good: #1a7f37; --bad: #b3261e; --open: #8a5a00; --mark: #0969da }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9da7b3; --back: #0d1117; --panel: #161b22; --line: #30363d; --good: #3fb950; --bad: #ff7b72; --open: #d29922; --mark: #58a6ff } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 70rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back) }
header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between } h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; min-width: 0 }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.1rem } p, li { overflow-wrap: anywhere } p { margin: .5rem 0 } .dim { color: var(--dim) } .rehearsal { color: var(--open); font-weight: 600 }
#figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .5rem; margin: 1rem 0; padding: 0; list-style: none }
#figures li { padding: .5rem .75rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px } #figures b { display: block; font-size: 1.3rem; font-variant-numeric: tabular-nums }
#charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: 1rem } figure { margin: 0; min-width: 0; display: grid; align-content: space-between } figcaption { display: flex; flex-wrap: wrap; gap: 0 1rem; font-size: .9rem } figure svg { display: block; width: 100%; height: 11rem } figcaption svg { width: 1.75rem; height: .5rem; display: inline-block; margin-right: .35rem }
text { fill: var(--dim); font-size: 11px } .grid { stroke: var(--line) } .curve { fill: none; stroke: currentColor; stroke-width: 2 }
.good { color: var(--good) } .bad { color: var(--bad) } .open { color: var(--open) }
form { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; margin: .75rem 0 } input { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--dim); border-radius: 6px; padding: .4rem .6rem; width: 7rem; min-height: 2.75rem }
button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--dim); border-radius: 6px; padding: .4rem .9rem; min-height: 2.75rem } button.bad { border-color: currentColor } button[disabled] { opacity: .5 }
dialog { max-width: min(28rem, calc(100% - 2rem)); color: inherit; background: var(--back); border: 1px solid var(--dim); border-radius: 8px } dialog div { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1rem } ::backdrop { background: #0008 }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px }
`;

/** Draws what the server sends. Whatever it says is set as text, never as HTML. */
const script = `
const $ = (id) => document.getElementById(id);
const make = (name, attributes, text) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};
let points = [], latest;
function item(parent, text, tone) {
  const li = document.createElement('li');
  if (tone) li.className = tone;
  li.append(text);
  parent.append(li);
  return li;
}
function show(told) {
  latest = told;
  points = told.all ? told.points : [...points, ...told.points];
  $('figures').replaceChildren();
  for (const { label, value, tone } of told.figures) {
    const number = document.createElement('b');
    number.textContent = value;
    item($('figures'), '', tone).append(number, label);
  }
  $('reasons').replaceChildren();
  for (const reason of told.reasons) item($('reasons'), reason);
  $('why').hidden = told.reasons.length === 0;
  say($('note'), told.note);
  const isDone = !told.canRecall || told.isOver;
  for (const id of ['recall', 'pause', 'wanted', 'set']) $(id).disabled = isDone;
  say($('pause'), told.isPaused ? 'Go on' : 'Pause');
  if (document.activeElement !== $('wanted') && $('wanted').dataset.told !== String(told.rate)) {
    $('wanted').value = told.rate ?? '';
    $('wanted').dataset.told = String(told.rate);
  }
  draw();
}
/** What is read aloud is written only when it changes. */
function say(element, text) { if (element.textContent !== text) element.textContent = text; }
function draw() {
  if (latest) for (const chart of latest.charts) drawChart($(chart.id), chart);
}
function drawChart(svg, { ticks, curves, about }) {
  const width = Math.max(200, svg.clientWidth), height = svg.clientHeight || 176;
  const left = 8 + 7 * Math.max(...ticks.map(({ label }) => label.length)), right = width - 14, bottom = height - 20, top = 10;
  const from = points[0][0], to = Math.max(from + 1000, points.at(-1)[0]), most = ticks.at(-1).at;
  const x = (at) => left + ((at - from) / (to - from)) * (right - left);
  const y = (n) => bottom - (n / most) * (bottom - top);
  svg.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
  svg.setAttribute('aria-label', about);
  const parts = ticks.flatMap(({ at, label }) => [
    make('path', { class: 'grid', d: 'M' + left + ',' + y(at) + 'H' + right }),
    make('text', { x: left - 6, y: y(at) + 4, 'text-anchor': 'end' }, label),
  ]);
  let free = 0;
  for (const { at, label } of latest.times) {
    if (x(at) - label.length * 3.5 < free || x(at) + label.length * 3.5 > width) continue;
    free = x(at) + label.length * 3.5 + 8;
    parts.push(make('text', { x: x(at), y: height - 5, 'text-anchor': 'middle' }, label));
  }
  for (const { column, tone, dashes } of curves) {
    let d = '', isOn = false;
    for (const point of points) {
      const n = point[column];
      if (n !== null) d += (isOn ? 'L' : 'M') + x(point[0]).toFixed(1) + ',' + y(Math.min(n, most)).toFixed(1);
      isOn = n !== null;
    }
    parts.push(make('path', { class: 'curve ' + tone, 'stroke-dasharray': dashes, d }));
  }
  svg.replaceChildren(...parts);
}
const source = new EventSource('events');
source.addEventListener('look', ({ data }) => {
  const told = JSON.parse(data);
  show(told);
  if (told.isOver) source.close();
});
source.addEventListener('error', () => { if (!latest?.isOver) say($('note'), 'The watch does not answer. Was it ended in its terminal?'); });
addEventListener('resize', draw);
$('recall').addEventListener('click', () => $('sure').showModal());
$('keep').addEventListener('click', () => $('sure').close());
async function act(address, otherwise) {
  try {
    const answer = await fetch(address, { method: 'POST' });
    say($('said'), (await answer.json()).text);
  } catch {
    say($('said'), 'The watch does not answer: nobody knows whether ' + otherwise);
  }
}
$('really').addEventListener('click', () => {
  $('sure').close();
  say($('said'), 'Calling back …');
  act('recall', 'anything was called back.');
});
$('pause').addEventListener('click', () => act(latest?.isPaused ? 'go-on' : 'pause', 'it was paused.'));
$('control').addEventListener('submit', (event) => {
  event.preventDefault();
  act('rate?perSecond=' + encodeURIComponent($('wanted').value), 'the rate was changed.');
});
`;

/** A curve of the page: which column of a point, and how it is drawn. */
export interface Curve {
  readonly name: string;
  readonly column: number;
  readonly tone: string;
  readonly dashes: string;
}

/** A chart of the page, and its curves. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly curves: readonly Curve[];
}

/** What a point holds, in this order: when, and the numbers of the curves. */
export const watchCharts: readonly Chart[] = [
  {
    ...{ id: 'rate', title: 'Sent a second' },
    curves: [{ name: 'now', column: 1, tone: 'good', dashes: 'none' }],
  },
  {
    ...{ id: 'latency', title: 'Seconds to deliver, so far' },
    curves: [
      { name: 'half within', column: 2, tone: 'good', dashes: 'none' },
      { name: 'nine of ten within', column: 3, tone: 'open', dashes: '6 3' },
    ],
  },
  {
    ...{ id: 'delivery', title: 'Messages' },
    curves: [
      { name: 'accepted', column: 4, tone: 'open', dashes: '2 3' },
      { name: 'delivered', column: 5, tone: 'good', dashes: 'none' },
      { name: 'refused or not delivered', column: 6, tone: 'bad', dashes: '6 3' },
    ],
  },
];

/** The page of a campaign that runs. Only what carries the nonce applies; it asks nobody but its own server. */
export function watchPage(name: string, nonce: string, note?: string): string {
  const figures = watchCharts.map(
    ({ id, title, curves }) =>
      `<figure><figcaption><b>${title}</b>${curves.map(curveKey).join('')}</figcaption><svg id="${id}" role="img"></svg></figure>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(name)}: how it goes</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<header><h1>${escapeHtml(name)}</h1><button id="recall" type="button" class="bad" disabled>Call back …</button></header>
<main>
${note === undefined ? '' : `<p class="rehearsal">${escapeHtml(note)}</p>\n`}<p id="note" role="status" class="dim"></p>
<form id="control"><button id="pause" type="button" disabled>Pause</button>
<label for="wanted">Messages a second, each sender</label><input id="wanted" type="number" min="0.01" max="10000" step="any" placeholder="as given" disabled><button id="set" type="submit" disabled>Set</button></form>
<p id="said" role="status"></p>
<ul id="figures"></ul>
<section aria-label="While it runs"><div id="charts">${figures.join('\n')}</div><p class="dim">Times in UTC.</p></section>
<section id="why" hidden><h2>Why not</h2><ul id="reasons"></ul></section>
</main>
<dialog id="sure" aria-labelledby="ask">
<p id="ask">Call back what has not been sent? It cannot be taken back: the campaign sends nothing more, ever. What Twilio has begun to send goes out.</p>
<div><button id="keep" type="button" autofocus>Go on sending</button><button id="really" type="button" class="bad">Call back</button></div>
</dialog>
<noscript><p>This page needs JavaScript; volley watch without --web does not.</p></noscript>
<script nonce="${nonce}">${script}</script>
</body>
</html>
`;
}

function curveKey({ name, tone, dashes }: Curve): string {
  return `<span><svg class="${tone}" viewBox="0 0 28 8" aria-hidden="true"><path class="curve" stroke-dasharray="${dashes}" d="M0,4H28"/></svg>${name}</span>`;
}
