import { lookup } from 'node:dns';
import { BlockList, isIP, isIPv6 } from 'node:net';
import pLimit from 'p-limit';
import { mediaProblem } from '../core/request/media.ts';

/** Looks at a media address; resolves to what is wrong with it. */
export type CheckMedia = (url: string) => Promise<string | undefined>;

/** How long one look may take, in milliseconds. */
const timeoutMs = 3000;

/** How many looks are under way at once: each has a connection, and a list may name as many hosts as rows. Our choice. */
const looksAtOnce = 16;

/** How many answers are kept: a campaign often has one picture. */
const rememberedUrls = 10_000;

const internal = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  internal.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  internal.addSubnet(network, bits, 'ipv6');
}

/** False for private, loopback, link-local and metadata addresses, also where IPv6 wraps them. */
export function isPublicAddress(address: string): boolean {
  return isIP(address) !== 0 && !internal.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Makes a checker that asks with HEAD, follows no redirect, and never connects to an address that is not public:
 * a media URL comes from a file, and must not make volley knock at machines behind the firewall.
 */
export async function mediaChecker(isAllowed: (address: string) => boolean = isPublicAddress): Promise<CheckMedia> {
  const { httpClient } = await import('../http.ts');
  const client = httpClient({ timeoutMs, lookup: guardedLookup(isAllowed) });
  const seen = new Map<string, Promise<string | undefined>>();
  const limited = pLimit(looksAtOnce);

  const look = async (url: string): Promise<string | undefined> => {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) && !isAllowed(host)) return 'is not on the public internet';
    const answer = await client.request({ method: 'HEAD', url });
    if (answer.kind !== 'answer') {
      return answer.reason === notPublic ? 'is not on the public internet' : `cannot be fetched (${answer.reason})`;
    }
    const { status, headers } = answer;
    const length = headers['content-length'];
    return mediaProblem({
      status,
      type: headers['content-type'],
      bytes: length === undefined ? undefined : Number(length),
    });
  };
  return (url) => {
    const known = seen.get(url);
    if (known) return known;
    if (seen.size >= rememberedUrls) seen.clear();
    const looked = limited(look, url);
    seen.set(url, looked);
    return looked;
  };
}

const notPublic = 'ERR_NOT_PUBLIC';

/** Resolves as Node does, and leaves out what is refused: the address that was checked is the one that is connected to. */
function guardedLookup(isAllowed: (address: string) => boolean): typeof lookup {
  const guarded = (
    host: string,
    options: object,
    callback: (error: Error | null, ...rest: unknown[]) => void,
  ): void => {
    lookup(host, { ...options, all: true }, (error, found) => {
      const allowed = (found ?? []).filter(({ address }) => isAllowed(address));
      const [first] = allowed;
      if (error) callback(error);
      else if (!first) callback(Object.assign(new Error('not a public address'), { code: notPublic }));
      // Node asks for all of them where it may try one after the other.
      else if ('all' in options && options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
  return guarded as typeof lookup;
}
