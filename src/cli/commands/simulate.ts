import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { faults } from '../../simulator/faults.ts';
import { printDocument } from '../document.ts';
import { addAppendix, addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { readsJson } from '../options/everywhere.ts';
import { list, option } from '../options/option.ts';
import { count, duration, port, text } from '../options/parsers.ts';

const about = `Other programs use it with:
  export VOLLEY_API_URL=http://127.0.0.1:PORT TWILIO_ACCOUNT_SID=… TWILIO_AUTH_TOKEN=…

Examples:
  volley simulate --port 4010
  volley simulate --port 4010 --seed 7 --fault 429=0.1 --fault reset-after-create=0.02 --latency 80ms`;

const table = {
  port: option('--port <n>', 'port to listen on; 0 picks one (default 0)', port, 0),
  seed: option('--seed <n>', 'makes the same faults again', count),
  faults: list('--fault <name=share>', 'a fault and how often, as 429=0.1', text),
  latencyMs: option('--latency <time>', 'how long each answer takes, as 80ms', duration('0s', '10m'), 0),
  truthFile: option('--truth <file>', 'keep what was created in a file, over restarts', text),
};

/** Declares `volley simulate`. */
export function declareSimulate(command: Command, act: Act): void {
  addIntroduction(command, about);
  const rows = faults.map(({ name, about: what }) => `  ${name.padEnd(19)}  ${what}`);
  addAppendix(command, `Faults:\n${rows.join('\n')}`);
  act(table, simulate);
}

/** Serves the simulator until Ctrl-C or SIGTERM. */
async function simulate(options: OptionsOf<typeof table>, context: Context): Promise<number> {
  const { seed, truthFile, session } = options;
  const simulator = await context.simulate({
    port: options.port,
    latencyMs: options.latencyMs,
    faults: options.faults,
    ...(seed !== undefined && { seed }),
    ...(truthFile !== undefined && { truthFile }),
  });
  const { url, accountSid, authToken } = simulator;
  const isJson = readsJson(session);
  if (isJson) {
    const shown = { isNdjson: session.output === 'ndjson', jq: session.jq };
    const document = { schema: 'volley.simulate/1', url, accountSid, authToken } as const;
    await printDocument(document, { session: shown, context });
  } else {
    context.out(`VOLLEY_API_URL=${url}`);
    context.out(`TWILIO_ACCOUNT_SID=${accountSid}`);
    context.out(`TWILIO_AUTH_TOKEN=${authToken}`);
    context.err('A Twilio on this machine. Ctrl-C ends it.');
  }
  await context.sleep(2 ** 31 - 1, context.signal);
  if (!isJson) context.err(`${simulator.truth().length} messages were created.`);
  await simulator.close();
  return 0;
}
