import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { fitLine } from '../../src/cli/help/verbatim.ts';

/** What a shell makes of a command line: the words after volley. */
function shellWords(line: string): string[] {
  const script = `volley() { printf '%s\\0' "$@"; }; ${line}`;
  const { stdout, status } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  expect(status).toBe(0);
  return stdout.split('\0').slice(0, -1);
}

describe('a command line that is too long for the terminal', () => {
  it.each([
    "  volley batch customers.csv --from +14155550199 --body 'Hi {{ first_name }}, we open at nine.' --campaign opening",
    "  volley schedule add nightly --cron '0 9 * * 1-5' --tz Europe/Berlin -- batch customers.csv --campaign spring --yes",
    '  volley send -t +14155550100 -t +14155550101 -f +14155550199 -b "We open at \'nine\'." --dry-run --show-pii',
    '  volley batch tomorrow.csv --campaign "reminder of $(echo today)" --map=to=phone --yes --quiet --no-input',
  ])('means the same to a shell: %s', (line) => {
    for (const columns of [56, 60, 80]) {
      const fitted = fitLine(line, columns);
      expect(fitted.split('\n').filter((part) => part.length > columns)).toEqual([]);
      expect(shellWords(fitted)).toEqual(shellWords(line));
    }
  });
});

describe('a line of two columns that is too long', () => {
  it('has the second wrapped under itself', () => {
    expect(fitLine('  --map first=Vorname         renames a field of the text to a column', 56)).toBe(
      ['  --map first=Vorname         renames a field of the', '                              text to a column'].join(
        '\n',
      ),
    );
  });

  it('has the second below the first where there is no room beside it', () => {
    expect(fitLine('  volley opt-out add +14155550100 --sender +14155550199     only from this sender', 60)).toBe(
      ['  volley opt-out add +14155550100 --sender +14155550199', '      only from this sender'].join('\n'),
    );
  });
});

it('leaves a line that fits, and one that is no command line without a backslash', () => {
  expect(fitLine('  volley campaigns', 60)).toBe('  volley campaigns');
  expect(fitLine('  grant select, insert, update, delete on tables to volley_worker;', 60)).toBe(
    '  grant select, insert, update, delete on tables to\n    volley_worker;',
  );
});
