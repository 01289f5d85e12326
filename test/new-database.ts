import { inject } from 'vitest';

/**
 * The address of a fresh database on the server that all tests of a run share; it starts when it is first asked for.
 * Or of a copy of another one of its databases, which nobody may use meanwhile.
 */
export async function newDatabase(copied = ''): Promise<string> {
  const response = await fetch(`${inject('databases')}/${copied.replace(/.*\//, '')}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`no database for this test: ${text}`);
  return text;
}
