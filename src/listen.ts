import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError } from './errors.ts';

/** Where a server listens; the port 0 leaves it to the system to pick one. */
export interface ListenAt {
  readonly host: string;
  readonly port: number;
  /** The flag that the port was given by; absent: `--port`. */
  readonly flag?: string;
}

/** Lets a server listen, and resolves to its port. Throws a `CliError` (`usage`) when that cannot be used. */
export function listen(server: Server, { host, port, flag = '--port' }: ListenAt): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint = `${flag} 0 picks a free one.`;
      reject(new CliError('usage', `Port ${port} of ${host} cannot be used (${cause.code}).`, { hint, cause }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
