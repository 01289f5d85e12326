import { isUtf8 } from 'node:buffer';
import { CliError } from '../errors.ts';

/** Text as it is decoded, with what was found out about its encoding. */
export interface DecodedText extends AsyncIterable<string> {
  /** The encoding, and the line from which on it is used; absent while everything so far reads as UTF-8. */
  readonly found: () => { readonly encoding: string; readonly line: number } | undefined;
}

/** What text is called in an error, and how it is encoded where somebody has said so. */
export interface TextOptions {
  readonly name: string;
  /** A label of the WHATWG Encoding Standard, as `windows-1252`. */
  readonly encoding?: string | undefined;
}

type Decoder = InstanceType<typeof TextDecoder>;

interface Decoding {
  readonly decoder: Decoder;
  readonly isGuess: boolean;
}

/**
 * Decodes a byte stream, without its byte order mark. Unless an encoding is given it is UTF-16 when a byte order
 * mark or the pattern of zeros says so, else UTF-8, and Windows-1252 from the first bytes on that UTF-8 forbids.
 * Throws a `CliError` that names the line where it stops being text.
 */
export function decodeText(bytes: AsyncIterable<Uint8Array>, options: TextOptions): DecodedText {
  let found: { encoding: string; line: number } | undefined;
  const find = (encoding: string, line: number) => {
    found = { encoding, line };
  };
  return { found: () => found, [Symbol.asyncIterator]: () => decode(bytes, options, find) };
}

async function* decode(
  bytes: AsyncIterable<Uint8Array>,
  { name, encoding }: TextOptions,
  find: (encoding: string, line: number) => void,
): AsyncGenerator<string> {
  let decoding = encoding === undefined ? undefined : { decoder: decoderFor(encoding), isGuess: false };
  let line = 1;
  let isAscii = true;
  const read = (whole: Uint8Array): string => {
    if (!decoding) {
      decoding = detect(whole, name);
      if (!decoding.isGuess) find(decoding.decoder.encoding, 1);
    }
    const { decoder, isGuess } = decoding;
    try {
      return decoder.decode(whole, { stream: true });
    } catch (cause) {
      if (!isGuess) throw notText(name, `${line} or after`, decoder.encoding, cause);
      if (!isAscii || beginsAsUtf8(whole)) throw notText(name, line + linesOfUtf8(whole), decoder.encoding, cause);
      // Everything before was ASCII, and reads the same in both.
      decoding = { decoder: decoderFor('windows-1252'), isGuess: false };
      find('windows-1252', line + countLines(asciiStart(whole)));
      return decoding.decoder.decode(whole, { stream: true });
    }
  };
  const check = (text: string): string => {
    const nul = text.indexOf('\0');
    if (nul >= 0) {
      throw new CliError('input', `${name}, line ${line + countLines(text.slice(0, nul))}: holds a NUL character.`);
    }
    line += countLines(text);
    isAscii &&= /^[\0-\x7f]*$/.test(text);
    return text;
  };
  for await (const whole of inWholeCharacters(bytes, () => decoding?.isGuess ?? true)) yield check(read(whole));
  try {
    decoding?.decoder.decode();
  } catch (cause) {
    throw notText(name, line, decoding?.decoder.encoding ?? '', cause);
  }
}

/** How many of the first bytes are looked at for the encoding, whatever pieces they come in. Our choice. */
const detectionBytes = 4096;

/**
 * Joins chunks so that the first is long enough to detect the encoding by, and none ends within a UTF-8 character:
 * what turns out to be another encoding is then decoded from where UTF-8 stops making sense, with nothing lost.
 */
async function* inWholeCharacters(
  bytes: AsyncIterable<Uint8Array>,
  mayBeUtf8: () => boolean,
): AsyncGenerator<Uint8Array> {
  let carried: Uint8Array = new Uint8Array();
  let isFirst = mayBeUtf8();
  for await (const chunk of bytes) {
    const whole = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    const isShort = isFirst && whole.length < detectionBytes;
    const end = isShort ? 0 : mayBeUtf8() ? lastWholeCharacter(whole) : whole.length;
    carried = whole.subarray(end);
    if (end === 0) continue;
    isFirst = false;
    yield whole.subarray(0, end);
  }
  if (carried.length > 0) yield carried;
}

