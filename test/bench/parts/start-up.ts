import { freshLedger, sdkLoop, volley } from '../commands.ts';
import { listOf, numberOf } from '../lists.ts';
import { type Command, inTurns, timed } from '../processes.ts';
import { startProvider } from '../provider.ts';

/** Seconds from the start of a process to its end, in an environment that holds nothing else. */
export interface StartUp {
  readonly bare: Readonly<Record<'node' | 'version' | 'help', readonly number[]>>;
  readonly oneMessage: Readonly<Record<'volley' | 'sdk', readonly number[]>>;
}

export async function measureStartUp(): Promise<StartUp> {
  const bare = await inTurns(15, {
    node: () => timed([process.execPath, '--eval', '0']),
    version: () => timed(volley('--version')),
    help: () => timed(volley('batch', '--help')),
  });
  const rounds = 11;
  const provider = await startProvider(0);
  const list = await listOf(1);
  const ledger = freshLedger();
  const send = (recipient: number): Command =>
    volley(
      'send',
      '--to',
      numberOf(recipient),
      '--from',
      '+14165550199',
      '--body',
      'Hi',
      '--quiet',
      '--ledger',
      ledger,
    );
  // The ledger is made once, not with each message.
  await timed(send(rounds), provider.settings);
  const oneMessage = await inTurns(rounds, {
    volley: (round) => timed(send(round), provider.settings),
    sdk: () => timed(sdkLoop(list, 1), provider.settings),
  });
  await provider.count(1 + 2 * rounds, 1);
  provider.stop();
  return { bare, oneMessage };
}
