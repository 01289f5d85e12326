import { failedStatuses, isFinalStatus, messageStatuses } from '../../core/outcome/status.ts';

/** The statuses after which Twilio has nothing more to tell, as SQL lists them. */
export const finalInSql = inSql(messageStatuses.filter(isFinalStatus));

/** The statuses of what was not delivered, as SQL lists them. */
export const failedInSql = inSql(failedStatuses);

function inSql(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}
