import type { Context } from '../../context.ts';
import type { NormalizePhone } from '../../core/recipient/phone.ts';
import { guessColumn } from '../../core/request/column-guess.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError } from '../../errors.ts';
import { openSource } from '../../input/open-source.ts';
import { orBack } from '../ask/ask.ts';
import { search } from '../ask/prompts.ts';
import { back, type Contact, type Dialog, tryFile } from './dialog.ts';
import { askFile } from './file.ts';

/** Our choices: how many matches are listed at once, contacts read from a file, and earlier recipients offered. */
const limits = { shown: 50, contacts: 100_000, recent: 30 };

const fromFile = { name: 'Somebody from a file …', value: 'file' } as const;

/** Asks for the recipient: one texted before, a contact, or a number that is typed. Undefined: back. */
export async function askRecipient(dialog: Dialog): Promise<Contact | undefined> {
  const { ask, contacts, session, planContext } = dialog;
  const recent = await (await session.ledger()).recentRecipients(limits.recent);
  const named = new Map(contacts.map((contact) => [contact.address, contact]));
  const before = recent.map((address) => named.get(address) ?? { address, label: 'texted before', fields: {} });
  const known = [...new Map([...before, ...contacts].map((contact) => [contact.address, contact])).values()];
  const chosen = await ask(orBack(search<Contact | 'file' | undefined>), {
    message: 'To (a number or a name)',
    pageSize: 8,
    source: (term = '') => {
      const people = [...typed(term, planContext.normalizePhone), ...matching(known, term).map(choiceOf)];
      if (term !== '') return people;
      return contacts.length === 0 ? [...people, fromFile, back] : [...people, back];
    },
  });
  if (chosen !== 'file') return chosen;
  const file = await askFile(dialog);
  if (file !== undefined) {
    const read = () => readContacts(file, planContext.normalizePhone, dialog.context);
    contacts.push(...((await tryFile(read, dialog.say)) ?? []));
  }
  return askRecipient(dialog);
}

function typed(term: string, normalizePhone: NormalizePhone) {
  if (!/[+\d:]/.test(term)) return [];
  const parsed = normalizePhone(term);
  if ('problem' in parsed) {
    const problem = `(${parsed.problem}: write it as +14155550100)`;
    return [{ name: clean(term), value: undefined, disabled: problem }];
  }
  const contact: Contact = { address: parsed.value, label: '', fields: {} };
  return [{ name: `${parsed.value}  as typed`, short: parsed.value, value: contact }];
}

function matching(known: readonly Contact[], term: string): readonly Contact[] {
  const wanted = term.trim().toLowerCase();
  const digits = wanted.replace(/\D/g, '');
  const fits = ({ address, label }: Contact) =>
    label.toLowerCase().includes(wanted) || (digits !== '' && address.includes(digits));
  return (wanted === '' ? known : known.filter(fits)).slice(0, limits.shown);
}

const choiceOf = (contact: Contact) => ({
  name: `${contact.address}  ${clean(contact.label)}`,
  short: contact.address,
  value: contact,
});

/** Reads the contacts of a CSV, Excel or NDJSON file. Rows without a number that can be texted are left out. */
export async function readContacts(
  file: string,
  normalizePhone: NormalizePhone,
  { stdin }: Context,
): Promise<Contact[]> {
  const contacts: Contact[] = [];
  for await (const row of (await openSource({ file, stdin })).rows) {
    if ('problem' in row) continue;
    const fields = Object.fromEntries(Object.entries(row.cells).map(([name, cell]) => [name, String(cell)]));
    const column = guessColumn(Object.keys(fields), 'to');
    if (column === undefined) {
      throw new CliError('input', `${file} has no column that looks like phone numbers.`, {
        hint: 'Call it phone, mobile, number or to.',
      });
    }
    const parsed = normalizePhone(fields[column] ?? '');
    const label = Object.entries(fields)
      .filter(([name]) => name !== column)
      .map(([, value]) => value)
      .join(' ')
      .slice(0, 60);
    if ('value' in parsed) contacts.push({ address: parsed.value, label, fields });
    if (contacts.length >= limits.contacts) break;
  }
  return contacts;
}
