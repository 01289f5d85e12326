import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const src = resolve(import.meta.dirname, '../../src');

/**
 * Loads whatever the code under test would load late. Reading modules takes real time, in which virtual time flies:
 * afterwards the same seed gives the same schedule.
 */
export async function warmUp(): Promise<void> {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.[jt]s$/.test(file));
  for (const file of files) {
    const path = join(src, file);
    await import(pathToFileURL(path).href);
    for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(/import\('([^'.][^']*)'\)/g)) await load(name);
  }
}

async function load(name: string): Promise<void> {
  try {
    await import(name);
  } catch {
    // Optional packages need not be there.
  }
}
