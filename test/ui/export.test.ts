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
  ['a\u001b[2Jb\u009b31mc\u0000', 'a[2Jb31mc'],
  ['\u0007=1+1', "'=1+1"],
  ['👩\u200d👧 شكرا\u200f\tb\nc\r\n', '👩\u200d👧 شكرا\u200f\tb\nc\r\n'],
])('an exported cell %j becomes %j', (text, cell) => expect(safeCell(text)).toBe(cell));
