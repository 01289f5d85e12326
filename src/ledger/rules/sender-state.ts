/** When the next pending message of a sender is due, in milliseconds since 1970; null: it has none. */
export interface NextDue {
  readonly sender: string;
  readonly dueAt: number | null;
}

/** How a sender stands, `at` the ledger's clock: it waits for its next message to be due, or for its pace (`paceMs`). */
export function senderState({ sender, dueAt }: NextDue, paceMs: number, at: number) {
  if (dueAt === null) return { sender };
  const dueMs = Math.max(0, dueAt - at);
  return { sender, waitMs: Math.max(paceMs, dueMs), ...(dueMs > paceMs && { isDeferred: true }) };
}
