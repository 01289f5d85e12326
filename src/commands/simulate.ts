import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import { parseDuration } from '../settings.ts';
import { faults } from '../simulator/faults.ts';
import { type Act, countFlag, type Flags, textFlag } from './options.ts';
import { addIntroduction } from './page.ts';

const about = `Other programs use it with:
  export VOLLEY_API_URL=http://127.0.0.1:PORT TWILIO_ACCOUNT_SID=… TWILIO_AUTH_TOKEN=…

Examples:
  volley simulate --port 4010
  volley simulate --port 4010 --seed 7 --fault 429=0.1 --fault reset-after-create=0.02 --latency 80ms`;

/** Declares `volley simulate`. */
export function declareSimulate(command: Command, act: Act): void {
  addIntroduction(command, about);
  const repeat = (value: string, earlier: unknown) => [...((earlier as string[] | undefined) ?? []), value];
  command
    .option('--port <n>', 'port to listen on; 0 picks one', '0')
    .option('--seed <n>', 'makes the same faults again')
    .option('--fault <name=share>', 'a fault and how often, as 429=0.1; may be repeated', repeat)
    .option('--latency <time>', 'how long each answer takes, as 80ms')
    .option('--truth <file>', 'keep what was created in a file, over restarts')
    .addHelpText(
      'after',
      `\nFaults:\n${faults.map(({ name, about: what }) => `  ${name.padEnd(20)} ${what}`).join('\n')}`,
    );
  act(simulate);
}

/** Runs until it is interrupted. */
async function simulate(flags: Flags, context: Context): Promise<number> {
  const seed = countFlag(flags, 'seed');
  const truthFile = textFlag(flags, 'truth');
  const simulator = await context.simulate({
    port: portOf(flags),
    latencyMs: latencyOf(flags),
    faults: (flags['fault'] as readonly string[] | undefined) ?? [],
    ...(seed !== undefined && { seed }),
    ...(truthFile !== undefined && { truthFile }),
  });
  const { url, accountSid, authToken } = simulator;
  if (flags['json'] === true) context.out(JSON.stringify({ url, accountSid, authToken }));
  else {
    context.out(`VOLLEY_API_URL=${url}`);
    context.out(`TWILIO_ACCOUNT_SID=${accountSid}`);
    context.out(`TWILIO_AUTH_TOKEN=${authToken}`);
    context.err('A Twilio on this machine. Ctrl-C ends it.');
  }
  await context.sleep(2 ** 31 - 1, context.signal);
  if (flags['json'] !== true) context.err(`${simulator.truth().length} messages were created.`);
  await simulator.close();
  return 0;
}

function portOf(flags: Flags): number {
  const port = Number(textFlag(flags, 'port'));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new CliError('usage', '--port must be 0 to 65535.');
  return port;
}

function latencyOf(flags: Flags): number {
  const parsed = parseDuration(textFlag(flags, 'latency') ?? '0');
  if ('problem' in parsed) throw new CliError('usage', `--latency ${parsed.problem}.`);
  return parsed.value;
}
