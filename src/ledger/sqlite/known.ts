import type { Message } from '../../core/message.ts';
import type { PlannedRow } from '../../core/plan.ts';
import { type MessageRow, messageColumns, toMessage } from '../rows.ts';
import type { Database } from './driver.ts';

/** Finds the message that has the key of a row, `keyOf` which the campaign has; with the line and key of that row. */
export function knownIn(
  database: Database,
  campaignId: string,
  keyOf: (key: string) => string,
): (row: PlannedRow) => readonly Message[] {
  const find = database.prepare<MessageRow>(
    `select ${messageColumns} from messages
      where seq = (select seq from message_keys where campaign_id = :campaignId and key = :key)`,
  );
  return ({ key = '', line }) => {
    const row = find.get({ campaignId, key: keyOf(key) });
    return row === undefined ? [] : [{ ...toMessage(row), key, line }];
  };
}
