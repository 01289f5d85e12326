import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isLedgerUrl } from '../../core/ledger-address.ts';
import { plural } from '../../core/text/wording.ts';
import { damagedHint } from '../../errors.ts';
import { type Check, type CheckResult, makeCheck } from './check.ts';

/** Whether this Node is as new as `engines` of package.json asks. */
export const checkNode: Check = async () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isEnough = major > 20 || (major === 20 && minor >= 19);
  const text = process.versions.node;
  return isEnough
    ? [{ name: 'node', state: 'ok', text }]
    : [{ name: 'node', state: 'wrong', text, hint: 'volley needs 20.19 or newer.' }];
};

/** Whether the ledger opens, holds together, and has nothing left to do. */
export const checkLedger = makeCheck('ledger', async (session) => {
  const ledger = await session.ledger();
  const damage = await ledger.damage();
  if (damage !== undefined) {
    const hint = isLedgerUrl(session.ledgerPath()) ? 'Bring it back from a backup.' : damagedHint;
    return [{ name: 'ledger', state: 'wrong', text: `is damaged: ${damage}`, hint }];
  }
  const campaigns = await ledger.campaigns(1000);
  const open = campaigns.filter(({ counts }) => counts.pending + counts.claimed + counts.unknown > 0);
  const text = `opens and is whole; ${plural(campaigns.length, 'campaign')}`;
  if (open.length === 0) return [{ name: 'ledger', state: 'ok', text }];
  const hint = 'Go on with: volley resume';
  return [{ name: 'ledger', state: 'warning', text: `${text}, ${open.length} not done.`, hint }];
});

/** About what the ledger of a campaign of a million rows takes, its write-ahead log included, in bytes. */
const enoughDisk = 2_000_000_000;

/** Whether the ledger has room to grow. */
export const checkDisk = makeCheck('disk', async ({ ledgerPath }) => {
  const ledger = ledgerPath();
  // The disk of a server is for who keeps it.
  if (isLedgerUrl(ledger)) return [];
  const folder = dirname(ledger);
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: 0, bsize: 0 }));
  const free = bavail * bsize;
  const text = `${(free / 1e9).toFixed(1)} GB free for the ledger`;
  if (free >= enoughDisk) return [{ name: 'disk', state: 'ok', text }];
  return [{ name: 'disk', state: 'warning', text: `${text}.`, hint: 'A campaign of a million needs about 2 GB.' }];
});

/** How old time zone data may be, in years. Our choice: countries change their clocks, so older data has some wrong. */
const tolerableZoneYears = 2;

/** Whether Node's time zone data, by which quiet hours are found, is recent. */
export const checkTimeZones: Check = async (_, { now }) => [
  timeZoneResult(process.versions['tz'], new Date(now()).getFullYear()),
];

/** The result for time zone data of a version, as `2026a`; undefined where Node was built without. */
export function timeZoneResult(version: string | undefined, year: number): CheckResult {
  const name = 'time zones';
  const hint = 'Quiet hours go by them. Update Node.';
  if (version === undefined) return { name, state: 'warning', text: 'this Node has no time zone data.', hint };
  const isOld = year - Number.parseInt(version, 10) > tolerableZoneYears;
  return isOld
    ? { name, state: 'warning', text: `the data is of ${version}.`, hint }
    : { name, state: 'ok', text: version };
}
