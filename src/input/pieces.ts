/** How a source that comes in pieces is cut and put together: text, or bytes. */
export interface Pieces<T> {
  /** Where the next line ends at or after `from`; negative when it does not end in this piece. */
  readonly lineEnd: (piece: T, from: number) => number;
  readonly part: (piece: T, from: number, to: number) => T;
  readonly join: (pieces: readonly T[]) => T;
}

/** Text whose lines end with this character. */
export const textPieces = (newline: string): Pieces<string> => ({
  lineEnd: (piece, from) => piece.indexOf(newline, from),
  part: (piece, from, to) => piece.slice(from, to),
  join: (pieces) => (pieces.length === 1 ? (pieces[0] ?? '') : pieces.join('')),
});

/** Bytes whose lines end with a line feed. */
export const bytePieces: Pieces<Uint8Array> = {
  lineEnd: (piece, from) => piece.indexOf(10, from),
  part: (piece, from, to) => piece.subarray(from, to),
  join: (pieces) => (pieces.length === 1 ? (pieces[0] ?? new Uint8Array()) : Buffer.concat(pieces)),
};

/** One line of a source, without what ends it, numbered from 1. */
export interface Line<T> {
  readonly number: number;
  /** Absent: it is longer than may be, and was passed over. */
  readonly content?: T;
}

/** Cuts a source into lines, those of each piece together. Of a line longer than `maxLength` nothing is kept. */
export async function* readLines<T extends { readonly length: number }>(
  source: AsyncIterable<T>,
  { lineEnd, part, join }: Pieces<T>,
  maxLength: number,
): AsyncGenerator<readonly Line<T>[]> {
  let held: T[] = [];
  let length = 0;
  let number = 0;
  const hold = (piece: T): void => {
    length += piece.length;
    if (length > maxLength) held = [];
    else held.push(piece);
  };
  const take = (): Line<T> => {
    number++;
    const line = length > maxLength ? { number } : { number, content: join(held) };
    held = [];
    length = 0;
    return line;
  };
  for await (const piece of source) {
    const lines: Line<T>[] = [];
    let start = 0;
    for (let end = lineEnd(piece, 0); end >= 0; end = lineEnd(piece, start)) {
      hold(part(piece, start, end));
      lines.push(take());
      start = end + 1;
    }
    if (start < piece.length) hold(part(piece, start, piece.length));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [take()];
}

/** The first `length` of a source that is read once, or what there is of it, and all of it once more. */
export async function peek<T extends { readonly length: number }>(
  source: AsyncIterable<T>,
  { part, join }: Pieces<T>,
  length: number,
): Promise<{ readonly first: T; readonly all: AsyncIterable<T> }> {
  const iterator = source[Symbol.asyncIterator]();
  const begun: T[] = [];
  let isDone = false;
  for (let held = 0; !isDone && held < length; ) {
    const next = await iterator.next();
    isDone = next.done === true;
    if (next.done) break;
    begun.push(next.value);
    held += next.value.length;
  }
  const start = join(begun);
  const all = async function* (): AsyncGenerator<T> {
    try {
      if (start.length > 0) yield start;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      // Who has seen enough lets go of the file or the pipe.
      await iterator.return?.();
    }
  };
  return { first: part(start, 0, length), all: all() };
}
