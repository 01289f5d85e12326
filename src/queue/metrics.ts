import { createServer } from 'node:http';
import { listen } from '../listen.ts';

/** What a worker counts for others to read. */
export interface Metrics {
  /** Adds one to a counter. */
  readonly count: (name: MetricName, label: string) => void;
  /** All of them in Prometheus' text format, https://prometheus.io/docs/instrumenting/exposition_formats/. */
  readonly text: () => string;
}

const counters = {
  volley_attempts_total: { help: 'Attempts to create a message, by what they came to.', label: 'result' },
  volley_shards_total: { help: 'Shares of campaigns that were worked on, by how they ended.', label: 'end' },
  volley_troubles_total: { help: 'Failures of ledger or queue that were tried again.', label: 'code' },
} as const;

/** The name of a counter. */
export type MetricName = keyof typeof counters;

/** Counters that start at nothing. `gauges` are asked for when they are read. */
export function startMetrics(
  gauges: Readonly<Record<string, { readonly help: string; readonly read: () => number }>>,
): Metrics {
  const counts = new Map<string, number>();
  return {
    count: (name, label) => {
      const key = `${name}{${counters[name].label}="${label.replace(/["\\\n]/g, '_')}"}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    text: () => {
      const lines = Object.entries(counters).flatMap(([name, { help }]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} counter`,
        ...[...counts].filter(([key]) => key.startsWith(`${name}{`)).map(([key, value]) => `${key} ${value}`),
      ]);
      const now = Object.entries(gauges).flatMap(([name, { help, read }]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} gauge`,
        `${name} ${read()}`,
      ]);
      return `${[...lines, ...now].join('\n')}\n`;
    },
  };
}

/** Serves `/metrics` and `/healthz` on this machine's loopback. Throws a `CliError` for a port that is taken. */
export async function serveMetrics(
  metrics: Metrics,
  port: number,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const known = { '/metrics': metrics.text, '/healthz': () => 'ok\n' }[request.url ?? ''];
    response.writeHead(known ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(known?.() ?? 'There are /metrics and /healthz.\n');
  });
  return {
    port: await listen(server, { host: '127.0.0.1', port, flag: '--metrics-port' }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
