/** A plan that nobody has added to for this long was left by a run that died, in milliseconds. */
export const abandonedAfterMs = 24 * 3_600_000;

/** Why nobody knows what became of a message that a run had claimed when it died. */
export const runDied = 'the run that claimed it ended before an answer came';
