import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { type Act, addEverywhere, type Run } from './commands/options.ts';
import type { Context } from './context.ts';
import { CliError, exitCodes } from './errors.ts';

type Declare = (command: Command, act: Act) => void;

interface Verb {
  readonly name: string;
  readonly about: string;
  /** Only the verb that is asked for is loaded: `--version` and `--help` load none. */
  readonly load: () => Promise<Declare>;
}

const verbs: readonly Verb[] = [
  {
    name: 'compose',
    about: 'be asked for everything: one message, or a list',
    load: async () => (await import('./commands/compose.ts')).declareCompose,
  },
  {
    name: 'send',
    about: 'send one message to one or several recipients',
    load: async () => (await import('./commands/send.ts')).declareSend,
  },
  {
    name: 'batch',
    about: 'send a campaign from a CSV, Excel or NDJSON file',
    load: async () => (await import('./commands/batch.ts')).declareBatch,
  },
  {
    name: 'stream',
    about: 'send each event from standard input as it arrives',
    load: async () => (await import('./commands/stream.ts')).declareStream,
  },
  {
    name: 'check',
    about: 'show what a batch would do and every problem in it; send nothing',
    load: async () => (await import('./commands/batch.ts')).declareCheck,
  },
  {
    name: 'resume',
    about: 'go on with what an earlier run left',
    load: async () => (await import('./commands/resume.ts')).declareResume,
  },
  {
    name: 'reconcile',
    about: "settle unknown outcomes against Twilio's own list",
    load: async () => (await import('./commands/resume.ts')).declareReconcile,
  },
  {
    name: 'campaigns',
    about: 'list what was sent',
    load: async () => (await import('./commands/campaigns.ts')).declareCampaigns,
  },
  {
    name: 'report',
    about: 'show what became of a campaign or message',
    load: async () => (await import('./commands/report.ts')).declareReport,
  },
  {
    name: 'track',
    about: 'ask Twilio until every message has its final status',
    load: async () => (await import('./commands/track.ts')).declareTrack,
  },
  {
    name: 'listen',
    about: 'receive status callbacks and opt-outs from Twilio',
    load: async () => (await import('./commands/listen.ts')).declareListen,
  },
  {
    name: 'messages',
    about: "look at Twilio's own records, cancel, redact or delete them",
    load: async () => (await import('./commands/messages.ts')).declareMessages,
  },
  {
    name: 'verify',
    about: 'compare what volley knows with what Twilio has',
    load: async () => (await import('./commands/verify.ts')).declareVerify,
  },
  {
    name: 'feedback',
    about: 'tell Twilio whether messages did what they were for',
    load: async () => (await import('./commands/feedback.ts')).declareFeedback,
  },
  {
    name: 'explain',
    about: 'say what an error code means and what to do',
    load: async () => (await import('./commands/explain.ts')).declareExplain,
  },
  {
    name: 'recall',
    about: 'call back what has not gone out',
    load: async () => (await import('./commands/recall.ts')).declareRecall,
  },
  {
    name: 'opt-out',
    about: 'keep the list of people who must not be texted',
    load: async () => (await import('./commands/opt-out.ts')).declareOptOut,
  },
  {
    name: 'purge',
    about: 'forget who was texted what, long ago',
    load: async () => (await import('./commands/purge.ts')).declarePurge,
  },
  {
    name: 'config',
    about: 'show the configuration and where it comes from',
    load: async () => (await import('./commands/config.ts')).declareConfig,
  },
  {
    name: 'doctor',
    about: 'find out what would stop a send',
    load: async () => (await import('./commands/doctor.ts')).declareDoctor,
  },
  {
    name: 'simulate',
    about: 'run a Twilio on this machine, with faults on demand',
    load: async () => (await import('./commands/simulate.ts')).declareSimulate,
  },
];

/** Runs one command line. Returns the exit code; the only place that prints an error. */
export async function main(given: readonly string[], context: Context): Promise<number> {
  const argv = given.length === 0 && context.terminal.canAsk ? ['compose'] : given;
  let code = 0;
  try {
    const program = await buildProgram(argv, context, (value) => {
      code = value;
    });
    if (argv.length === 0) context.out(program.helpInformation().trimEnd());
    else await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return fail(error, argv, context);
  }
}

async function buildProgram(argv: readonly string[], context: Context, exit: (code: number) => void): Promise<Command> {
  const program = addEverywhere(new Command('volley'))
    .description('Send one text message, or a million, through Twilio, and know what became of each.')
    .version(version(), '-V, --version')
    .showSuggestionAfterError()
    .addHelpText('after', help);
  for (const { name, about, load } of verbs) {
    const command = program.command(name).description(about);
    prepare(command, context);
    if (!argv.includes(name)) continue;
    (await load())(command, (run) => command.action(() => act(command, run, context, exit)));
    addEverywhere(command);
  }
  return prepare(program, context);
}

function prepare(command: Command, { out, terminal }: Context): Command {
  return command.exitOverride().configureOutput({
    writeOut: (text) => out(text.trimEnd()),
    // Errors are printed in one place, `fail`.
    writeErr: () => undefined,
    outputError: () => undefined,
    getOutHelpWidth: () => terminal.columns,
    getErrHelpWidth: () => terminal.columns,
  });
}

async function act(command: Command, run: Run, context: Context, exit: (code: number) => void): Promise<void> {
  const names = command.registeredArguments.map((argument) => argument.name());
  const given = Object.fromEntries(names.map((name, i) => [name, command.args[i]]));
  exit(await run({ ...command.optsWithGlobals(), ...given }, context));
}

const help = `
Start here:
  volley send --to +14155550100 --from +14155550199 --body 'Hello' --simulate
  volley batch customers.csv --from +14155550199 --body 'Hi {{ first_name }}' --dry-run

Exit codes: 0 done, 2 wrong usage or input, 3 some rows failed, 4 credentials, 5 Twilio out of reach,
  6 refused by a rule, 7 another run holds the campaign, 8 something is still open, 130 interrupted.`;

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function fail(error: unknown, argv: readonly string[], { err }: Context): number {
  const isJson = argv.includes('--json');
  const say = (code: string, message: string, hint?: string) => {
    if (isJson) err(JSON.stringify({ error: { code, message, hint: hint ?? null } }));
    else for (const line of [`error: ${message}`, ...(hint ? [`hint: ${hint}`] : [])]) err(line);
  };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return exitCodes.usage;
    say('usage', error.message.replace(/^error: /, '').trim(), 'See: volley --help');
    return exitCodes.usage;
  }
  if (error instanceof CliError) {
    say(error.code, error.message, error.hint);
    return error.exitCode;
  }
  say(
    'bug',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
    'This is a bug in volley. Please report it with the lines above.',
  );
  return exitCodes.bug;
}
