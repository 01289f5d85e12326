import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import type { SessionOptions } from '../options/everywhere.ts';
import { withSession } from '../session.ts';
import { checkAccount } from './account.ts';
import { checkCallbacks } from './callbacks.ts';
import { type Check, type Finding, findingJson, findingLine, findingsExitCode } from './finding.ts';
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

const checks: readonly Check[] = [checkNode, checkTimeZones, checkLedger, checkDisk, checkAccount, checkCallbacks];

function doctor(told: SessionOptions, context: Context): Promise<number> {
  return withSession(told, context, async (session) => {
    const findings: Finding[] = [];
    for (const look of checks) findings.push(...(await look(session, context)));
    const exitCode = findingsExitCode(findings);
    if (session.isJson) {
      context.out(JSON.stringify({ schema: 'volley.doctor/1', findings: findings.map(findingJson), exitCode }));
    } else if (!session.isQuiet || findings.some(({ state }) => state !== 'ok'))
      for (const finding of findings) context.out(findingLine(finding, session.resultStyle));
    return exitCode;
  });
}
