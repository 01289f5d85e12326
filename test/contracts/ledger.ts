import type { Open } from './campaigns.ts';
import { consentContract } from './consent.ts';
import { controlsContract } from './controls.ts';
import { outboxContract } from './outbox.ts';
import { plansContract } from './plans.ts';
import { receiptsContract } from './receipts.ts';
import { repliesContract } from './replies.ts';
import { reportsContract } from './reports.ts';
import { runsContract } from './runs.ts';
import { upkeepContract } from './upkeep.ts';

/** What every ledger must do, role by role; each implementation's test runs it. */
export function ledgerContract(open: Open): void {
  for (const contract of contracts) contract(open);
}

const contracts = [
  plansContract,
  runsContract,
  controlsContract,
  receiptsContract,
  consentContract,
  repliesContract,
  outboxContract,
  reportsContract,
  upkeepContract,
];
