import { templatesAt } from '../../campaign/templates.ts';
import { guessField } from '../../core/request/column-guess.ts';
import { defaultLimits } from '../../core/request/limits.ts';
import type { RawRequest } from '../../core/request/validate.ts';
import { clean } from '../../core/text/clean.ts';
import type { TemplateSource } from '../../core/text/front-matter.ts';
import { lintSegments } from '../../core/text/segment-lint.ts';
import { countSegments } from '../../core/text/segments.ts';
import { parseTemplate } from '../../core/text/template.ts';
import { plural } from '../../core/text/wording.ts';
import { truncate } from '../../ui/lines.ts';
import { orBack } from '../ask/ask.ts';
import { liveInput } from '../ask/live-input.ts';
import { search } from '../ask/prompts.ts';
import { back, type Contact, type Dialog } from './dialog.ts';

/** A text that was written, and the parameters its template brings. */
export interface WrittenText {
  readonly body: string;
  readonly parameters: RawRequest;
}

/** A template that was chosen. */
export interface TemplateChoice {
  readonly kind: 'template';
  /** Its name in the config, or the path of its file. */
  readonly from: string;
  readonly template: TemplateSource;
}

/** `written`: what was typed already. */
type Choice = TemplateChoice | { readonly kind: 'free'; readonly written?: string };

/** The templates of the config and of this folder as choices; one with a fault cannot be chosen, and says why. */
export async function templateChoices({ session, context }: Pick<Dialog, 'session' | 'context'>) {
  return (await templatesAt(session.config.templates, context.cwd)).map((found) => {
    const { name, from } = found;
    if ('problem' in found) return { name: clean(name), value: undefined, disabled: `(${clean(found.problem)})` };
    const value: TemplateChoice = { kind: 'template', from, template: found.template };
    // Beside the pointer of the list; what is wider would be broken in a word.
    const choice = truncate(`${clean(name)}  ${clean(found.template.text)}`, context.terminal.columns - 3);
    return { name: choice, short: clean(name), value };
  });
}

/** Asks for a text: written here, or from a template whose missing fields are asked for. Undefined: back. */
export async function askText(
  contact: Contact | undefined,
  dialog: Dialog,
  initial = '',
): Promise<WrittenText | undefined> {
  const choice = await chooseText(dialog);
  if (choice === undefined) return undefined;
  if (choice.kind === 'template') return fillTemplate(choice.template, contact, dialog);
  const body = await writeText(dialog, choice.written ?? initial);
  return body === undefined ? backToChoice(contact, dialog) : { body, parameters: {} };
}

/** Esc while a text is written leads back to the choice of template, where there are templates. */
async function backToChoice(contact: Contact | undefined, dialog: Dialog): Promise<WrittenText | undefined> {
  return (await templateChoices(dialog)).length > 0 ? askText(contact, dialog) : undefined;
}

/** Asks for a text, with its length and segments counted below it. Undefined: back. */
export function writeText({ ask }: Pick<Dialog, 'ask'>, initial = '', about = ''): Promise<string | undefined> {
  return ask(liveInput, {
    message: 'Text',
    initial,
    hasLines: true,
    note: (text) => `${countLine(text)}. ${about}Enter takes it, Esc goes back.`,
    problem: (text) => {
      if (text.trim() === '') return 'Write something.';
      return [...text].length > defaultLimits.bodyCharacters ? 'It is longer than Twilio takes.' : undefined;
    },
  });
}

/** `12 characters, GSM-7, 1 segment`, and the character that makes it need more segments, where one does. */
export function countLine(text: string): string {
  const { encoding, segments } = countSegments(text);
  const lint = lintSegments(text, segments);
  const hint = lint ? `; without ${lint.character} it would be ${plural(lint.plainSegments, 'segment')}` : '';
  return `${plural([...text].length, 'character')}, ${encoding}, ${plural(segments, 'segment')}${hint}`;
}

async function chooseText(dialog: Dialog): Promise<Choice | undefined> {
  const templates = await templateChoices(dialog);
  if (templates.length === 0) return { kind: 'free' };
  const choices = [{ name: 'Write a text', value: { kind: 'free' } as Choice | undefined }, ...templates, back];
  return dialog.ask(orBack(search<Choice | undefined>), {
    message: 'Text or template',
    pageSize: 8,
    source: (term = '') => {
      const found = choices.filter(({ name }) => name.toLowerCase().includes(term.toLowerCase()));
      // Who types what is no template has begun to write.
      const written = { name: 'Write this text', value: { kind: 'free', written: term } as Choice | undefined };
      return found.length > 0 ? found : [written];
    },
  });
}

async function fillTemplate(
  { text, parameters, fields }: TemplateSource,
  contact: Contact | undefined,
  dialog: Dialog,
): Promise<WrittenText | undefined> {
  const template = await parseTemplate(text, dialog.session.config.get('locale'));
  const values = new Map<string, string>();
  for (const field of template.fields) {
    const value = contact && knownValue(field, contact);
    if (value !== undefined) values.set(field, value);
  }
  for (const field of template.fields.filter((name) => !values.has(name))) {
    const value = await askField(field, fields[field], dialog);
    if (value === undefined) return askText(contact, dialog);
    values.set(field, value);
  }
  const rendered = template.render((field) => values.get(field) ?? fields[field]);
  if ('text' in rendered) return { body: rendered.text, parameters };
  dialog.say(`${clean(rendered.missing)} is empty, but the text needs it.`);
  return askText(contact, dialog);
}

function knownValue(field: string, { fields }: Contact): string | undefined {
  const column = guessField(Object.keys(fields), field);
  const value = column === undefined ? undefined : fields[column];
  return value === undefined || value.trim() === '' ? undefined : value;
}

function askField(field: string, initial: string | undefined, { ask }: Dialog): Promise<string | undefined> {
  return ask(liveInput, {
    message: clean(field),
    ...(initial !== undefined && { initial }),
    note: () => 'Enter takes it, Esc goes back.',
    problem: (text) => (text.trim() === '' ? 'The text needs it.' : undefined),
  });
}
