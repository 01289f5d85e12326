import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { sendingRates } from './parts/latency.ts';
import { microsecondsARow } from './parts/planning.ts';
import type { Results } from './results.ts';
import { median } from './statistics.ts';

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

interface Axis {
  readonly name: string;
  readonly scale?: 'log';
}

type Point = readonly [x: number, y: number];

interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly { readonly name: string; readonly points: readonly Point[]; readonly isLimit?: boolean }[];
}

/** The curves of results: names of files, and what is in them. */
export function curves(results: Results): Readonly<Record<string, string>> {
  const charts = {
    connections: connectionsChart(results),
    'over-time': overTimeChart(results),
    'planning-time': planningTimeChart(results),
    'planning-memory': planningMemoryChart(results),
    commands: commandsChart(results),
  };
  return Object.fromEntries(Object.entries(charts).map(([name, chart]) => [`${name}.svg`, draw(chart)]));
}

function connectionsChart({ latency: { latencyMs, points } }: Results): Chart {
  const rates = (name: 'volley' | 'sdk') =>
    points.map(({ connections, runs }): Point => [connections, median(sendingRates(runs[name]))]);
  return {
    title: `Messages a second, each answered after ${latencyMs} ms`,
    x: { name: 'requests at once' },
    y: { name: 'a second' },
    lines: [
      { name: 'volley, with its ledger', points: rates('volley') },
      { name: "a loop over Twilio's SDK", points: rates('sdk') },
      {
        name: 'what the latency allows',
        points: points.map(({ connections, limit }): Point => [connections, limit]),
        isLimit: true,
      },
    ],
  };
}

function overTimeChart({ throughput: { connections, long } }: Results): Chart {
  const whole = long.run.tenths.length - (long.run.tenths.length % 5);
  // Half seconds: within a tenth there are too few to tell.
  const points = Array.from({ length: whole / 5 }, (_, index): Point => {
    const messages = long.run.tenths.slice(index * 5, index * 5 + 5).reduce((sum, tenth) => sum + tenth, 0);
    return [(index + 1) / 2, messages * 2];
  });
  return {
    title: `One run of ${long.rows.toLocaleString('en-US')} messages, ${connections} at once, answered at once`,
    x: { name: 'seconds since the first request' },
    y: { name: 'messages a second' },
    lines: [{ name: 'volley', points }],
  };
}

function planningTimeChart({ planning }: Results): Chart {
  const points = planning.sizes.map((planned): Point => [planned.rows, median(microsecondsARow(planning, planned))]);
  return {
    title: 'A list read, checked and written down: time',
    x: { name: 'rows', scale: 'log' },
    y: { name: 'µs of processor time a row' },
    lines: [{ name: 'volley batch', points }],
  };
}

function planningMemoryChart({ planning }: Results): Chart {
  const points = planning.sizes.map(({ rows, runs }): Point => [rows, median(runs.map(({ megabytes }) => megabytes))]);
  return {
    title: 'A list read, checked and written down: memory',
    x: { name: 'rows', scale: 'log' },
    y: { name: 'MB at most' },
    lines: [{ name: 'volley batch', points }],
  };
}

function commandsChart({ planning }: Results): Chart {
  const names = ['report', 'campaigns', 'resume'] as const;
  return {
    title: 'Commands on a large ledger, from start to end',
    x: { name: 'rows in the ledger', scale: 'log' },
    y: { name: 'seconds' },
    lines: names.map((name) => ({
      name: `volley ${name}`,
      points: planning.sizes.map(({ rows, commands }): Point => [rows, median(commands[name])]),
    })),
  };
}

const { format: short } = new Intl.NumberFormat('en-US', { notation: 'compact' });

const axis = ({ name, scale }: Axis) => ({
  type: scale ?? ('value' as const),
  ...(scale === 'log' && { min: 'dataMin' }),
  name,
  nameLocation: 'middle' as const,
  nameGap: 30,
  nameTextStyle: { color: 'var(--text)', fontSize: 13 },
  axisLabel: { color: 'var(--text)', formatter: short },
  axisLine: { lineStyle: { color: 'var(--text)' } },
  splitLine: { lineStyle: { color: 'var(--grid)' } },
});

/** Colours of a page in light and in dark; the picture brings its own ground, so that it can be read on any. */
const style = `<style>
:root { --ground: #ffffff; --text: #1f2328; --grid: #d1d9e0; --first: #0969da; --second: #bc4c00; --third: #8250df }
@media (prefers-color-scheme: dark) {
:root { --ground: #0d1117; --text: #e6edf3; --grid: #30363d; --first: #58a6ff; --second: #f0883e; --third: #bc8cff }
}
</style>`;

function draw({ title, x, y, lines }: Chart): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 760, height: 380 });
  chart.setOption({
    animation: false,
    backgroundColor: 'var(--ground)',
    color: ['var(--first)', 'var(--second)', 'var(--third)'],
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    title: { text: title, left: 'center', top: 12, textStyle: { color: 'var(--text)', fontSize: 16 } },
    legend: { show: lines.length > 1, top: 42, itemGap: 40, textStyle: { color: 'var(--text)' } },
    grid: { left: 70, right: 30, top: 80, bottom: 55 },
    xAxis: axis(x),
    yAxis: { ...axis(y), nameGap: 50 },
    series: lines.map(({ name, points, isLimit }) => ({
      type: 'line',
      name,
      data: points,
      symbol: 'circle',
      showSymbol: points.length < 10 && isLimit !== true,
      symbolSize: 8,
      lineStyle: isLimit ? { type: 'dashed', width: 2 } : { width: 2 },
    })),
  });
  const svg = chart.renderToSVGString();
  // Without it the process would not end.
  chart.dispose();
  return svg.replace('>', `>\n${style}`);
}
