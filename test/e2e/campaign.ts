import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext } from 'vitest';
import type { SimulatorOptions } from '../../src/simulator/simulator.ts';
import { from, recipients } from '../context.ts';
import { simulated } from './volley.ts';

/** The command that sends `list.csv`. */
export const batch = ['batch', 'list.csv', '--from', from, '--body', 'Hi {{ name }}'];

/**
 * Flags for a named run that asks nothing, looks only shortly for what is unknown, and prints its report as JSON. An
 * answer is waited for longer than a busy machine takes.
 */
export const quick = ['--timeout', '2s', '--settle', '600ms', '--yes', '--campaign', 'night', '--json'];

/**
 * The real binary in a folder with `list.csv`, before a simulator that is closed after the test. `volley` runs a command
 * in this process, which costs a tenth of the machine's time.
 */
export async function withList({ onTestFinished }: TestContext, rows: number, options: SimulatorOptions = {}) {
  const made = await simulated(options);
  onTestFinished(made.simulator.close);
  const file = (name: string, content: string) => {
    writeFileSync(join(made.folder, name), content);
    return name;
  };
  file('list.csv', recipients(rows));
  const volley = async (...argv: string[]) => {
    const { code, stdout, stderr } = await made.runHere(...argv);
    const counts = (stdout.startsWith('{') ? JSON.parse(stdout).counts : {}) as Record<string, number>;
    return { code, counts, stderr };
  };
  const sent = () => made.simulator.truth().map(({ to }) => to);
  const expectNoDoubles = () => expect(new Set(sent()).size).toBe(sent().length);
  return { ...made, file, volley, sent, expectNoDoubles };
}
