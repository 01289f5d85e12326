import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../../src/core/text/nearest.ts';

describe('the nearest words', () => {
  const actions = ['add', 'remove', 'list', 'import', 'export'];
  it.each<[string, string, readonly string[], readonly string[]]>([
    ['a letter left out', 'lst', actions, ['list']],
    ['a letter too many', 'addd', actions, ['add']],
    ['another letter', 'lisr', actions, ['list']],
    ['two letters swapped', 'sned', ['send', 'stream'], ['send']],
    ['a beginning', 'exp', actions, ['export']],
    ['a beginning of two', 're', ['report', 'resume', 'send'], ['report', 'resume']],
    ['another case', 'LIST', actions, ['list']],
    ['a flag', '--form', ['--from', '--param'], ['--from']],
    ['a flag cut short', '--messaging', ['--messaging-service-sid', '--media-url'], ['--messaging-service-sid']],
    ['a long word with three mistakes', 'validty_periode', ['validity_period', 'country'], ['validity_period']],
    ['one that is as near to two', 'xport', actions, ['export']],
    ['one that is as near to two by another letter', 'xmport', ['import', 'export', 'list'], ['import']],
    ['two that are as near', 'xeport', ['report', 'export'], ['report', 'export']],
    ['a beginning of many', 're', ['rea', 'reb', 'rec', 'red'], []],
    ['a word that is near to nothing', 'version', ['verify', 'send'], []],
    ['too few letters to tell', 'x', ['y', 'xy'], []],
    ['the word itself', 'list', ['list'], []],
    ['no candidates', 'x', [], []],
  ])('of %s', (_, word, candidates, meant) => expect(nearest(word, candidates)).toEqual(meant));

  it('is offered as a question, before what else helps', () => {
    expect(didYouMean('lst', actions, 'See: x')).toBe('Did you mean list? See: x');
    expect(didYouMean('lst', actions)).toBe('Did you mean list?');
    expect(didYouMean('xeport', ['report', 'export'])).toBe('Did you mean report or export?');
    expect(didYouMean('zzz', actions, 'See: x')).toBe('See: x');
    expect(didYouMean('zzz', actions)).toBe('');
  });
});
