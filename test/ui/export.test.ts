import { expect, it } from 'vitest';
import { safeCell } from '../../src/ui/export.ts';

it.each([
  ['=1+1', "'=1+1"],
  ['+SUM(A1)', "'+SUM(A1)"],
  ['-1', "'-1"],
  ['@x', "'@x"],
  ['\tx', "'\tx"],
  ['+14155550100', '+14155550100'],
  ['Hi', 'Hi'],
])('an exported cell %j becomes %j', (text, cell) => expect(safeCell(text)).toBe(cell));
