import { isDeepStrictEqual } from 'node:util';
import { CliError } from '../errors.ts';

/** What a setting may hold. */
export type SettingValue = string | number | boolean;

type Table = Record<string, unknown>;

/**
 * The text of a config file with a value at a place in it, as `profiles`, `staging`, `rate`; all else stays, comments
 * too. Throws a `CliError` for a file that is written in a way that cannot be added to.
 */
export async function withValue(
  file: string,
  text: string,
  { path, value }: { readonly path: readonly string[]; readonly value: SettingValue },
): Promise<string> {
  const [{ parse }, { patch }] = await Promise.all([import('smol-toml'), import('@decimalturn/toml-patch')]);
  const read = (source: string): Table => JSON.parse(JSON.stringify(parse(source))) as Table;
  try {
    const wanted = put(read(text), path, value);
    const patched = patch(text, wanted);
    const after = patched.endsWith('\n') ? patched : `${patched}\n`;
    // The other parser's word is what counts: it is the one that reads the file.
    if (isDeepStrictEqual(read(after), wanted)) return after;
  } catch {
    // Said below.
  }
  throw new CliError('config', `${file} cannot be edited.`, { hint: `Write it yourself: volley config edit` });
}

function put(table: Table, [name = '', ...rest]: readonly string[], value: SettingValue): Table {
  if (rest.length === 0) return { ...table, [name]: value };
  const inner = table[name];
  const known = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Table) : {};
  return { ...table, [name]: put(known, rest, value) };
}
