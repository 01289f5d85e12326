import type { Context } from '../../context.ts';
import { type JsonDocument, printDocument } from '../document.ts';
import { readsJson, type SessionOptions } from '../options/everywhere.ts';

/** What a text is about; null: volley itself. */
interface Page {
  readonly topic: string | null;
  readonly text: string;
}

/** Shows a page of help to a person, or prints it as a document for a program. */
export async function showPage(page: Page, options: SessionOptions, context: Context): Promise<void> {
  await printOr({ schema: 'volley.help/1', ...page }, () => context.page(page.text.split('\n')), { options, context });
}

/** Prints a document for a program, or else does what a person is shown. */
export async function printOr<T extends JsonDocument>(
  document: T,
  show: () => Promise<void> | void,
  { options, context }: { readonly options: SessionOptions; readonly context: Context },
): Promise<void> {
  if (!readsJson(options)) return show();
  const session = { isNdjson: options.output === 'ndjson', jq: options.jq };
  await printDocument(document, { session, context });
}
