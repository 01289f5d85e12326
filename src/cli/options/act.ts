import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import type { SessionOptions } from './everywhere.ts';
import type { OptionTable, ValuesOf } from './option.ts';

/** A command's options with what every command is told. */
export type OptionsOf<T extends OptionTable> = ValuesOf<T> & { readonly session: SessionOptions };

/** What a command does; resolves to the exit code. */
export type Run<T extends OptionTable> = (options: OptionsOf<T>, context: Context) => Promise<number>;

/** How a command's declaration hands over its options and what it does with them. */
export type Act = <T extends OptionTable>(table: T, run: Run<T>) => void;

/** Says what a command is for, and hands over the rest. */
export type Declare = (command: Command, act: Act) => void;
