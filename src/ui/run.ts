import type { Report } from '../core/outcome/report.ts';
import { maskInternational } from '../core/recipient/mask.ts';
import { formatCount } from '../core/text/wording.ts';
import { reportJson } from './json.ts';

/** A run that is over. */
export interface EndedRun {
  readonly campaign: { readonly id: string; readonly name: string };
  /** Why, in a word: `finished`, `interrupted`, `breaker`, …; `failed` with an error. */
  readonly end: string;
  readonly exitCode: number;
  readonly report: Report | undefined;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A run that is over, as `--notify` posts it: without a number or a text of anybody's. Field names are a contract. */
export function runJson(
  { campaign, end, exitCode, report, error }: EndedRun,
  { at, host, isSimulated }: { readonly at: number; readonly host: string; readonly isSimulated: boolean },
) {
  const { issues: _, errors = [], ...counted } = report ? reportJson(campaign, report, exitCode) : {};
  return {
    schema: 'volley.run/1',
    text: textOf({ campaign, end, exitCode, report }),
    ...{ end, exitCode, at: new Date(at).toISOString(), host, simulated: isSimulated },
    error: error ? { code: error.code, message: maskInternational(error.message) } : null,
    report: report
      ? { ...counted, errors: errors.map((each) => ({ ...each, reason: maskInternational(each.reason) })) }
      : null,
  };
}

/** The same in a sentence: what chat programs show. */
function textOf({ campaign, end, exitCode, report }: EndedRun): string {
  const { accepted = 0, rejected = 0, unknown = 0, pending = 0, claimed = 0 } = report?.counts ?? {};
  const parts = [
    `${formatCount(accepted)} accepted`,
    `${formatCount(rejected)} rejected`,
    ...(unknown > 0 ? [`${formatCount(unknown)} unknown`] : []),
    `${formatCount(pending + claimed)} left`,
  ];
  return `volley ${campaign.name}: ${end}, ${parts.join(', ')} (exit ${exitCode})`;
}
