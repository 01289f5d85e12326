/** What a server says of a file. */
export interface MediaHead {
  readonly status: number;
  readonly type: string | undefined;
  readonly bytes: number | undefined;
}

/** Twilio's limits, https://www.twilio.com/docs/messaging/guides/accepted-mime-types: pictures it can shrink, and the rest. */
const pictures = new Set(['image/jpeg', 'image/jpg', 'image/png', 'image/gif']);
const maxPictureBytes = 5_000_000;
const maxOtherBytes = 500_000;

/** What would keep Twilio from sending a file, if anything. */
export function mediaProblem({ status, type, bytes }: MediaHead): string | undefined {
  if (status >= 300 && status < 400) return `answers with a redirect (HTTP ${status})`;
  if (status !== 200) return `answers HTTP ${status}`;
  const kind = type?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (kind === '') return 'has no content type, which Twilio needs';
  if (kind === 'text/html') return 'is a web page, not a file';
  if (bytes === undefined || Number.isNaN(bytes)) return undefined;
  const most = pictures.has(kind) ? maxPictureBytes : maxOtherBytes;
  return bytes > most
    ? `has ${(bytes / 1e6).toFixed(1)} MB, more than the ${most / 1e6} MB that ${kind} may have`
    : undefined;
}
