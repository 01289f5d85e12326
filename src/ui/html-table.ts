import { visible } from '../core/text/clean.ts';
import { formatCount } from '../core/text/wording.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML shows it, never as HTML reads it. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** A column of a table. Where one holds text, the rows of the table become blocks on a narrow display. */
export interface Column {
  readonly name: string;
  readonly kind: 'label' | 'number' | 'text' | 'share';
  /** The end of the scale of a share, as a part of 1. */
  readonly top?: number;
}

/** A table under its title; nothing without rows. Cells are HTML. */
export function table(title: string, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const body = rows.map((cells) => `<tr>${cells.map((cell, i) => dataCell(columns[i], cell)).join('')}</tr>`);
  const form = columns.some(({ kind }) => kind === 'text') ? ' class="blocks"' : '';
  return `<section><h2>${title}</h2><div class="wide" tabindex="0" role="region" aria-label="${title}"><table${form}><thead><tr>${columns.map(headCell).join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div></section>`;
}

/** The head of a column; a share has its scale beside its name. */
export function headCell({ name, kind, top = 1 }: Column): string {
  const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;
  const scale = `<span class="scale"><span>0</span><span>${percent(top / 2)}</span><span>${percent(top)}</span></span>`;
  return `<th scope="col" class="${kind}">${name}${kind === 'share' ? scale : ''}</th>`;
}

function dataCell(column: Column | undefined, cell: string): string {
  const { kind = 'text', name = '' } = column ?? {};
  return `<td class="${kind}" data-label="${name}">${cell}</td>`;
}

/** A row with its share as a bar; the number stands beside it, so no meaning hangs on length or colour. */
export function barRow(
  label: string,
  count: number,
  { share, tone }: { readonly share: number; readonly tone: string },
): readonly string[] {
  const bar = `<svg role="presentation" width="100%" height="14"><rect class="${tone}" width="${(share * 100).toFixed(2)}%" height="14" rx="2"/></svg>`;
  return [label, formatCount(count), bar];
}
