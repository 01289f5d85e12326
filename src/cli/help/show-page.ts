import type { Context } from '../../context.ts';
import { printOr } from '../document.ts';
import type { SessionOptions } from '../options/everywhere.ts';

/** What a text is about; null: volley itself. */
interface Page {
  readonly topic: string | null;
  readonly text: string;
}

/** Shows a page of help to a person, or prints it as a document for a program. */
export async function showPage(page: Page, options: SessionOptions, context: Context): Promise<void> {
  await printOr({ schema: 'volley.help/1', ...page }, () => context.page(page.text.split('\n')), { options, context });
}
