import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError, Help } from 'commander';
import type { Context } from '../context.ts';
import { maskHint, maskInternational } from '../core/recipient/mask.ts';
import { visible } from '../core/text/clean.ts';
import { CliError, exitCodes, fileError } from '../errors.ts';
import { readStdin } from '../input/file.ts';
import { formatPage, introductionOf, narrowest } from './help/page.ts';
import type { Act, Run } from './options/act.ts';
import { declareOptions, everywhereHelp } from './options/declare.ts';
import { everywhere, type SessionOptions, sessionOptions } from './options/everywhere.ts';
import type { OptionTable } from './options/option.ts';
import { readOptions, readSettings } from './options/read.ts';
import { asksForJson, commandIn, lastOf, namesNoCommand, spellSwitches } from './options/switches.ts';
import { verbs } from './verbs.ts';

/** Runs one command line. Returns the exit code; the only place that prints an error. */
export async function main(given: readonly string[], world: Context): Promise<number> {
  // Whatever reads standard input ends with the signal, also while nothing comes.
  const context = { ...world, stdin: readStdin(world.stdin, world.signal) };
  const asksForMenu = namesNoCommand(given, everywhere) && world.terminal.canAsk && lastOf(given, 'input') !== false;
  const argv = asksForMenu ? ['compose', ...given] : given;
  let code = 0;
  try {
    const { program, table } = await buildProgram(argv, context, (value) => {
      code = value;
    });
    await program.parseAsync(spellSwitches(argv, table), { from: 'user' });
    return code;
  } catch (error) {
    return fail(error, argv, context);
  }
}

/** The commands, and the options of the one that is asked for. */
interface Built {
  readonly program: Command;
  readonly table: OptionTable;
}

async function buildProgram(argv: readonly string[], context: Context, exit: (code: number) => void): Promise<Built> {
  const program = declareOptions(new Command('volley'), everywhere)
    .description('Send one text message, or a million, through Twilio, and know what became of each.')
    .version(version(), '-V, --version')
    .showSuggestionAfterError()
    .helpCommand(false)
    .configureHelp({ visibleOptions: rootHasNone, minWidthToWrap: narrowest })
    .addHelpText('after', () => help(context.terminal.columns));
  if (namesNoCommand(argv, everywhere)) {
    program.action(() => {
      sessionOptions(program.opts(), readSettings(everywhere, program.opts()));
      program.outputHelp();
    });
  }
  // Tab and the manual need the whole tree; everything else only its own verb.
  const needsAll = ['complete', 'completion', 'man'].includes(argv[0] ?? '');
  const wanted = commandIn(argv, everywhere);
  let options: OptionTable = everywhere;
  for (const { name, about, group, load } of verbs) {
    const command = program.command(name).description(about).helpGroup(group);
    prepare(command, context);
    if (!needsAll && !argv.includes(name)) continue;
    const act: Act = (table, run) => {
      declareOptions(declareOptions(command, table), everywhere);
      command.action(async () => exit(await runCommand(command, { table, run }, context)));
      if (name === wanted) options = { ...table, ...everywhere };
    };
    (await load())(command, act);
  }
  await addFindingOut(program, argv, context);
  return { program: prepare(program, context), table: options };
}

/** Adds what is about the command line itself: its pages, its manual, its completion. */
async function addFindingOut(program: Command, argv: readonly string[], context: Context): Promise<void> {
  const about =
    'a page about a command, or csv, templates, exit-codes, config, safety, delivery, cost, consent, events, machines, figures';
  const helpVerb = program.command('help').argument('[topic]').description(about).helpGroup('Setting up:');
  prepare(helpVerb, context).action(async (topic: string | undefined) => {
    const { topics } = await import('./help/topics.ts');
    const page = topics[topic ?? ''];
    if (page !== undefined) return context.page(formatPage(page, context.terminal.columns).split('\n'));
    const isKnown = topic === undefined || program.commands.some((command) => command.name() === topic);
    if (!isKnown) {
      const pages = Object.keys(topics).join(', ');
      throw new CliError('usage', `There is no page about ${topic}.`, { hint: `Name a command, or one of: ${pages}.` });
    }
    await main([...(topic === undefined ? [] : [topic]), '--help'], context);
  });
  const manual = program.command('man').description('print the manual, for: man -l -').helpGroup('Setting up:');
  prepare(manual, context).action(async () => {
    const { manualPage } = await import('../ui/manual.ts');
    const { topics } = await import('./help/topics.ts');
    // What man leaves of 80 columns beside its margins.
    const format = (text: string) => formatPage(text, 72);
    context.out(manualPage(program, { version: version(), topics, introductionOf, format }));
  });
  if (['complete', 'completion'].includes(argv[0] ?? '')) {
    const { addCompletion } = await import('./completion/completion.ts');
    prepare(await addCompletion(program, argv, context), context);
  } else
    program.command('completion').description('print what makes a shell complete with Tab').helpGroup('Setting up:');
}

