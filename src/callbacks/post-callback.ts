import { httpClient } from '../http.ts';
import type { Asked, WrittenCallback } from '../provider/provider.ts';

/** How long a listener may take to answer, in milliseconds: as long as Twilio gives it. */
const timeoutMs = 15_000;

/** Posts a callback once: the HTTP status of the answer, or why there is none. */
export async function postCallback(url: string, { headers, body }: WrittenCallback): Promise<Asked<number>> {
  const client = httpClient({ timeoutMs });
  const answer = await client.request({ method: 'POST', url, headers, body });
  client.close();
  return answer.kind === 'answer' ? { ok: true, value: answer.status } : { ok: false, reason: answer.reason };
}
