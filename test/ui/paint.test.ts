import { expect, it } from 'vitest';
import { wantsColor } from '../../src/ui/paint.ts';

it.each<[string, Parameters<typeof wantsColor>[0], boolean]>([
  ['a terminal', { flag: 'auto', env: {}, isTty: true }, true],
  ['a pipe', { flag: 'auto', env: {}, isTty: false }, false],
  ['NO_COLOR', { flag: 'auto', env: { NO_COLOR: '1' }, isTty: true }, false],
  ['FORCE_COLOR', { flag: 'auto', env: { FORCE_COLOR: '1' }, isTty: false }, true],
  ['FORCE_COLOR=0', { flag: 'auto', env: { FORCE_COLOR: '0' }, isTty: true }, false],
  ['a dumb terminal', { flag: 'auto', env: { TERM: 'dumb' }, isTty: true }, false],
  ['--color always', { flag: 'always', env: { NO_COLOR: '1' }, isTty: false }, true],
  ['--color never', { flag: 'never', env: { FORCE_COLOR: '1' }, isTty: true }, false],
])('colour for %s', (_, choice, wanted) => expect(wantsColor(choice)).toBe(wanted));
