import { readdirSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { clean } from '../../core/text/clean.ts';
import { orBack } from '../ask/ask.ts';
import { search } from '../ask/prompts.ts';
import { back, type Dialog } from './dialog.ts';

const endings = new Set(['.csv', '.tsv', '.txt', '.xlsx', '.ndjson', '.jsonl']);

/** Asks for a file with rows: one of this folder, or a path that is typed. Its whole path; undefined: back. */
export async function askFile({ ask, context }: Dialog): Promise<string | undefined> {
  const here = readdirSync(context.cwd).filter((name) => endings.has(extname(name).toLowerCase()));
  const file = await ask(orBack(search<string | undefined>), {
    message: 'File (type to search, or a path)',
    pageSize: 8,
    source: (term = '') => [
      ...here
        .filter((name) => name.toLowerCase().includes(term.toLowerCase()))
        .map((name) => ({ name: clean(name), value: name })),
      ...(term === '' || here.includes(term) ? [] : [{ name: `${clean(term)}  as typed`, short: term, value: term }]),
      back,
    ],
  });
  return file === undefined ? undefined : resolve(context.cwd, file);
}
