import { constants, createReadStream, fstat, open } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { CliError, fileError } from '../errors.ts';

/** Opens a file or a named pipe. Throws a `CliError` when it cannot be read, now or later, and when the signal comes. */
export async function openFile(file: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  try {
    const stream = await openStream(file);
    return readStream(signal ? addAbortSignal(signal, stream) : stream, file);
  } catch (error) {
    throw unreadable(error, file);
  }
}

async function openStream(file: string): Promise<Readable> {
  // A pipe that nobody writes to yet must not hold up the process; where that cannot be, there are no such pipes.
  const fd = await promisify(open)(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const about = await promisify(fstat)(fd);
  if (about.isFIFO()) return new Socket({ fd, readable: true, writable: false });
  // Reading a folder fails, as it should.
  return isatty(fd) ? new ReadStream(fd) : createReadStream('', { fd });
}

async function* readStream(stream: Readable, file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw unreadable(error, file);
  }
}

/** Why a file cannot be read, for people; what is no such reason is given back as it is. */
function unreadable(error: unknown, file: string): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === 'ABORT_ERR') return interrupted();
  if (code === undefined || syscall === undefined) return error;
  const other = new CliError('input', `Cannot read ${file}: ${message}.`, { cause: error });
  return fileError(error, { doing: 'read', path: file }) ?? other;
}

const interrupted = (): CliError => new CliError('interrupted', 'Interrupted while reading. Nothing was sent.');

/** Standard input until the signal, which ends it also while it is silent. Throws a `CliError` for that, and when it cannot be read. */
export async function* readStdin(stdin: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = stdin[Symbol.asyncIterator]();
  try {
    for (let next = await orInterrupted(iterator.next(), signal); !next.done; ) {
      yield next.value;
      next = await orInterrupted(iterator.next(), signal);
    }
  } catch (error) {
    throw unreadable(error, 'standard input');
  } finally {
    // Not waited for: while it is silent it does not answer this either.
    iterator.return?.().catch(() => undefined);
  }
}

/** Listens for as long as this one answer takes: a signal that outlives many of them must not remember each. */
function orInterrupted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(interrupted());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
