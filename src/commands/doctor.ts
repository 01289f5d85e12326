import type { Command } from 'commander';
import type { Act } from '../cli/options/act.ts';
import type { SessionOptions } from '../cli/options/everywhere.ts';
import type { Context } from '../context.ts';
import { clean } from '../ui/clean.ts';
import { wrap } from '../ui/lines.ts';
import { checkAccount } from './doctor/account.ts';
import { checkCallbacks } from './doctor/callbacks.ts';
import type { Check, Finding } from './doctor/finding.ts';
import { checkDisk, checkLedger, checkNode, checkTimeZones } from './doctor/machine.ts';
import { addIntroduction } from './page.ts';
import { type Session, withSession } from './session.ts';

const help = `Says what would stop a send, and how to mend it: this machine, the ledger, the account with its balance, sender and
country, and the way back for callbacks. Sends nothing. Exits 4 for credentials, 2 for anything else that is wrong.

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
    const wrong = findings.find(({ state }) => state === 'wrong');
    const exitCode = wrong ? (['credentials', 'account'].includes(wrong.name) ? 4 : 2) : 0;
    if (session.isJson) context.out(JSON.stringify({ schema: 'volley.doctor/1', findings }));
    else if (!session.isQuiet || findings.some(({ state }) => state !== 'ok'))
      for (const finding of findings) context.out(findingLine(finding, session));
    return exitCode;
  });
}

function findingLine({ name, state, text, hint }: Finding, { resultLook: { paint, width } }: Session): string {
  const mark = { ok: paint.green('✓'), warning: paint.yellow('!'), wrong: paint.red('✗') }[state];
  const label = state === 'ok' ? '' : `${state}: `;
  return `${mark} ${name.padEnd(12)} ${wrap(clean(`${label}${text}${hint ? ` ${hint}` : ''}`), width, 15)}`;
}
