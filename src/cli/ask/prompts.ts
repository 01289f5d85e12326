import type * as Prompts from '@inquirer/prompts';
import inquirer from 'inquirer';

/** Inquirer's prompts, with the types of `@inquirer/prompts`, the package they come from. */
export const { confirm, input, password, search, select } = inquirer.createPromptModule().prompts as unknown as Pick<
  typeof Prompts,
  'confirm' | 'input' | 'password' | 'search' | 'select'
>;
