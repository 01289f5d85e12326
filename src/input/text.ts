import { CliError } from '../errors.ts';

/**
 * Decodes a byte stream as UTF-8, without its byte order mark.
 * Throws a `CliError` that names the line where it stops being text.
 */
export async function* readText(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let line = 1;
  let isFirst = true;
  for await (const chunk of bytes) {
    if (isFirst) refuseOtherFormats(chunk, name);
    isFirst = false;
    const text = decoder.decode(chunk, { stream: true });
    refuseGarbage(text, line, name);
    yield text;
    line += countLines(text);
  }
  const rest = decoder.decode();
  refuseGarbage(rest, line, name);
  yield rest;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** U+FFFD stands for bytes that are no text, whether this decoder put it there or an earlier program did. */
function refuseGarbage(text: string, line: number, name: string): void {
  const at = text.search(/[\0\ufffd]/);
  if (at < 0) return;
  const where = `${name}, line ${line + countLines(text.slice(0, at))}`;
  if (text[at] === '\0') throw new CliError('input', `${where}: holds a NUL character.`);
  throw new CliError('input', `${where}: holds bytes that are not UTF-8 text.`, {
    hint: 'Save it as "CSV UTF-8" and try again.',
  });
}

function refuseOtherFormats(chunk: Uint8Array, name: string): void {
  const [first, second] = chunk;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new CliError('input', `${name} is UTF-16.`, { hint: 'Save it as "CSV UTF-8" and try again.' });
  }
  if (first === 0x50 && second === 0x4b) {
    throw new CliError('input', `${name} is a spreadsheet or zip file, not text.`, {
      hint: 'Export it as "CSV UTF-8".',
    });
  }
}

/** The whole of a byte stream as text; throws as `readText` does. */
export async function readWhole(bytes: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  let whole = '';
  for await (const text of readText(bytes, name)) whole += text;
  return whole;
}
