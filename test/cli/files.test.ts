import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { fileError } from '../../src/errors.ts';
import { asNobody } from '../as-nobody.ts';
import { from, recipients, tempFolder, testContext } from '../context.ts';

const flags = ['--from', from, '--body', 'Hi'];

/** A world with a list, a campaign that was sent, and a folder where a file is expected. */
async function world() {
  const made = testContext();
  const list = made.file('list.csv', recipients(2));
  const folder = join(made.folder, 'folder');
  mkdirSync(folder);
  await main(['batch', list, ...flags, '--campaign', 'c', '--yes'], made.context);
  made.stdout.length = 0;
  made.stderr.length = 0;
  const volley = (...argv: string[]) => main(argv, made.context);
  return { ...made, list, volley, dir: folder };
}

type World = Awaited<ReturnType<typeof world>>;

describe('a file that cannot be used', () => {
  it.each<[string, (world: World, path: string) => string[]]>([
    ['a list', (_, path) => ['check', path, ...flags]],
    ['a config', (_, path) => ['campaigns', '--config', path]],
    ['an env file', (_, path) => ['campaigns', '--env-file', path]],
    ['a template', ({ list }, path) => ['check', list, '--from', from, '--template', path]],
    ['a text', (_, path) => ['send', '--to', '+14155550101', '--from', from, '--body-file', path]],
    ['a plan to write', ({ list }, path) => ['batch', list, ...flags, '--plan', path]],
    ['a plan to read', (_, path) => ['batch', '--apply', path]],
    ['a CSV to write', (_, path) => ['report', 'c', '--csv', path]],
    ['a page to write', (_, path) => ['report', 'c', '--html', path]],
    ['an export', (_, path) => ['opt-out', 'export', path]],
    ['an import', (_, path) => ['opt-out', 'import', path]],
    ['a log', (_, path) => ['campaigns', '--log-file', path]],
    ['a ledger', (_, path) => ['campaigns', '--ledger', path]],
  ])('%s that is a folder, or lies below a file, is no bug of volley', async (_, argv) => {
    const made = await world();
    const below = join(made.list, 'below');
    for (const [path, words] of [
      [made.dir, /is a folder/],
      [below, /no folder|no such file|Cannot make the folder/],
    ] as const) {
      made.stderr.length = 0;
      expect(await made.volley(...argv(made, path))).toBe(2);
      const said = made.stderr.join('\n');
      expect(said).toMatch(words);
      expect(said).toContain(path);
      expect(said).toContain('hint: ');
      expect(said).not.toMatch(/bug in volley|\n +at /);
    }
    expect(made.sent).toHaveLength(2);
  });

  it.skipIf(process.platform !== 'linux')('is told apart from a bug when its disk is full', async () => {
    const { volley, stderr } = await world();
    expect(await volley('report', 'c', '--csv', '/dev/full')).toBe(2);
    expect(stderr.join('\n')).toMatch(/^error: Cannot write \/dev\/full: there is no room left on its disk\.\nhint: /);
  });

  it('may be one that the user may not read', async () => {
    const { volley, list, folder, dir, stderr } = await world();
    chmodSync(folder, 0o755);
    chmodSync(dir, 0o777);
    chmodSync(list, 0);
    expect(await asNobody(() => volley('check', list, ...flags, '--ledger', join(dir, 'ledger.db')))).toBe(2);
    expect(stderr.join('\n')).toMatch(/Cannot read .*list\.csv: you have no permission/);
  });

  it.each([
    ['EACCES', 'open', /you have no permission/],
    ['EROFS', 'open', /can only be read/],
    ['ENOSPC', 'write', /no room left/],
    ['EACCES', 'listen', undefined],
    ['ECONNRESET', 'read', undefined],
    ['ERR_INVALID_ARG_TYPE', undefined, undefined],
  ])('%s of %s', (code, syscall, words) => {
    const error = fileError(Object.assign(new Error(code), { code, syscall, path: '/x/y' }));
    if (words === undefined) expect(error).toBeUndefined();
    else expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(words), hint: expect.any(String) });
  });
});

describe('a file that is written', () => {
  const modeOf = (path: string) => statSync(path).mode & 0o777;

  it.each<[string, (path: string, list: string) => string[]]>([
    ['report --csv', (path) => ['report', 'c', '--csv', path]],
    ['report --html', (path) => ['report', 'c', '--html', path]],
    ['opt-out export', (path) => ['opt-out', 'export', path]],
    ['batch --plan', (path, list) => ['batch', list, ...flags, '--plan', path]],
  ])('by %s is for its user only, also over one that others could read', async (_, argv) => {
    const { volley, list, file, folder } = await world();
    const path = file('out', 'x'.repeat(100_000));
    chmodSync(path, 0o644);
    expect(await volley(...argv(path, list))).toBe(0);
    expect(modeOf(path)).toBe(0o600);
    expect(readFileSync(path, 'utf8')).not.toContain('xxx');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const fresh = join(folder, 'fresh');
    expect(await volley(...argv(fresh, list))).toBe(0);
    expect(modeOf(fresh)).toBe(0o600);
  });

  it('is written where a link leads, and the link stays', async () => {
    const { volley, folder, file } = await world();
    const real = file('real.csv', 'old');
    const link = join(folder, 'link.csv');
    symlinkSync(real, link);
    expect(await volley('report', 'c', '--csv', link)).toBe(0);
    expect(readFileSync(real, 'utf8')).toMatch(/^line,to,/);
    expect(
      readdirSync(folder, { withFileTypes: true })
        .find(({ name }) => name === 'link.csv')
        ?.isSymbolicLink(),
    ).toBe(true);
  });

  it('stays as it was when the writing fails half-way', async () => {
    const { writePrivate } = await import('../../src/cli/write-file.ts');
    const path = join(tempFolder(), 'out.csv');
    writeFileSync(path, 'the old one');
    const pieces = async function* () {
      yield 'half of ';
      throw new Error('gone');
    };
    await expect(writePrivate(path, pieces())).rejects.toThrow('gone');
    expect(readFileSync(path, 'utf8')).toBe('the old one');
    expect(readdirSync(join(path, '..'))).toEqual(['out.csv']);
  });

  it('may be a device, which stays one', async () => {
    const { volley } = await world();
    expect(await volley('report', 'c', '--csv', '/dev/null')).toBe(0);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});
