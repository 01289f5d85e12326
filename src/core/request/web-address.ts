/** The longest name that DNS has, in characters; https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4. */
const maxHostCharacters = 253;
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * What is wrong with an address that somebody else is to fetch or call; undefined for nothing. It is http or https with
 * a real host name (https://www.rfc-editor.org/rfc/rfc1123#section-2.1), or an IP address, and holds no password.
 */
export function webAddressProblem(text: string): { readonly problem: string; readonly hint: string } | undefined {
  // The text as it is written: a parser repairs https:///x and what has a backslash in it, and others repair it differently.
  const authority = /^https?:\/\/([^/?#\s\\]+)(?:[/?#]\S*)?$/i.exec(text)?.[1];
  if (authority === undefined) {
    return { problem: 'is not a web address', hint: 'It starts with https:// or http:// and the name of a host.' };
  }
  if (authority.includes('@')) {
    return {
      problem: 'has a user name or password in it',
      hint: 'Whoever sees the address would see them: leave them out.',
    };
  }
  if (authority.includes('_')) {
    return { problem: 'has _ in its host name, which Twilio refuses', hint: hostHint };
  }
  const port = /:(\d+)$/.exec(authority)?.[1];
  if (port !== undefined && Number(port) > 65_535) return { problem: 'has a port that cannot exist', hint: portHint };
  return isHost(authority, text) ? undefined : { problem: 'has no host name that can exist', hint: hostHint };
}

/** An address as it may be shown: what stands before an @ in it may be a password. */
export function withoutUserinfo(text: string): string {
  return text.replace(/^(https?:\/\/)[^/?#]*@/i, '$1•••@');
}

const portHint = 'Ports are 1 to 65535.';
const hostHint = 'Host names are letters, digits and inner hyphens, with single dots between.';

function isHost(authority: string, text: string): boolean {
  // Names in other letters are fine as the parser spells them: ünïcode.example is xn--ncode-cta3g.example.
  const hostname = authority.includes('%') ? undefined : parseUrl(text)?.hostname;
  if (hostname === undefined) return false;
  if (hostname.startsWith('[')) return true;
  return hostname.length <= maxHostCharacters && hostname.split('.').every((part) => label.test(part));
}

/**
 * An address in its parts; undefined for what is none. Not by `URL.canParse`: in Node 20 that refuses every ü once it
 * was called some thousand times (it is compiled then, and reads Latin-1 as UTF-8).
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** True for the name or address of this machine, as `URL.hostname` writes it. */
export function isLoopback(hostname: string): boolean {
  return loopback.has(hostname);
}

/** True for an address that is reached with TLS, or without leaving this machine. */
export function travelsSafely(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
