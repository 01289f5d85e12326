import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a run of the tests leaves until its end, with room to spare, in bytes. */
const neededBytes = 2 ** 31;

/**
 * One folder for all that a run of the tests writes, removed after it. It is in memory where the system has a place for
 * that, since nearly every test opens a ledger, whose every commit waits for the disk.
 */
export default function setUp(): () => void {
  const before = process.env['TMPDIR'];
  const folder = inMemory('/dev/shm') ?? makeFolder(tmpdir());
  process.env['TMPDIR'] = folder;
  return () => {
    rmSync(folder, { recursive: true, force: true });
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  };
}

/** A folder there, if it has room and lets programs run: tests write scripts, too. */
function inMemory(place: string): string | undefined {
  if (!existsSync(place)) return undefined;
  const { bavail, bsize } = statfsSync(place);
  if (bavail * bsize < neededBytes) return undefined;
  const folder = makeFolder(place);
  const script = join(folder, 'runs');
  writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 });
  if (spawnSync(script).status === 0) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}

function makeFolder(place: string): string {
  const folder = mkdtempSync(join(place, 'volley-tests-'));
  // Some tests run as somebody else.
  chmodSync(folder, 0o755);
  return folder;
}