/** Help of the root has its options below the commands, which are what people look for. */
function rootHasNone(this: Help, command: Command) {
  return command.parent ? Help.prototype.visibleOptions.call(this, command) : [];
}

function prepare(command: Command, { out, terminal }: Context): Command {
  return command.exitOverride().configureOutput({
    writeOut: (text) => out(text.replace(/\n$/, '')),
    // Errors are printed in one place, `fail`.
    writeErr: () => undefined,
    outputError: () => undefined,
    getOutHelpWidth: () => terminal.columns,
    getErrHelpWidth: () => terminal.columns,
  });
}

/** Reads all that was given before anything else is done, and runs the command with it. */
async function runCommand<T extends OptionTable>(
  command: Command,
  { table, run }: { readonly table: T; readonly run: Run<T> },
  context: Context,
): Promise<number> {
  const names = command.registeredArguments.map((argument) => argument.name());
  const given = Object.fromEntries(names.map((name, i) => [name, command.processedArgs[i]]));
  const bag = { ...command.optsWithGlobals(), ...given };
  const session = sessionOptions(bag, readSettings({ ...table, ...everywhere }, bag));
  const options = { ...readOptions(table, bag), session };
  if (session.jq !== undefined) await (await import('./jq.ts')).checkExpression(session.jq);
  return logged({ command: command.name(), session }, (within) => run(options, within), context);
}

/** Runs a command, and keeps a log of it where one is asked for. */
async function logged(
  { command, session }: { readonly command: string; readonly session: SessionOptions },
  run: (context: Context) => Promise<number>,
  context: Context,
): Promise<number> {
  if (session.logFile === undefined) return run(context);
  const { openLog } = await import('../log.ts');
  const { cwd, now, err } = context;
  const log = openLog({ path: resolve(cwd, session.logFile), showPii: session.showPii, now, say: err });
  const startedAt = context.now();
  log({ event: 'start', command, version: version() });
  try {
    const exitCode = await run({ ...context, log });
    log({ event: 'end', exitCode, ms: context.now() - startedAt });
    return exitCode;
  } catch (error) {
    const known = error instanceof CliError ? error : fileError(error);
    log({ event: 'error', code: known?.code ?? 'bug', message: known?.message ?? String(error) });
    throw error;
  }
}

const help = (columns: number): string => `
${everywhereHelp(columns)}

Start here:
  volley compose --simulate             be asked; nothing leaves this machine
  volley send --to +14155550100 --from +14155550199 --body Hello --simulate
  volley check customers.csv --from +14155550199 --body 'Hi {{ first_name }}'

Exit codes: 0 done, 1 a bug, 2 wrong usage or input, 3 some rows failed,
  4 credentials, 5 Twilio out of reach, 6 refused by a rule, 7 another run holds
  the campaign, 8 something is still open, 130 interrupted.`;

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Says what went wrong, for a program with `--json`, with numbers masked but for `--show-pii`; returns the exit code. */
export function fail(error: unknown, argv: readonly string[], { err }: Pick<Context, 'err'>): number {
  const isJson = asksForJson(argv);
  const isWhole = lastOf(argv, 'show-pii') === true;
  const say = (code: string, whole: string, way?: string) => {
    const [message, hint] = isWhole ? [whole, way] : [maskInternational(whole), way && maskHint(way)];
    if (isJson) err(JSON.stringify({ error: { code, message, hint: hint ?? null } }));
    else for (const line of [`error: ${message}`, ...(hint ? [`hint: ${hint}`] : [])]) err(visible(line));
  };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return exitCodes.usage;
    const verb = verbs.find(({ name }) => name === commandIn(argv, everywhere));
    say('usage', error.message.replace(/^error: /, '').trim(), `See: volley ${verb ? `${verb.name} ` : ''}--help`);
    return exitCodes.usage;
  }
  const known = error instanceof CliError ? error : fileError(error);
  if (known) {
    say(known.code, known.message, known.hint);
    return known.exitCode;
  }
  say(
    'bug',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
    'This is a bug in volley. Please report it with the lines above.',
  );
  return exitCodes.bug;
}
