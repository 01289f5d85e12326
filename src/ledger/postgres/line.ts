import { connect, type Socket } from 'node:net';

/** How long an answer may take from a machine that is there, in milliseconds. */
const answerMs = 5000;

/** When a line counts as silent, in milliseconds, and how to find out whether the machine at its end answers at all. */
const usual = { silentMs: 10_000, answers };

/**
 * Watches a connection while it is in use. A network that drops packets without a word would keep it waiting for a
 * quarter of an hour: where the server's machine answers nobody any more the connection is closed, and what was asked
 * fails. A statement that takes long may. The returned function ends the watch.
 */
export function watchLine(
  line: Pick<Socket, 'remoteAddress' | 'remotePort' | 'bytesRead' | 'destroy'>,
  { silentMs, answers } = usual,
): () => void {
  const { remoteAddress: host, remotePort: port } = line;
  // A socket in the file system has no network.
  if (host === undefined || port === undefined) return () => undefined;
  let heard = line.bytesRead;
  let isOver = false;
  const timer = setInterval(async () => {
    const isSilent = line.bytesRead === heard;
    heard = line.bytesRead;
    if (isSilent && !(await answers(host, port)) && !isOver) line.destroy();
  }, silentMs);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

/** Whether a machine answers, if only to refuse. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(answerMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ECONNREFUSED' || code === 'ECONNRESET'));
  });
}
