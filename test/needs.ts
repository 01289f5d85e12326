import { spawnSync } from 'node:child_process';
import type { TestContext } from 'vitest';

/** The programs that some tests need beside Node and a POSIX shell, each with the Debian package that has it. */
export const debianPackages = {
  bash: 'bash',
  'chromium-headless-shell': 'chromium-headless-shell',
  fish: 'fish',
  groff: 'groff',
  mount: 'mount',
  pg_dump: 'postgresql',
  'systemd-analyze': 'systemd',
  zsh: 'zsh',
} as const;

/** Skips the rest of a test where a program is missing; the end of the run names it (`skip-reporter.ts`). */
export function needs(program: keyof typeof debianPackages, { skip }: Pick<TestContext, 'skip'>): void {
  skip(pathOf(program) === undefined, `${program} is missing`);
}

const paths = new Map<string, string | undefined>();

/** The path of a program; undefined where it is missing. */
export function pathOf(program: string): string | undefined {
  if (!paths.has(program)) {
    const { status, stdout } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' });
    paths.set(program, status === 0 ? stdout.trim() : undefined);
  }
  return paths.get(program);
}
