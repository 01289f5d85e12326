import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request and the means to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

const encode = (body: unknown): string => (body === undefined ? '' : JSON.stringify(body));

/** Answers with JSON. */
export function answer(
  { response }: Exchange,
  status: number,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed || response.writableEnded) return;
  const text = encode(body);
  response.writeHead(status, {
    'content-type': 'application/json;charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Answers with an error in Twilio's form. */
export function answerError(
  exchange: Exchange,
  status: number,
  code: number,
  message: string,
  headers?: Readonly<Record<string, string>>,
): void {
  const moreInfo = `https://www.twilio.com/docs/errors/${code}`;
  answer(exchange, status, { code, message, more_info: moreInfo, status }, headers);
}

/** A request's form. Throws when the client goes away in the middle, and above a megabyte. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 1_000_000) throw new Error('The form is longer than a megabyte.');
  }
  return new URLSearchParams(text);
}
