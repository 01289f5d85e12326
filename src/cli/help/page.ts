import type { Command } from 'commander';

const introductions = new WeakMap<Command, string>();
const appendices = new WeakMap<Command, string>();

/** Gives a command its introduction: what it is for, and examples, at the top of its help and in the manual. */
export function addIntroduction(command: Command, text: string): Command {
  introductions.set(command, text);
  return command;
}

/** The introduction of a command; empty where it has none. */
export function introductionOf(command: Command): string {
  return introductions.get(command) ?? '';
}

/** Gives a command what stands below its options in help: a list that they choose from, say. */
export function addAppendix(command: Command, text: string): void {
  appendices.set(command, text);
}

/** The appendix of a command; empty where it has none. */
export function appendixOf(command: Command): string {
  return appendices.get(command) ?? '';
}
