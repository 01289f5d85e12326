import { readdirSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { clean } from '../../core/text/clean.ts';
import { nearest } from '../../core/text/nearest.ts';
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
      ...matching(here, term).map((name) => ({ name: clean(name), value: name })),
      ...(term === '' || here.includes(term) ? [] : [typed(term, context.cwd)]),
      // Beside a path that cannot be chosen Enter would go back, and the path would be lost.
      ...(term === '' ? [back] : []),
    ],
  });
  return file === undefined ? undefined : resolve(context.cwd, file);
}

/** Those with the term in their name, or where there are none those that are nearly called so. */
function matching(names: readonly string[], term: string): readonly string[] {
  const found = names.filter((name) => name.toLowerCase().includes(term.toLowerCase()));
  return found.length > 0 ? found : nearest(term, names);
}

/** A path as a choice; one that leads to no file cannot be chosen, so that it can be mended where it stands. */
function typed(term: string, cwd: string) {
  const found = statSync(resolve(cwd, term), { throwIfNoEntry: false });
  if (found && !found.isDirectory()) return { name: `${clean(term)}  as typed`, short: term, value: term };
  const problem = found ? '(is a folder)' : '(there is no such file)';
  return { name: clean(term), value: undefined, disabled: problem };
}
