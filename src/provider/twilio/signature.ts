import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request that claims to come from Twilio. */
export interface SignedRequest {
  /** The configured public address with the raw query of the request; never put together anew. */
  readonly url: string;
  /** `X-Twilio-Signature`. */
  readonly signature: string;
  readonly body: string;
  readonly isForm: boolean;
}

/**
 * True when a request was signed with one of these auth tokens; an API key's secret signs nothing.
 * As https://www.twilio.com/docs/usage/webhooks/webhooks-security says: with and without the port in the address,
 * form parameters by name, other bodies by the hash in the address.
 */
export function isSignedBy(tokens: readonly string[], { url, signature, body, isForm }: SignedRequest): boolean {
  if (!isForm && !hasBodyHash(url, body)) return false;
  const parameters = isForm ? signedForm(body) : '';
  // Each is compared, found or not, so that time tells nothing.
  return tokens
    .flatMap((token) => addressesOf(url).map((address) => sign(token, address + parameters)))
    .map((expected) => isSame(expected, signature))
    .some((same) => same);
}

/** What Twilio would sign a form with that it posts to an address. */
export function signatureOf(token: string, url: string, form: string): string {
  return sign(token, url + signedForm(form));
}

function sign(token: string, text: string): string {
  return createHmac('sha1', token).update(text, 'utf8').digest('base64');
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Every parameter as name and value, by name; of repeated ones each value once, in order. */
function signedForm(body: string): string {
  const form = new URLSearchParams(body);
  return [...new Set(form.keys())]
    .sort()
    .flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value))
    .join('');
}

const defaultPorts: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/** The address as it is, without its port, and with it: proxies and Twilio disagree about that. */
function addressesOf(url: string): readonly string[] {
  const [, scheme = '', user = '', host = '', port, rest = ''] =
    /^(https?:)\/\/([^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(:\d+)?(.*)$/is.exec(url) ?? [];
  if (scheme === '') return [];
  const withPort = `${scheme}//${user}${host}${port ?? `:${defaultPorts[scheme.toLowerCase()]}`}${rest}`;
  return [...new Set([url, `${scheme}//${user}${host}${rest}`, withPort])];
}

function hasBodyHash(url: string, body: string): boolean {
  const [, hash] = /[?&]bodySHA256=([0-9a-f]{64})(?:&|$)/i.exec(url) ?? [];
  return hash !== undefined && isSame(createHash('sha256').update(body).digest('hex'), hash.toLowerCase());
}
