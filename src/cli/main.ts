import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { Context } from '../context.ts';
import { maskHint, maskInternational } from '../core/recipient/mask.ts';
import { jsonText, visible } from '../core/text/clean.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { CliError, exitCodes, fileError, stackOf } from '../errors.ts';
import { readStdin } from '../input/file.ts';
import { introductionOf } from './help/page.ts';
import { mistakeOf } from './mistakes.ts';
import type { Act, Run } from './options/act.ts';
import { declareOptions, sessionOptionsOf } from './options/declare.ts';
import { everywhere, type SessionOptions, sessionOptions } from './options/everywhere.ts';
import type { OptionTable } from './options/option.ts';
import { readOptions, readSettings } from './options/read.ts';
import { asksForJson, commandIn, lastOf, namesNoCommand, spellSwitches } from './options/switches.ts';
import { verbs } from './verbs.ts';

/** Runs one command line. Returns the exit code; the only place that prints an error. */
export async function main(given: readonly string[], world: Context): Promise<number> {
  // Whatever reads standard input ends with the signal, also while nothing comes.
  const context = { ...world, stdin: readStdin(world.stdin, world.signal), ...(await fittingOutput(given, world)) };
  const asksForMenu = namesNoCommand(given, everywhere) && world.terminal.canAsk && lastOf(given, 'input') !== false;
  const argv = asksForMenu ? ['compose', ...given] : given;
  let code = 0;
  let helped: Command | undefined;
  const exit = (value: number): void => {
    code = value;
  };
  const help = (command: Command): void => {
    helped = command;
  };
  try {
    const { program, table } = await buildProgram(argv, context, { exit, help });
    await parse(program, argv, table);
  } catch (error) {
    code = fail(error, argv, context);
  }
  try {
    if (helped) await showHelp(helped, context);
    return code;
  } catch (error) {
    return fail(error, argv, context);
  }
}

async function showHelp(command: Command, context: Context): Promise<void> {
  const { helpOf } = await import('./help/command-help.ts');
  const { showPage } = await import('./help/show-page.ts');
  const page = { topic: command.parent ? command.name() : null, text: helpOf(command, context.terminal.columns) };
  await showPage(page, sessionOptionsOf(command), context);
}

/** At a terminal no word is cut where a line ends; what a program reads stays as it is. */
async function fittingOutput(
  argv: readonly string[],
  { out, err, terminal }: Context,
): Promise<Pick<Context, 'out' | 'err'>> {
  const { columns, stdoutIsTty, stderrIsTty } = terminal;
  const isForProgram = argv.some((word) => /^--(json|output|jq)\b/.test(word));
  if (isForProgram || !(stdoutIsTty || stderrIsTty)) return { out, err };
  const { fitLines } = await import('../ui/lines.ts');
  return {
    out: stdoutIsTty ? (text) => out(fitLines(text, columns, 4)) : out,
    err: stderrIsTty ? (text) => err(fitLines(text, columns)) : err,
  };
}

/** Lets commander read and run a command line. Throws a `CliError` in our words for one it cannot read. */
async function parse(program: Command, argv: readonly string[], table: OptionTable): Promise<void> {
  try {
    await program.parseAsync(spellSwitches(argv, table), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
    throw mistakeOf(error, program, commandIn(argv, everywhere));
  }
}

/** The commands, and the options of the one that is asked for. */
interface Built {
  readonly program: Command;
  readonly table: OptionTable;
}

/** What becomes of a command's exit code, and of the wish for its help. */
interface Ends {
  readonly exit: (code: number) => void;
  readonly help: (command: Command) => void;
}

async function buildProgram(argv: readonly string[], context: Context, { exit, help }: Ends): Promise<Built> {
  const prepared = (command: Command) => prepare(command, context);
  const program = declareOptions(new Command('volley'), everywhere)
    .description('Send one text message, or a million, through Twilio, and know what became of each.')
    .version(version(), '-V, --version')
    .showSuggestionAfterError(false)
    .helpCommand(false)
    .configureHelp({
      formatHelp: (command) => {
        help(command);
        return '';
      },
    });
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
    prepared(command);
    if (!needsAll && !argv.includes(name)) continue;
    const act: Act = (table, run) => {
      declareOptions(declareOptions(command, table), everywhere);
      command.action(async () => exit(await runCommand(command, { table, run }, context)));
      if (name === wanted) options = { ...table, ...everywhere };
    };
    (await load())(command, act);
  }
  await addFindingOut(program, { argv, prepared }, context);
  return { program: prepared(program), table: options };
}

