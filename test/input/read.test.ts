import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row, RowIssue } from '../../src/core/message.ts';
import { openSource } from '../../src/input/open-source.ts';
import { tempFolder } from '../context.ts';

async function* bytes(...chunks: (string | Uint8Array)[]) {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function read(content: string | Uint8Array, name = 'list.csv', delimiter?: string) {
  const file = join(tempFolder(), name);
  writeFileSync(file, content);
  const source = await openSource({ file, stdin: bytes(), delimiter });
  const rows: (Row | RowIssue)[] = [];
  for await (const row of source.rows) rows.push(row);
  return { columns: source.columns, rows };
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

  it('reads another delimiter', async () => {
    expect((await read('to;text\n1;a,b\n', 'list.csv', ';')).rows).toEqual([
      { line: 2, cells: { to: '1', text: 'a,b' } },
    ]);
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
      Buffer.from([0x74, 0x6f, 10, 0x31, 10, 0xff, 10]),
      /line 3: holds bytes that are not UTF-8/,
    ],
    ['a NUL', 'to\n1\n\0\n', /line 3: holds a NUL/],
    ['UTF-16', Buffer.from('\ufeffto\n1\n', 'utf16le'), /is UTF-16/],
    ['a spreadsheet', Buffer.from('PK\u0003\u0004rest'), /is a spreadsheet/],
    ['another delimiter', 'to;text\n1;2\n', /not separated by commas/],
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
