import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row, RowIssue } from '../../src/core/message.ts';
import { CliError } from '../../src/errors.ts';
import { inGroups } from '../../src/input/groups.ts';
import { readEvents } from '../../src/input/ndjson.ts';
import { openSource, type SourceOptions } from '../../src/input/open-source.ts';
import { tempFolder } from '../context.ts';

async function* bytes(...chunks: (string | Uint8Array)[]) {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function read(content: string | Uint8Array, name = 'list.csv', options: Partial<SourceOptions> = {}) {
  const file = join(tempFolder(), name);
  writeFileSync(file, content);
  const source = await openSource({ file, stdin: bytes(), ...options });
  const rows: (Row | RowIssue)[] = [];
  for await (const row of source.rows) rows.push(row);
  return { columns: source.columns, rows, findings: source.findings() };
}

const cellsOf = async (content: string | Uint8Array, name?: string) =>
  (await read(content, name)).rows.map((row) => ('cells' in row ? row.cells : row.problem));

/** The bytes in pieces, cut at these places. */
function cut(content: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (content.length + 1)), content.length].sort((a, b) => a - b);
  return ends.map((end, i) => content.subarray(ends[i - 1] ?? 0, end));
}

/** The rows of these pieces on standard input, or how they are refused. */
async function outcomeOf(pieces: readonly Buffer[]): Promise<unknown> {
  const rows: (Row | RowIssue)[] = [];
  try {
    const source = await openSource({ file: '-', stdin: bytes(...pieces) });
    for await (const row of source.rows) rows.push(row);
    return { columns: source.columns, rows, findings: source.findings() };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // Of two places that are no text, the piece that holds them decides which is met first, and of other encodings than
    // UTF-8 only the piece is known.
    return error.message.replace(
      /(line \d+( or after)?|somewhere): holds (a NUL character|bytes that are not .+ text)/,
      'holds what is no text',
    );
  }
}

