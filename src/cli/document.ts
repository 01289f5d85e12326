import type { Context } from '../context.ts';
import { jsonText, visible } from '../core/text/clean.ts';
import { CliError } from '../errors.ts';
import { readsJson, type SessionOptions } from './options/everywhere.ts';
import { serverJson } from './rehearsal.ts';
import type { Session } from './session.ts';

/** A command's result for a program. Field names are a contract. */
export interface JsonDocument {
  /** What is in it, and in which version, as `volley.report/1`. */
  readonly schema: `volley.${string}/${number}`;
}

/** What a result lists. */
export interface Listed {
  readonly items: Iterable<object> | AsyncIterable<object>;
  /** The field of the document that has them; absent: they are printed with `--output ndjson` alone. */
  readonly as?: string;
}

/** What printing goes by. */
interface Work {
  readonly session: Pick<Session, 'isNdjson' | 'jq'> & Partial<Pick<Session, 'server'>>;
  readonly context: Pick<Context, 'out' | 'terminal'>;
  /** Something was sent or changed before: an expression that does not fit is no reason to say that nothing was. */
  readonly hasChanged?: boolean;
}

/**
 * Prints a command's result for a program: one JSON document, or with `--output ndjson` a line for each item, or for the
 * whole where it lists nothing. It names the server where one was spoken to, or it is a rehearsal. With `--jq` what the
 * expression makes of it. Throws a `CliError` where that does not fit.
 */
export async function printDocument<T extends JsonDocument>(
  document: T,
  { session, context, hasChanged = false }: Work,
  listed?: Listed,
): Promise<void> {
  const isByLine = session.isNdjson && listed !== undefined;
  const texts = isByLine ? linesOf(listed.items) : piecesOf(withServer(document, session), listed);
  if (session.jq === undefined) for await (const text of texts) context.out(text);
  else await printFiltered({ expression: session.jq, texts, isByLine, hasChanged }, context);
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

function withServer<T extends JsonDocument>(document: T, { server }: Work['session']): T {
  const spokenTo = server?.();
  return spokenTo?.isSimulated || spokenTo?.url !== undefined ? { ...document, ...serverJson(spokenTo) } : document;
}

async function* linesOf(items: Listed['items']): AsyncGenerator<string> {
  for await (const item of items) yield jsonText(item);
}

/** About how many characters of a long document are written at a time. */
const pieceCharacters = 65_536;

/** A document in pieces, between which a line may end: a list of a million items is never all in memory. */
async function* piecesOf(document: JsonDocument, { items = [], as }: Partial<Listed> = {}): AsyncGenerator<string> {
  const whole = jsonText(document);
  if (as === undefined) return yield whole;
  let piece = `${whole.slice(0, -1)},${JSON.stringify(as)}:[`;
  let separator = '';
  for await (const line of linesOf(items)) {
    piece += separator;
    if (piece.length > pieceCharacters) {
      yield piece;
      piece = '';
    }
    piece += line;
    separator = ',';
  }
  yield `${piece}]}`;
}

/** Prints items one by one, as they come. */
export interface LinePrinter {
  readonly print: (item: object) => void;
  /** Waits until all are printed. Throws what `printDocument` throws. */
  readonly end: () => Promise<void>;
}

/** Prints each item as a line of JSON, or what `--jq` makes of it. */
export function linePrinter({ session, context, hasChanged = false }: Work): LinePrinter {
  const { jq: expression } = session;
  if (expression === undefined) {
    return { print: (item) => context.out(jsonText(item)), end: async () => undefined };
  }
  let printed: Promise<unknown> = Promise.resolve();
  let failure: unknown;
  return {
    print: (item) => {
      const texts = linesOf([item]);
      printed = printed
        .then(() => printFiltered({ expression, texts, isByLine: true, hasChanged }, context))
        .catch((error: unknown) => (failure ??= error));
    },
    end: async () => {
      await printed;
      if (failure !== undefined) throw failure;
    },
  };
}

/** How many lines are given to jq at once. */
const filteredLines = 1000;

/** A text, what of it is printed, and what to say where that cannot be. */
interface Filtered {
  readonly expression: string;
  readonly texts: AsyncIterable<string>;
  readonly isByLine: boolean;
  readonly hasChanged: boolean;
}

async function printFiltered(
  { expression, texts, isByLine, hasChanged }: Filtered,
  { out, terminal }: Work['context'],
): Promise<void> {
  const { applyExpression } = await import('./jq.ts');
  const show = async (input: readonly string[]) => {
    const values = await applyExpression(expression, input.join('\n'));
    if ('problem' in values) {
      const [code, before] = hasChanged ? (['open', 'It is done, but '] as const) : (['usage', ''] as const);
      throw new CliError(code, `${before}--jq ${expression}: ${values.problem}.`, { hint: 'See it all with --json.' });
    }
    for (const text of values.value) out(terminal.stdoutIsTty ? visible(text) : text);
  };
  let waiting: string[] = [];
  for await (const text of texts) {
    waiting.push(text);
    if (!isByLine || waiting.length < filteredLines) continue;
    await show(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await show(waiting);
}
