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
import { back, type Contact, type Desk } from './desk.ts';

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

type Choice = TemplateChoice | { readonly kind: 'free' };

/** The templates to choose from: those of the config, and the files of this folder; what is faulty says so. */
export function templateChoices({ session, context }: Pick<Desk, 'session' | 'context'>) {
  return templatesAt(session.config.templates, context.cwd).map((found) => {
    const { name, from } = found;
    if ('problem' in found) return { name: clean(name), value: undefined, disabled: `(${clean(found.problem)})` };
    const value: TemplateChoice = { kind: 'template', from, template: found.template };
    return { name: `${clean(name)}  ${truncate(clean(found.template.text), 50)}`, short: clean(name), value };
  });
}

/** Asks for a text: written here, or from a template whose missing fields are asked for. Undefined: back. */
export async function askText(
  contact: Contact | undefined,
  desk: Desk,
  initial = '',
): Promise<WrittenText | undefined> {
  const choice = await chooseText(desk);
  if (choice === undefined) return undefined;
  if (choice.kind === 'template') return fillTemplate(choice.template, contact, desk);
  const body = await writeText(desk, initial);
  return body === undefined ? askAgain(contact, desk) : { body, parameters: {} };
}

/** Esc in the text leads to the choice before it, unless there is none. */
function askAgain(contact: Contact | undefined, desk: Desk): Promise<WrittenText | undefined> {
  return templateChoices(desk).length > 0 ? askText(contact, desk) : Promise.resolve(undefined);
}

/** Asks for a text, counting along. Undefined: back. */
export function writeText({ ask }: Pick<Desk, 'ask'>, initial = '', about = ''): Promise<string | undefined> {
  return ask(liveInput, {
    message: 'Text',
    initial,
    note: (text) => `${countLine(text)}. ${about}Enter takes it, Esc goes back.`,
    problem: (text) => {
      if (text.trim() === '') return 'Write something.';
      return [...text].length > defaultLimits.bodyCharacters ? 'It is longer than Twilio takes.' : undefined;
    },
  });
}

/** `12 characters, GSM-7, 1 segment`, and what makes it longer than it looks. */
export function countLine(text: string): string {
  const { encoding, segments } = countSegments(text);
  const lint = lintSegments(text, segments);
  const slip = lint ? `; without ${lint.character} it would be ${plural(lint.plainSegments, 'segment')}` : '';
  return `${plural([...text].length, 'character')}, ${encoding}, ${plural(segments, 'segment')}${slip}`;
}

async function chooseText(desk: Desk): Promise<Choice | undefined> {
  const templates = templateChoices(desk);
  if (templates.length === 0) return { kind: 'free' };
  const choices = [{ name: 'Write a text', value: { kind: 'free' } as Choice | undefined }, ...templates, back];
  return desk.ask(orBack(search<Choice | undefined>), {
    message: 'Text or template',
    pageSize: 8,
    source: (term = '') => choices.filter(({ name }) => name.toLowerCase().includes(term.toLowerCase())),
  });
}

async function fillTemplate(
  { text, parameters, fields }: TemplateSource,
  contact: Contact | undefined,
  desk: Desk,
): Promise<WrittenText | undefined> {
  const template = parseTemplate(text, desk.session.config.get('locale'));
  const values = new Map<string, string>();
  for (const field of template.fields) {
    const value = contact && knownValue(field, contact);
    if (value !== undefined) values.set(field, value);
  }
  for (const field of template.fields.filter((name) => !values.has(name))) {
    const value = await askField(field, fields[field], desk);
    if (value === undefined) return askText(contact, desk);
    values.set(field, value);
  }
  const rendered = template.render((field) => values.get(field) ?? fields[field]);
  if ('text' in rendered) return { body: rendered.text, parameters };
  desk.say(`${clean(rendered.missing)} is empty, but the text needs it.`);
  return askText(contact, desk);
}

function knownValue(field: string, { fields }: Contact): string | undefined {
  const column = guessField(Object.keys(fields), field);
  const value = column === undefined ? undefined : fields[column];
  return value === undefined || value.trim() === '' ? undefined : value;
}

function askField(field: string, initial: string | undefined, { ask }: Desk): Promise<string | undefined> {
  return ask(liveInput, {
    message: clean(field),
    ...(initial !== undefined && { initial }),
    note: () => 'Enter takes it, Esc goes back.',
    problem: (text) => (text.trim() === '' ? 'The text needs it.' : undefined),
  });
}