describe('CSV', () => {
  it('numbers rows by the file’s own lines, over blank lines, line breaks in quotes and both line endings', async () => {
    const { rows } = await read('to,text\r\n1,a\r\n\r\n2,"b\r\nc\r\nd"\r\n3,e\n4,f');
    expect(rows.map(({ line }) => line)).toEqual([2, 4, 7, 8]);
    expect(rows[1]).toEqual({ line: 4, cells: { to: '2', text: 'b\r\nc\r\nd' } });
  });

  it('passes over a byte order mark, keeps quotes, commas and emoji', async () => {
    expect(await cellsOf('\ufeffto,text\n1,"a, ""b"" 😀"\n')).toEqual([{ to: '1', text: 'a, "b" 😀' }]);
  });

  it.each([
    ['semicolons', 'to;text\n1;a,b\n'],
    ['tabs', 'to\ttext\n1\ta,b\n'],
    ['bars', '"to, or whom"|"te,,,xt"\n1|a,b\n'],
    ['semicolons', 'sep=;\r\nto;text\r\n1;a,b\r\n'],
  ])('finds out that columns are separated by %s, and says so', async (delimiter, content) => {
    const { columns, rows, findings } = await read(content);
    expect(rows).toEqual([
      { line: content.startsWith('sep=') ? 3 : 2, cells: { [columns?.[0] ?? '']: '1', [columns?.[1] ?? '']: 'a,b' } },
    ]);
    expect(findings).toEqual([expect.stringContaining(`separated by ${delimiter}`)]);
  });

  it('takes the delimiter that is given', async () => {
    const { rows, findings } = await read('to;a,text\n1;2,b\n', 'list.csv', { delimiter: ',' });
    expect([rows, findings]).toEqual([[{ line: 2, cells: { 'to;a': '1;2', text: 'b' } }], []]);
  });

  it('reads lines that end with a bare CR', async () => {
    expect((await read('to,text\r1,"a\rb"\r2,c\r')).rows).toEqual([
      { line: 2, cells: { to: '1', text: 'a\rb' } },
      { line: 4, cells: { to: '2', text: 'c' } },
    ]);
  });

  it('lets a row be padded with empty cells', async () => {
    expect(await cellsOf('to,text\n1,a,,\n')).toEqual([{ to: '1', text: 'a' }]);
  });

  const umlaut = 'to,text\n1,plain\n2,Zoë\n';
  it.each<[string, Uint8Array, string | undefined]>([
    ['UTF-8', Buffer.from(umlaut), undefined],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${umlaut}`, 'utf16le'), 'utf-16le'],
    ['UTF-16 without', Buffer.from(umlaut, 'utf16le'), 'utf-16le'],
    ['UTF-16 big-endian', Buffer.from(`\ufeff${umlaut}`, 'utf16le').swap16(), 'utf-16be'],
    ['Windows-1252', Buffer.from(umlaut, 'latin1'), 'windows-1252 from line 3 on'],
  ])('finds out that a file is %s', async (_, content, said) => {
    const { rows, findings } = await read(content);
    expect(rows[1]).toEqual({ line: 3, cells: { to: '2', text: 'Zoë' } });
    expect(findings).toEqual(said === undefined ? [] : [`list.csv is read as ${said}; --encoding says otherwise.`]);
  });

  it('finds the encoding whatever pieces the bytes come in, and loses none of them', async () => {
    for (const content of [Buffer.from(umlaut), Buffer.from(umlaut, 'latin1'), Buffer.from(umlaut, 'utf16le')]) {
      const source = await openSource({ file: '-', stdin: bytes(...[...content].map((byte) => Uint8Array.of(byte))) });
      const texts: unknown[] = [];
      for await (const row of source.rows) texts.push('cells' in row && row.cells['text']);
      expect(texts).toEqual(['plain', 'Zoë']);
    }
  });

  it('takes the encoding that is given', async () => {
    const { rows, findings } = await read(Buffer.from('to\n\x8e\n', 'latin1'), 'list.csv', { encoding: 'macintosh' });
    expect([rows, findings]).toEqual([[{ line: 2, cells: { to: 'é' } }], []]);
    await expect(read('to\n', 'list.csv', { encoding: 'klingon' })).rejects.toThrow(/no encoding klingon/);
  });

  it('reports a ragged row and goes on', async () => {
    expect(await cellsOf('to,text\n1\n2,a,b\n3,c\n')).toEqual([
      'has 1 cells, and the header has 2',
      'has 3 cells, and the header has 2',
      { to: '3', text: 'c' },
    ]);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['an empty file', '', /is empty/],
    ['a header whose quote is not closed', 'to,"text\n1,a\n', /line 1: the header opens a quote that is never closed/],
    ['two columns of one name', 'to,text,TO\n', /two columns are called TO/],
    ['a column that reaches into objects', 'to,__proto__\n', /may not be called __proto__/],
    ['a column called constructor', 'to,constructor\n', /may not be called constructor/],
    [
      'bytes that are no text',
      Buffer.concat([Buffer.from('to\n1,é\n'), Uint8Array.of(0xff, 10)]),
      /line 3: holds bytes that are not utf-8/,
    ],
    ['a NUL', 'to\n1\n\0\n', /line 3: holds a NUL/],
    ['a zip file', Buffer.from('PK\u0003\u0004rest'), /cannot be read as an Excel workbook/],
    ['an old workbook', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1), /old Excel workbook/],
    ['a PDF', '%PDF-1.7', /is a PDF/],
    ['a JSON list', '[\n {"to":"+1"}]', /is one JSON list/],
    [
      'a last character that is cut short',
      Buffer.concat([Buffer.from('\ufeffto\n1\n', 'utf16le'), Uint8Array.of(65)]),
      /line 3: holds bytes that are not utf-16le/,
    ],
  ])('stops at %s', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  const row = (line: number, to: string, text: string) => ({ line, cells: { to, text } });
  const wrong = (line: number, problem: string) => expect.objectContaining({ line, column: 'row', problem });
  const unclosed = 'opens a quote that is never closed';
  it.each<[string, string, readonly unknown[]]>([
    ['a quote inside a field', '1,5" disk\n2,b\n', [wrong(2, 'has a quote inside a field'), row(3, '2', 'b')]],
    ['text after a quote', '1,"5" disk\n2,b\n', [wrong(2, 'has text after a closing quote'), row(3, '2', 'b')]],
    ['a quote that is not closed', '1,"a\n2,b\n3,c', [wrong(2, unclosed), row(3, '2', 'b'), row(4, '3', 'c')]],
    ['one before a row with quotes', '1,"a\r\n2,"b"\r\n3,c', [wrong(2, unclosed), row(3, '2', 'b'), row(4, '3', 'c')]],
    ['two that are not closed', '1,a\n2,"b\n3,"c', [row(2, '1', 'a'), wrong(3, unclosed), wrong(4, unclosed)]],
    ['a line without end', `1,${'x'.repeat(1_100_000)}\n2,b`, [wrong(2, 'is longer than 1 MiB'), row(3, '2', 'b')]],
    [
      'one after a quote that is not closed',
      `1,"a\n2,${'x'.repeat(1_100_000)}\n3,c`,
      [wrong(2, unclosed), wrong(3, 'is longer than 1 MiB'), row(4, '3', 'c')],
    ],
    ['Excel’s ="…"', '="+1","=""x"""\n="a""b",=c\n', [row(2, '+1', '="x"'), row(3, 'a"b', '=c')]],
    ['an ="…" that is none', '="1" ,b\n2,c', [wrong(2, 'has a quote inside a field'), row(3, '2', 'c')]],
  ])('understands %s, or loses that row alone', async (_, content, expected) => {
    expect((await read(`to,text\n${content}`)).rows).toEqual(expected);
  });

  it('gives up a quoted field after 100 lines or 64 KiB, and reads what it had taken in', async () => {
    const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i},b`).join('\n');
    const ended = (await read(`to,text\n1,"a\n${lines(98)}"\n`)).rows;
    expect(ended).toHaveLength(1);
    const many = (await read(`to,text\n1,"a\n${lines(5000)}\n`)).rows;
    expect([many[0], many[1], many.length]).toEqual([wrong(2, unclosed), row(3, '0', 'b'), 5001]);
    const long = `to,text\n1,"a\n2,${'x'.repeat(70_000)}\n3,"b\n"`;
    expect((await read(long)).rows.map(({ line }) => line)).toEqual([2, 3, 4]);
  });

  it('stops when there is no file, or it is a folder', async () => {
    await expect(openSource({ file: '/nowhere.csv', stdin: bytes() })).rejects.toThrow(/no such file/);
    await expect(openSource({ file: tempFolder(), stdin: bytes() })).rejects.toThrow(/it is a folder/);
  });

  it('reads rows without quotes as it reads them beside one that has some', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '1', ' ', '\t', ';', '#', '\\', "'", '=', '\r', 'é', '😀', '\ufeff'),
    });
    const made = fc.array(fc.array(cell, { minLength: 1, maxLength: 3 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(made, async (cells) => {
        const list = `to,text\n${cells.map((row) => `${row.join(',')}\n`).join('')}`;
        const [{ rows: plain }, { rows: beside }] = [await read(list), await read(`${list}"1","b"\n`)];
        expect(beside.slice(0, -1)).toEqual(plain);
        expect(beside.at(-1)).toEqual(row(cells.length + 2, '1', 'b'));
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same rows wherever the bytes are cut', async () => {
    const piece = fc.constantFrom(
      ...[
        'to',
        'text',
        ',',
        ',',
        ';',
        '"',
        '""',
        '="1"',
        'a',
        '\n',
        '\n',
        '\r\n',
        '\r',
        ' ',
        'é',
        '😀',
        '\ufeff',
        'sep=;\n',
      ],
      ...['\0', '{"to":"+1"}', '[', 'PK', 'Zo\udcff', `${'x'.repeat(3000)}\n`],
    );
    const encoding = fc.constantFrom<BufferEncoding>('utf8', 'utf16le', 'latin1');
    const made = fc
      .tuple(fc.array(piece, { maxLength: 40 }), encoding)
      .map(([words, kind]) => Buffer.from(`to,text\n${words.join('')}`, kind));
    await fc.assert(
      fc.asyncProperty(made, fc.array(fc.nat(), { maxLength: 9 }), async (content, cuts) => {
        expect(await outcomeOf(cut(content, cuts))).toEqual(await outcomeOf([content]));
      }),
      { numRuns: 500 },
    );
  });

  it('reads back whatever a CSV writer wrote, however the bytes come', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((cell) => !/[\0\ufffd\r\ufeff]/.test(cell));
    const table = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 7 }), async (rows, size) => {
        const content = Buffer.from(stringify([['to', 'text'], ...rows]));
        const chunks = Array.from({ length: Math.ceil(content.length / size) }, (_, i) =>
          content.subarray(i * size, (i + 1) * size),
        );
        const source = await openSource({ file: '-', stdin: bytes(...chunks) });
        const found: unknown[] = [];
        for await (const row of source.rows) found.push('cells' in row ? [row.cells['to'], row.cells['text']] : row);
        expect(found).toEqual(rows.filter((row) => row.some((cell) => cell.trim() !== '')));
      }),
      { numRuns: 60 },
    );
  });
});

