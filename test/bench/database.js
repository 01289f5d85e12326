// The PostgreSQL server of the tests, for measuring: its data in the system's folder for
// such, on disk, and its settings as it ships with them.
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';

const source = join(import.meta.dirname, '../postgres-server.ts');

/** Starts one; `ask` runs a statement in a database. */
export async function startDatabase(settings = []) {
  const { startPostgres } = await compiled();
  const server = await startPostgres({ settings });
  const ask = async (address, text, values = []) => {
    const client = new pg.Client(address);
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  return { ...server, ask };
}

/** The module as JavaScript: this is Node 20, which runs no TypeScript. Beside node_modules, where it finds its packages. */
async function compiled() {
  const folder = mkdtempSync(join(import.meta.dirname, '../../node_modules/.volley-bench-'));
  const outfile = join(folder, 'postgres-server.mjs');
  const define = { 'import.meta.dirname': JSON.stringify(dirname(source)) };
  await build({ entryPoints: [source], outfile, format: 'esm', platform: 'node', define, logLevel: 'warning' });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
