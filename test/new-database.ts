import { inject } from 'vitest';

/** The address of a fresh database on the server that all tests of a run share; it starts when it is first asked for. */
export async function newDatabase(): Promise<string> {
  const response = await fetch(inject('databases'));
  const text = await response.text();
  if (!response.ok) throw new Error(`no database for this test: ${text}`);
  return text;
}
