/** Seconds: above this (31 days) no server means it. */
const longestSeconds = 2_678_400;

/** An HTTP date (RFC 9110, as `Mon, 23 Nov 2026 10:00:00 GMT`) in milliseconds since 1970; undefined for anything else. */
export function readHttpDate(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) {
    return undefined;
  }
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/**
 * How long an answer asks to wait, in milliseconds: `Retry-After` as whole seconds, or as a date after the answer's own.
 * Undefined for all that is zero, past, absurd or no such thing: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after.
 */
export function readRetryAfter(text: unknown, answeredAt: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : secondsBetween(answeredAt, text);
  return seconds !== undefined && seconds > 0 && seconds <= longestSeconds ? seconds * 1000 : undefined;
}

function secondsBetween(from: unknown, to: unknown): number | undefined {
  const [start, end] = [readHttpDate(from), readHttpDate(to)];
  return start === undefined || end === undefined ? undefined : (end - start) / 1000;
}