describe('NDJSON', () => {
  it('reads an object a line, whatever its values', async () => {
    const content = '{"to":"+1","n":7,"ok":true,"none":null,"media_url":["a","b"],"vars":{"1":"Ada"}}\n\n{"to":"+2"}\n';
    expect((await read(content, 'events.ndjson')).rows).toEqual([
      { line: 1, cells: { to: '+1', n: '7', ok: 'true', media_url: ['a', 'b'], vars: '{"1":"Ada"}' } },
      { line: 3, cells: { to: '+2' } },
    ]);
  });

  it('reports a line that is no object and goes on', async () => {
    const rows = await cellsOf('{"to":\n[1]\n"x"\n{"to":"+1"}', 'events.jsonl');
    expect(rows.map((row) => (typeof row === 'string' ? row.slice(0, 15) : row))).toEqual([
      'is not JSON: Un',
      'is not a JSON o',
      'is not a JSON o',
      { to: '+1' },
    ]);
  });

  it('is found out on standard input', async () => {
    const ofStdin = async (text: string) => (await openSource({ file: '-', stdin: bytes(text) })).columns;
    expect(await ofStdin('{"to":"+1"}\n')).toBeUndefined();
    expect(await ofStdin('to\n+1\n')).toEqual(['to']);
  });

  it('cannot reach into objects', async () => {
    const { rows } = await read('{"__proto__":{"polluted":"yes"},"to":"+1"}\n', 'events.ndjson');
    expect(rows).toHaveLength(1);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is found out whatever pieces the bytes come in', async () => {
    const source = await openSource({ file: '-', stdin: bytes('\n', ' ', '{', '"to":"+1"}') });
    expect(source.columns).toBeUndefined();
    await expect(openSource({ file: '-', stdin: bytes('[', '\n', '{}]') })).rejects.toThrow(/is one JSON list/);
  });

  it.each(['{"to":"+1","To":"+2"}', '{"media_url":"a","to":"+1","MediaUrl":"b"}'])('stops at %s', async (line) => {
    await expect(read(`{"to":"+1"}\n${line}\n`, 'events.ndjson')).rejects.toThrow(/line 2: .* are the same name here/);
  });

  const eventsOf = async (...pieces: (string | Uint8Array)[]) => {
    const rows: (Row | RowIssue)[] = [];
    for await (const row of readEvents(bytes(...pieces))) rows.push(row);
    return rows;
  };

  it('takes each event on its own: what is wrong with a line costs that one', async () => {
    const bad = [
      ['{"to":"a\0b"}', 'holds a NUL character'],
      [Uint8Array.of(0x22, 0xff, 0x22), 'holds bytes that are not utf-8 text'],
      ['{"to":', expect.stringContaining('is not JSON')],
      ['7', 'is not a JSON object'],
      ['{"to":"+1","TO":"+2"}', 'is the same name as to here'],
      ['x'.repeat(1024 * 1024 + 1), 'is longer than 1 MiB'],
    ] as const;
    const lines = bad.flatMap(([line]) => [line, '\n', '{"to":"+1é"}\n']);
    expect(await eventsOf(...lines)).toEqual(
      bad.flatMap(([, problem], i) => [
        expect.objectContaining({ line: 2 * i + 1, problem }),
        { line: 2 * i + 2, cells: { to: '+1é' } },
      ]),
    );
  });

  it.each(['bytes', 'text'])(
    'reads %s without a line break in a time that grows with their length, and keeps none of it',
    async (kind) => {
      const endless = async function* () {
        yield Buffer.from('{"to":"+1"}\n');
        const chunk = Buffer.alloc(64 * 1024, 'x');
        for (let i = 0; i < 1600; i++) yield chunk;
        yield Buffer.from('\n{"to":"+1"}\n');
      };
      const [before, startedAt] = [process.memoryUsage().rss, performance.now()];
      const source = kind === 'bytes' ? undefined : await openSource({ file: '-', stdin: endless() });
      const found: unknown[] = [];
      for await (const row of source?.rows ?? readEvents(endless()))
        found.push('problem' in row ? row.problem : row.cells);
      expect(found).toEqual([{ to: '+1' }, 'is longer than 1 MiB', { to: '+1' }]);
      expect(performance.now() - startedAt).toBeLessThan(5000);
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    },
  );

  it('gives the same rows wherever the bytes are cut', async () => {
    const piece = fc.constantFrom(
      ...['{"to":"+1"}', '{"to":', '"é"}', '\n', '\n', '\r\n', ' ', '😀', '\ufeff', '\0', '[', '{"a":1,"A":2}', '{}'],
    );
    const lines = fc.array(
      fc.oneof(
        piece.map((text) => Buffer.from(text)),
        fc.constant(Buffer.of(0xff)),
      ),
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat(), { maxLength: 9 }), async (words, cuts) => {
        const content = Buffer.concat(words);
        expect(await eventsOf(...cut(content, cuts))).toEqual(await eventsOf(content));
        const file = Buffer.concat([Buffer.from('{}\n'), content]);
        expect(await outcomeOf(cut(file, cuts))).toEqual(await outcomeOf([file]));
      }),
      { numRuns: 500 },
    );
  });
});

describe('groups', () => {
  it('hold what came before the source failed', async () => {
    const source = async function* () {
      yield* [1, 2];
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield* [3, 4];
      throw new Error('gone');
    };
    const groups: number[][] = [];
    const all = async () => {
      for await (const group of inGroups(source(), 10)) groups.push(group);
    };
    await expect(all()).rejects.toThrow('gone');
    expect(groups).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});