/** Adds what is about the command line itself: its pages, its manual, its completion. */
async function addFindingOut(
  program: Command,
  { argv, prepared }: { readonly argv: readonly string[]; readonly prepared: (command: Command) => Command },
  context: Context,
): Promise<void> {
  const about =
    'a page about a command, or csv, templates, exit-codes, config, safety, delivery, cost, consent, events, machines, figures';
  const helpVerb = program.command('help').argument('[topic]').description(about).helpGroup('Setting up:');
  prepared(helpVerb).action(async (topic: string | undefined) => {
    const { topics } = await import('./help/topics.ts');
    const page = topics[topic ?? ''];
    if (topic !== undefined && page !== undefined) {
      const { formatPage } = await import('./help/format-page.ts');
      const { showPage } = await import('./help/show-page.ts');
      return showPage({ topic, text: formatPage(page, context.terminal.columns) }, sessionOptionsOf(helpVerb), context);
    }
    const isKnown = topic === undefined || program.commands.some((command) => command.name() === topic);
    if (!isKnown) {
      const pages = Object.keys(topics);
      const names = [...pages, ...program.commands.map((command) => command.name())];
      const hint = didYouMean(topic, names, `Name a command, or one of: ${pages.join(', ')}.`);
      throw new CliError('usage', `There is no page about "${topic}".`, { hint });
    }
    const others = argv.filter((word) => word !== 'help' && word !== topic);
    await main([...(topic === undefined ? [] : [topic]), '--help', ...others], context);
  });
  const versionVerb = program.command('version').description('print the version').helpGroup('Setting up:');
  prepared(versionVerb).action(async () => {
    const { printOr } = await import('./document.ts');
    const document = { schema: 'volley.version/1', version: version() } as const;
    await printOr(document, () => context.out(version()), { options: sessionOptionsOf(versionVerb), context });
  });
  const manual = program.command('man').description('print the manual, for: man -l -').helpGroup('Setting up:');
  prepared(manual).action(async () => {
    const { manualPage } = await import('./help/manual.ts');
    const { topics } = await import('./help/topics.ts');
    const { formatPage } = await import('./help/format-page.ts');
    // What man leaves of 80 columns beside its margins.
    const format = (text: string) => formatPage(text, 72);
    const text = manualPage(program, { version: version(), topics, introductionOf, format });
    const { printOr } = await import('./document.ts');
    const document = { schema: 'volley.man/1', text } as const;
    await printOr(document, () => context.out(text), { options: sessionOptionsOf(manual), context });
  });
  const isNeeded = ['complete', 'completion'].includes(argv[0] ?? '');
  const { addCompletion } = isNeeded ? await import('./completion/completion.ts') : {};
  const completion = addCompletion ? await addCompletion(program, argv, context) : program.command('completion');
  prepared(completion).description('print what makes a shell complete with Tab').helpGroup('Setting up:');
}

function prepare(command: Command, { out }: Context): Command {
  return command.exitOverride().configureOutput({
    // The version; of help there is nothing, as it is shown at the end.
    writeOut: (text) => text !== '' && out(text.trimEnd()),
    // Errors are printed in one place, `fail`.
    writeErr: () => undefined,
    outputError: () => undefined,
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
  const options = { ...readOptions(table, bag, context.now()), session };
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
    if (isJson) err(jsonText({ error: { code, message, hint: hint ?? null } }));
    else for (const line of [`error: ${message}`, ...(hint ? [`hint: ${hint}`] : [])]) err(visible(line));
  };
  // Help or the version was asked for, and shown.
  if (error instanceof CommanderError) return 0;
  const known = error instanceof CliError ? error : fileError(error);
  if (known) {
    say(known.code, known.message, known.hint);
    return known.exitCode;
  }
  say('bug', stackOf(error), 'This is a bug in volley. Please report it with the lines above.');
  return exitCodes.bug;
}
