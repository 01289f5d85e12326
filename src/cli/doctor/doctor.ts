import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import type { SessionOptions } from '../options/everywhere.ts';
import { serverJson } from '../rehearsal.ts';
import { withSession } from '../session.ts';
import { checkCredentials } from './account.ts';
import { checkCallbacks } from './callbacks.ts';
import { type Check, type CheckResult, checkJson, checkLine, checksExitCode } from './check.ts';
import { checkDisk, checkLedger, checkNode, checkTimeZones } from './machine.ts';

const help = `Says what would stop a send, and how to mend it: this machine, the ledger, the account with its balance, sender and
country, and the way back for callbacks. Sends nothing. Exits 4 for credentials that are missing or refused, 3 for anything else that would stop a send;
0 with warnings only.

Examples:
  volley doctor
  volley doctor --profile staging --json`;

/** Declares `volley doctor`. */
export function declareDoctor(command: Command, act: Act): void {
  addIntroduction(command, help);
  act({}, (options, context) => doctor(options.session, context));
}

const checks: readonly Check[] = [checkNode, checkTimeZones, checkLedger, checkDisk, checkCredentials, checkCallbacks];

function doctor(options: SessionOptions, context: Context): Promise<number> {
  return withSession(options, context, async (session) => {
    const results: CheckResult[] = [];
    for (const check of checks) results.push(...(await check(session, context)));
    const exitCode = checksExitCode(results);
    if (session.isJson) {
      const listed = { as: 'findings', items: results.map(checkJson) };
      const document = { schema: 'volley.doctor/1', exitCode, ...serverJson(session.server()) } as const;
      await printDocument(document, { session, context }, listed);
    } else if (!session.isQuiet || results.some(({ state }) => state !== 'ok'))
      for (const result of results) context.out(checkLine(result, session.resultStyle));
    return exitCode;
  });
}
