import type * as Prompts from '@inquirer/prompts';
import inquirer from 'inquirer';

/** Inquirer's own prompts, by the types their authors give them. */
export const { confirm, input, password, search, select } = inquirer.createPromptModule().prompts as unknown as Pick<
  typeof Prompts,
  'confirm' | 'input' | 'password' | 'search' | 'select'
>;
