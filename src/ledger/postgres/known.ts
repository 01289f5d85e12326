import type { Message } from '../../core/message.ts';
import type { PlannedRow } from '../../core/plan.ts';
import { type MessageRow, toMessage } from '../rows.ts';
import type { Connection } from './driver.ts';
import { messageColumns } from './rows.ts';
import { sql, storable } from './sql.ts';

/** Rows that were to be added, with the key as the campaign has it and as it was `given`, and those that were. */
interface Adding {
  readonly given: readonly (PlannedRow & { readonly given: string })[];
  readonly added: readonly MessageRow[];
}

/** The messages that rows were passed over for, each with the line and key of that row; for use inside a transaction. */
export async function knownOf(
  connection: Connection,
  campaignId: string,
  { given, added }: Adding,
): Promise<readonly Message[]> {
  const news = new Set(added.map(({ key }) => key));
  // Of two rows with one key the first was added.
  const passedOver = given.filter(({ key }) => key !== undefined && !news.delete(storable(key)));
  if (passedOver.length === 0) return [];
  const keys = passedOver.map(({ key = '' }) => storable(key));
  const found = await connection.all<MessageRow>(sql`select ${messageColumns} from messages
    where campaign_id = ${campaignId} and key = any(${keys})`);
  const byKey = new Map(found.map((row) => [row.key, toMessage(row)]));
  return passedOver.flatMap(({ line, given: key }, i) => {
    const message = byKey.get(keys[i] ?? '');
    return message === undefined ? [] : [{ ...message, key, line }];
  });
}
