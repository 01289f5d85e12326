/** A value PostgreSQL is given. */
export type SqlValue = string | number | boolean | null | readonly string[] | readonly (number | null)[];

/** A statement and its values, which never become part of its text. */
export interface Sql {
  readonly strings: readonly string[];
  readonly values: readonly SqlValue[];
}

/** Writes a statement; what stands in `${}` is a value of it, or a part that was written the same way. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlValue | Sql)[]): Sql {
  const texts = [strings[0] ?? ''];
  const values: SqlValue[] = [];
  const append = (text: string) => {
    texts[texts.length - 1] += text;
  };
  parts.forEach((part, i) => {
    if (isSql(part)) {
      append(part.strings[0] ?? '');
      texts.push(...part.strings.slice(1));
      values.push(...part.values);
    } else {
      texts.push('');
      values.push(part);
    }
    append(strings[i + 1] ?? '');
  });
  return { strings: texts, values };
}

/** A part of a statement as it is, such as a list of columns of ours. Never for text from outside. */
export function raw(text: string): Sql {
  return { strings: [text], values: [] };
}

/** A statement that has `:names` where its values, or parts that are written otherwise, come. */
export function named(text: string, values: Readonly<Record<string, SqlValue | Sql>>): Sql {
  // `::` is a cast.
  const parts = text.split(/(?<!:):([a-z]\w*)/i);
  const strings = parts.filter((_, i) => i % 2 === 0);
  const given = parts
    .filter((_, i) => i % 2 === 1)
    .map((name) => {
      const value = values[name];
      if (value === undefined) throw new TypeError(`no value for :${name}`);
      return value;
    });
  return sql(Object.assign([...strings], { raw: strings }), ...given);
}

/** The statement as the server reads it: `$1` in place of the first value. */
export function textOf({ strings }: Sql): string {
  return strings.reduce((text, next, i) => `${text}$${i}${next}`);
}

/** What a JSON value is given as. PostgreSQL takes neither a NUL nor half a character, as Twilio would not. */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  return /\\u0000|\\ud[89a-f]/i.test(text)
    ? JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? storable(part) : part))
    : text;
}

const unstorable = /\0|\p{Surrogate}/u;

/** Text that PostgreSQL can hold. */
export function storable(text: string): string {
  return unstorable.test(text) ? text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd') : text;
}

function isSql(part: SqlValue | Sql): part is Sql {
  return part !== null && typeof part === 'object' && 'strings' in part;
}
