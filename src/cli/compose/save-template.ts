import { templateProblem } from '../../campaign/templates.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError } from '../../errors.ts';
import { liveInput } from '../ask/live-input.ts';
import { readIfThere, replaceFile } from '../replace-file.ts';
import type { Dialog } from './dialog.ts';

/** Asks for a name and writes a text into `[templates]` of the user's config file. Its comments stay. */
export async function saveTemplate(body: string, { ask, session, say }: Dialog): Promise<void> {
  const { templates, userFile } = session.config;
  const wrong = await templateProblem(body);
  if (wrong !== undefined) return say(clean(wrong));
  const { parse } = await import('smol-toml');
  const templatesIn = (config: string): Readonly<Record<string, unknown>> => {
    try {
      return (parse(config)['templates'] ?? {}) as Record<string, unknown>;
    } catch {
      // Somebody has broken it meanwhile, or it writes [templates] in another form, so that added lines make it invalid.
      return {};
    }
  };
  const before = readIfThere(userFile);
  // Also those that were saved since the menu began.
  const there = { ...templates, ...templatesIn(before) };
  const name = await ask(liveInput, {
    message: 'Name of the template',
    note: () => 'Letters, digits, - and _. Enter takes it, Esc goes back.',
    problem: (text) => {
      if (!/^[\w-]+$/.test(text)) return 'Use letters, digits, - and _ only.';
      return Object.hasOwn(there, text) ? 'There is one of that name.' : undefined;
    },
  });
  if (name === undefined) return;
  const after = withTemplate(before, name, body);
  if (templatesIn(after)[name] !== body) {
    throw new CliError('config', `${userFile} cannot be added to.`, { hint: `Write it yourself: [templates] ${name}` });
  }
  replaceFile(userFile, after);
  say(`Saved as ${clean(name)} in ${clean(userFile)}. It can be chosen the next time.`);
}

/** The config's text with a template added, below its `[templates]` line or at the end. */
export function withTemplate(config: string, name: string, body: string): string {
  const entry = `${name} = ${JSON.stringify(body)}`;
  const header = /^\[templates\][^\n]*$/m;
  if (header.test(config)) return config.replace(header, (line) => `${line}\n${entry}`);
  return `${config.trimEnd()}${config.trim() === '' ? '' : '\n\n'}[templates]\n${entry}\n`;
}
