/** Marks of ours and of the prompts, each by one that takes as much room. */
const plain: Readonly<Record<string, string>> = {
  ...{ '✓': '+', '✔': '+', '✗': 'x', '·': '-', '•': '*', '█': '#', '░': '-', '…': '.', '⏎': '|', '❯': '>' },
  ...{ '←': '<', '→': '>', '↑': '^', '↓': 'v', '‘': "'", '’': "'", '“': '"', '”': '"', '–': '-', '—': '-' },
};

/** Text for a terminal that shows ASCII only: marks by their like, letters without accents, else a question mark. */
export function toAscii(text: string): string {
  return text
    .replace(/[^\0-\x7f]/gu, (character) => plain[character] ?? character)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\0-\x7f]/gu, '?');
}

/** False for a locale that names another encoding than UTF-8, as C or de_DE.ISO-8859-1; where none is set it is UTF-8. */
export function speaksUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  // An empty one counts as not set: https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html.
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'UTF-8';
  return /utf-?8/i.test(locale);
}
