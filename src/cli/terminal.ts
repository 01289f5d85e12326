import { on } from 'node:events';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import { speaksUtf8, toAscii } from '../ui/ascii.ts';
import { type Ask, askOn } from './ask/ask.ts';

/** How long somebody may take to answer, in milliseconds. */
const idleMs = 600_000;

/** What a command does with the person at its terminal. */
type AtTerminal = Pick<Context, 'out' | 'err' | 'status' | 'page' | 'terminal' | 'ask' | 'confirm' | 'keys' | 'edit'>;

/** The terminal of this process. */
export function processTerminal(): AtTerminal {
  const { stdin, stdout, stderr, env } = process;
  const ask = askOn(speaksUtf8(env) ? stderr : inAscii(stderr), idleMs);
  const output = terminalOutput();
  return {
    ...output,
    page: (lines) => page(lines, output.out),
    terminal: {
      canAsk: stdin.isTTY === true && stderr.isTTY === true,
      stdoutIsTty: stdout.isTTY === true,
      stderrIsTty: stderr.isTTY === true,
      // A terminal that does not know its size says 0.
      columns: stderr.columns || stdout.columns || 80,
    },
    ask,
    confirm: (question) => confirmWith(ask, question),
    keys,
    edit,
  };
}

function terminalOutput(): Pick<Context, 'out' | 'err' | 'status'> {
  const { stdout, stderr } = process;
  const [toStdout, toStderr] = [writerTo(stdout), writerTo(stderr)];
  let hasStatus = false;
  // A reader that has seen enough (`| head`) is no reason to stop sending.
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  const clearStatus = () => {
    if (hasStatus) stderr.write('\r\x1b[2K');
    hasStatus = false;
  };
  return {
    out: (line) => {
      clearStatus();
      toStdout(`${line}\n`);
    },
    err: (line) => {
      clearStatus();
      toStderr(`${line}\n`);
    },
    status: (line) => {
      clearStatus();
      if (line !== '') toStderr(line);
      hasStatus = line !== '';
    },
  };
}

function writerTo(stream: NodeJS.WriteStream): (text: string) => void {
  // A file or a pipe gets UTF-8 whatever the terminal can show.
  const isPlain = stream.isTTY && !speaksUtf8(process.env);
  return (text) => void stream.write(isPlain ? toAscii(text) : text);
}

/** The same terminal, to which everything is written in ASCII. */
function inAscii(terminal: NodeJS.WriteStream): NodeJS.WriteStream {
  const write = (text: string | Uint8Array, ...rest: []) =>
    terminal.write(typeof text === 'string' ? toAscii(text) : text, ...rest);
  return Object.create(terminal, { write: { value: write } });
}

/** How the pager is called unless $PAGER says otherwise: it ends by itself where all fits, and keeps colours. */
const defaultPager = 'less -FRX';

async function page(lines: readonly string[], out: Context['out']): Promise<void> {
  const { stdout, env } = process;
  const fits = stdout.isTTY !== true || lines.length < (stdout.rows ?? 24);
  const pager = env['PAGER'] ?? defaultPager;
  if (fits || pager === '' || env['TERM'] === 'dumb' || !(await pageWith(pager, lines))) {
    for (const line of lines) out(line);
  }
}

async function* keys(signal: AbortSignal): AsyncGenerator<string> {
  const { stdin } = process;
  if (stdin.isTTY !== true || signal.aborted) return;
  stdin.setRawMode(true);
  stdin.resume();
  try {
    for await (const [pressed] of on(stdin, 'data', { signal }) as AsyncIterable<[Buffer]>) {
      const text = pressed.toString('utf8');
      // A terminal that gives single keys makes no signal of this one.
      if (text.includes(ctrlC)) process.kill(process.pid, 'SIGINT');
      yield text;
    }
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}

const ctrlC = '\u0003';

/** $VISUAL or $EDITOR with its arguments, as a shell reads it. */
async function edit(file: string): Promise<boolean> {
  const { spawn } = await import('node:child_process');
  const { VISUAL, EDITOR } = process.env;
  const editor = VISUAL || EDITOR || (process.platform === 'win32' ? 'notepad' : 'vi');
  const command = process.platform === 'win32' ? `${editor} "${file}"` : `${editor} '${file.replaceAll("'", "'\\''")}'`;
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: 'inherit' });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** False when there is no such pager. */
async function pageWith(pager: string, lines: readonly string[]): Promise<boolean> {
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    const child = spawn(pager, { shell: true, stdio: ['pipe', 'inherit', 'inherit'] });
    // Somebody who has seen enough closes it before it has read all.
    child.stdin.on('error', () => undefined);
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code !== 127));
    const text = `${lines.join('\n')}\n`;
    child.stdin.end(speaksUtf8(process.env) ? text : toAscii(text));
  });
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

async function confirmWith(ask: Ask, message: string): Promise<boolean> {
  const { confirm } = await import('./ask/prompts.ts');
  try {
    return await ask(confirm, { message, default: false });
  } catch (error) {
    if (error instanceof CliError && error.code === 'interrupted') return false;
    throw error;
  }
}
