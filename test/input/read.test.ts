import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row, RowIssue } from '../../src/core/message.ts';
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

  it('believes what it is told about the delimiter', async () => {
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

  it('believes what it is told about the encoding', async () => {
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
    ['a quote that is not closed', 'to,text\n1,a\n2,"b\n3,c\n', /line 3: a quote is opened and never closed/],
    ['a quote inside a field', 'to,text\n1,5" disk\n', /line 2: a quote stands inside/],
    ['text after a quote', 'to,text\n1,"5" disk\n', /line 2: text follows a closing quote/],
    ['two columns of one name', 'to,text,TO\n', /two columns are called TO/],
    ['a column that reaches into objects', 'to,__proto__\n', /may not be called __proto__/],
    ['a column called constructor', 'to,constructor\n', /may not be called constructor/],
    [
      'bytes that are no text',
      Buffer.concat([Buffer.from('to\n1,é\n'), Uint8Array.of(0xff, 10)]),
      /line 1 or after: holds bytes that are not utf-8/,
    ],
    ['a NUL', 'to\n1\n\0\n', /line 3: holds a NUL/],
    ['a zip file', Buffer.from('PK\u0003\u0004rest'), /cannot be read as an Excel workbook/],
    ['an old workbook', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1), /old Excel workbook/],
    ['a PDF', '%PDF-1.7', /is a PDF/],
    ['a JSON list', '[\n {"to":"+1"}]', /is one JSON list/],
    ['a field without end', `to\n"${'x'.repeat(1_100_000)}`, /line 2: a field is far too long/],
  ])('stops at %s', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it('stops when there is no file, or it is a folder', async () => {
    await expect(openSource({ file: '/nowhere.csv', stdin: bytes() })).rejects.toThrow(/no such file/);
    await expect(openSource({ file: tempFolder(), stdin: bytes() })).rejects.toThrow(/it is a folder/);
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
      { numRuns: 200 },
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
});
