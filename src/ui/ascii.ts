/** For each mark that volley or inquirer prints, an ASCII one of the same width. */
const asciiMarks: Readonly<Record<string, string>> = {
  ...{ '✓': '+', '✔': '+', '✗': 'x', '·': '-', '•': '*', '█': '#', '░': '-', '…': '.', '⏎': '|', '❯': '>' },
  ...{ '←': '<', '→': '>', '↑': '^', '↓': 'v', '‘': "'", '’': "'", '“': '"', '”': '"', '–': '-', '—': '-' },
};

/** Text for a terminal that shows ASCII only: marks replaced, letters without their accents, anything else as `?`. */
export function toAscii(text: string): string {
  return text
    .replace(/[^\0-\x7f]/gu, (character) => asciiMarks[character] ?? character)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\0-\x7f]/gu, '?');
}

/** Whether the locale's encoding is UTF-8, which is also assumed where no locale is set; false for C or de_DE.ISO-8859-1. */
export function speaksUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  // An empty one counts as not set: https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html.
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'UTF-8';
  return /utf-?8/i.test(locale);
}
