import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import type { RunCommand } from '../../queue/scheduler.ts';
import type { SessionOptions } from '../options/everywhere.ts';
import type { Session } from '../session.ts';

/**
 * Runs the commands of schedules on the ledger that the schedules are in, and with the profile, files and server that this
 * command was told; with results on standard output it prints them as this one was told to. What a command line says
 * itself comes first.
 */
export function scheduleRunner(
  options: SessionOptions,
  { config }: Session,
  { cwd: here, runCommand }: Context,
  results: 'stdout' | 'stderr',
): RunCommand {
  // Its commands run in other folders than this one.
  const file = (path: string | undefined) => (path === undefined ? undefined : resolve(here, path));
  const told: Readonly<Record<string, string | boolean | undefined>> = {
    '--profile': options.profile,
    '--config': file(options.config),
    '--env-file': file(options.envFile),
    '--api-url': options.settings.api_url,
    '--simulate': options.simulate,
    ...(results === 'stdout' && {
      '--json': options.json,
      '--output': options.output,
      '--jq': options.jq,
      '--quiet': options.quiet,
    }),
  };
  return (argv, { cwd, signal }) => {
    const says = (flag: string) => argv.some((word) => word === flag || word.startsWith(`${flag}=`));
    const passed = Object.entries(told).flatMap(([flag, value]) => {
      if (value === undefined || value === false || says(flag)) return [];
      return value === true ? [flag] : [flag, value];
    });
    // Not as a flag: anybody on the machine can read those, and the address may hold a password.
    const env = { VOLLEY_LEDGER: config.get('ledger') };
    return runCommand([...passed, ...argv], { cwd, signal, env, results });
  };
}
