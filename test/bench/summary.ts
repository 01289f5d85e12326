import type { Growth } from './parts/growth.ts';
import { type Latency, sendingRates } from './parts/latency.ts';
import { microsecondsARow, type Planning } from './parts/planning.ts';
import type { StartUp } from './parts/start-up.ts';
import { cpuOf, secondsOf, type Throughput } from './parts/throughput.ts';
import type { Used } from './processes.ts';
import type { Count } from './provider.ts';
import type { Results } from './results.ts';
import { median, ratios, spread } from './statistics.ts';

/** What results come to, as lines for a page of help: ratios, each with the lowest and highest of its rounds. */
export function summary(results: Results): string {
  const { startUp, throughput, latency, planning, growth } = results;
  const parts = [
    ...throughputLines(throughput),
    ...latencyLines(latency),
    ...startUpLines(startUp),
    ...planningLines(planning),
    ...otherLines(results),
    ...(growth === undefined ? [] : growthLines(growth)),
  ];
  return parts.join('\n');
}

const line = (label: string, value: string): string => `  ${label.padEnd(54)}${value}`;
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

function throughputLines({ rows, connections, runs, shell, long }: Throughput): readonly string[] {
  const { volley, sdk, got } = runs;
  const perSecond = (run: readonly Used[]) => whole(rows / median(secondsOf(run)));
  return [
    `${whole(rows)} messages, ${connections} at once, plan and ledger included (volley ${perSecond(volley)} a second)`,
    line("as many a second as a loop over Twilio's SDK", `${faster(volley, sdk)} times`),
    line('  with this share of its processor time', dearer(volley, sdk)),
    line('as many a second as a bare loop over got', `${faster(volley, got)} times`),
    line('  with this share of its processor time', dearer(volley, got)),
    line(
      `as many a second as curl with xargs (${shell.rows} messages)`,
      `${spread(ratios(shell.seconds.curl, shell.seconds.volley))} times`,
    ),
    line(
      `memory of a run of ${whole(long.rows)}, against ${whole(rows)}`,
      `${(long.run.megabytes / median(megabytesOf(volley))).toFixed(2)} times`,
    ),
    line('bytes of ledger a message, when all are sent', whole(long.ledgerBytes / long.rows)),
  ];
}

const megabytesOf = (runs: readonly Used[]) => runs.map(({ megabytes }) => megabytes);
const faster = (runs: readonly Used[], others: readonly Used[]) => spread(ratios(secondsOf(others), secondsOf(runs)));
const dearer = (runs: readonly Used[], others: readonly Used[]) => spread(ratios(cpuOf(runs), cpuOf(others)));

function latencyLines({ latencyMs, points }: Latency): readonly string[] {
  const lines = points.flatMap(({ connections, limit, runs }) => {
    const share = (sent: readonly Count[]) => spread(sendingRates(sent).map((rate) => rate / limit));
    const mostOut = Math.max(...runs.volley.map((sent) => sent.mostOut));
    return [
      line(`${connections} at once, of ${whole(limit)} a second; at most ${mostOut} were out`, share(runs.volley)),
      line('  a bare loop over got', share(runs.got)),
      line("  a loop over Twilio's SDK", share(runs.sdk)),
      line('  a loop over bare node:http', share(runs.http)),
    ];
  });
  return [`A provider that answers after ${latencyMs} ms: share of what that allows`, ...lines];
}

function startUpLines({ bare, oneMessage }: StartUp): readonly string[] {
  return [
    'From the start of a process to its end',
    line('--version, against node itself', `${spread(ratios(bare.version, bare.node))} times`),
    line('batch --help, against node itself', `${spread(ratios(bare.help, bare.node))} times`),
    line('send, against a script with the SDK', `${spread(ratios(oneMessage.volley, oneMessage.sdk))} times`),
  ];
}

function planningLines(planning: Planning): readonly string[] {
  const head = ['rows', 'time', 'µs a row', 'memory', 'bytes a row', 'report', 'campaigns', 'resume'];
  const widths = head.map((name, column) => Math.max(name.length, column === 0 ? 9 : 6) + 2);
  const lines = planning.sizes.map((planned) => {
    const { rows, runs, ledgerBytes, commands } = planned;
    return [
      whole(rows),
      `${median(secondsOf(runs)).toFixed(1)} s`,
      whole(median(microsecondsARow(planning, planned))),
      `${whole(median(megabytesOf(runs)))} MB`,
      whole(ledgerBytes / rows),
      ...[commands.report, commands.campaigns, commands.resume].map((seconds) => `${median(seconds).toFixed(2)} s`),
    ];
  });
  return [
    'A list read, checked and written down, by its rows: time, processor time a row beside the start, the most memory,',
    'ledger a row; then the time of commands with so many rows in the ledger',
    ...[head, ...lines].map((cells) => cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('')),
  ];
}

function otherLines({ callbacksPerSecond, segmentsPerSecond: { volley, twilio } }: Results): readonly string[] {
  return [
    'Beside that',
    line('callbacks a second, 64 at once, each on disk', whole(callbacksPerSecond)),
    line("texts counted a second, against Twilio's calculator", `${whole(volley / twilio)} times`),
  ];
}

function growthLines({ senders, optOuts, campaigns }: Growth): readonly string[] {
  const rate = ({ many, none }: { readonly many: readonly Used[]; readonly none: readonly Used[] }) =>
    `${faster(many, none)} times`;
  return [
    'Much of everything, against little of it: messages a second of a whole run',
    line('10,000 senders', rate({ many: senders.runs.many, none: senders.runs.one })),
    line('1,000,000 opt-outs in the ledger', rate(optOuts.runs)),
    line('  to import them', `${optOuts.importSeconds.toFixed(1)} s`),
    line('100 open campaigns in the ledger', rate(campaigns.runs)),
    line('  to begin them, ten processes at once', `${campaigns.beginSeconds.toFixed(1)} s`),
  ];
}
