/** The style sheet of the page, for light and dark displays. */
export const pageStyle = `
:root { color-scheme: light dark; --text: #1b1f24; --dim: #57606a; --back: #fff; --panel: #f6f8fa; --line: #d0d7de; --good: #1a7f37; --bad: #b3261e; --open: #8a5a00; --mark: #0969da }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9da7b3; --back: #0d1117; --panel: #161b22; --line: #30363d; --good: #3fb950; --bad: #ff7b72; --open: #d29922; --mark: #58a6ff } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 70rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back) }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem }
p { margin: .25rem 0 } .dim { color: var(--dim) }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .5rem; margin: 1rem 0; padding: 0; list-style: none }
.totals li { padding: .6rem .8rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px }
.totals b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem } th, td { padding: .35rem .6rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top }
th { color: var(--dim); font-weight: 600 } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums } td.text { min-width: 8rem; overflow-wrap: anywhere }
td.label { white-space: nowrap } .share { width: 60%; position: relative } .scale { position: absolute; inset: .35rem .6rem auto; display: flex; justify-content: space-between; pointer-events: none } .scale span:first-child { visibility: hidden } td.share { background: repeating-linear-gradient(to right, var(--line) 0 1px, transparent 1px 50%) content-box } td.share svg { display: block; margin-top: .25rem }
.good { color: var(--good); fill: var(--good) } .bad { color: var(--bad); fill: var(--bad) } .open { color: var(--open); fill: var(--open) }
.headline { font-size: 1.15rem } .note { color: var(--open); font-weight: 600 }
.plot { display: grid; grid-template-columns: auto 1fr; gap: 0 .5rem; margin-top: 1rem; font-size: .8rem; color: var(--dim); font-variant-numeric: tabular-nums } .plot svg { width: 100%; height: 10rem; overflow: visible }
.counts { position: relative; min-width: 3.5rem } .counts span { position: absolute; right: 0; transform: translateY(50%) } .times { grid-column: 2; position: relative; height: 1.5rem } .times span { position: absolute; transform: translateX(-50%); white-space: nowrap } .times .end { transform: translateX(-100%) }
.grid { stroke: var(--line); vector-effect: non-scaling-stroke } .line { fill: none; stroke: currentColor; stroke-width: 2; vector-effect: non-scaling-stroke }
.keys { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0; padding: 0; list-style: none }
.find { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: .5rem 0 } .find label { display: grid; gap: .2rem; color: var(--dim); font-size: .9rem }
input, select, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--dim); border-radius: 6px; padding: .4rem .6rem; min-height: 2.75rem }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px }
button[disabled] { opacity: .5 }
@media (max-width: 40rem) {
  .blocks thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
  .blocks, .blocks tbody { display: block } .blocks tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line) }
  .blocks td { display: grid; grid-template-columns: 6rem minmax(0, 1fr); padding: .1rem 0; border: 0; text-align: left !important } .blocks td::before { content: attr(data-label); color: var(--dim) } .blocks td:empty { display: none } .blocks td:last-child { white-space: normal; overflow-wrap: anywhere }
  .scale span:nth-child(2), .times span:nth-child(even) { display: none }
  td, th { padding-inline: .35rem } .share { width: 45% } .scale { inset-inline: .35rem }
}
`;

/** The script of the table. It shows 50 rows at a time, because a browser is slow with a table of a hundred thousand. */
export const pageScript = `
const rows = JSON.parse(document.getElementById('data').textContent);
const size = 50, body = document.querySelector('#rows tbody'), said = document.getElementById('said');
const heads = document.querySelectorAll('#rows th');
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
      td.className = String(cell).length > 40 ? 'text' : heads[i].className;
      td.dataset.label = heads[i].textContent;
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