/** Where the last UTF-8 character ends that is there with all its bytes; the end where the last bytes are no UTF-8. */
function lastWholeCharacter(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return bytesOfCharacter(byte) > back ? length - back : length;
  }
  return length;
}

/** How many bytes a UTF-8 character has that begins with this one. */
function bytesOfCharacter(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

function decoderFor(encoding: string): Decoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    throw new CliError('usage', `There is no encoding ${encoding}.`, {
      hint: 'Write it as utf-8, utf-16le, windows-1252 or macintosh.',
      cause,
    });
  }
}

const startsWith = (chunk: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, i) => chunk[i] === byte);

/** How the first bytes say that they want to be read. Throws a `CliError` for a file that is no text at all. */
function detect(bytes: Uint8Array, name: string): Decoding {
  const chunk = bytes.subarray(0, detectionBytes);
  if (startsWith(chunk, 0xff, 0xfe)) return { decoder: decoderFor('utf-16le'), isGuess: false };
  if (startsWith(chunk, 0xfe, 0xff)) return { decoder: decoderFor('utf-16be'), isGuess: false };
  if (startsWith(chunk, 0xd0, 0xcf, 0x11, 0xe0)) {
    throw new CliError('input', `${name} is an old Excel workbook (.xls).`, { hint: 'Save it as .xlsx or CSV.' });
  }
  if (startsWith(chunk, 0x25, 0x50, 0x44, 0x46)) throw new CliError('input', `${name} is a PDF, not a list.`);
  const { length } = chunk;
  const zerosAt = (parity: number) => {
    let count = 0;
    for (let i = parity; i < length; i += 2) if (chunk[i] === 0) count++;
    return count;
  };
  // Latin letters in UTF-16 have a zero in every other byte; UTF-8 text has none at all.
  if (length >= 4 && zerosAt(1) > length / 4) return { decoder: decoderFor('utf-16le'), isGuess: false };
  if (length >= 4 && zerosAt(0) > length / 4) return { decoder: decoderFor('utf-16be'), isGuess: false };
  return { decoder: decoderFor('utf-8'), isGuess: true };
}

const firstBeyondAscii = (bytes: Uint8Array): number => bytes.findIndex((byte) => byte > 0x7f);

/** True when the first character beyond ASCII is right in UTF-8: the fault is a later one, not the encoding. */
function beginsAsUtf8(bytes: Uint8Array): boolean {
  const start = bytes.subarray(firstBeyondAscii(bytes)).subarray(0, 4);
  const character = start.subarray(0, bytesOfCharacter(start[0] ?? 0));
  return !Buffer.from(character).toString('utf8').includes('\ufffd');
}

/** The bytes before the first that is not ASCII, as text. */
function asciiStart(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, firstBeyondAscii(bytes))).toString('latin1');
}

/** How many lines of these bytes are UTF-8 before the first that is not. */
function linesOfUtf8(bytes: Uint8Array): number {
  let lines = 0;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0 && isUtf8(bytes.subarray(start, end)); end = bytes.indexOf(10, start)) {
    lines++;
    start = end + 1;
  }
  return lines;
}

function notText(name: string, line: number | string, encoding: string, cause: unknown): CliError {
  return new CliError('input', `${name}, line ${line}: holds bytes that are not ${encoding} text.`, {
    hint: 'Save it as "CSV UTF-8", or say what it is with --encoding.',
    cause,
  });
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The whole of a byte stream as text; throws as `decodeText` does. */
export async function readWhole(bytes: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  let whole = '';
  for await (const text of decodeText(bytes, { name })) whole += text;
  return whole;
}
