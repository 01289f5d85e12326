import type { Cost } from '../outcome/report.ts';
import { clean } from './clean.ts';

/** `1 row`, `2,000 rows`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `12,345`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `4 s`, `3 min 20 s`, `2 h 5 min`; from milliseconds. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `12.40 USD`, `0.0083 USD`; `unknown` where no price is. */
export function formatCost({ amount, currency }: Cost): string {
  if (amount === null) return 'unknown';
  const [whole = '', part = ''] = amount.toFixed(amount < 1 ? 4 : 2).split('.');
  return `${formatCount(Number(whole))}.${part} ${currency}`;
}

/** A name as a shell takes it, and as it may be shown. */
export function quoted(name: string): string {
  const seen = clean(name);
  return /^[\w.:@%+=,/-]+$/.test(seen) ? seen : `'${seen.replaceAll("'", "'\\''")}'`;
}

/** `add, remove or list`. */
export function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
