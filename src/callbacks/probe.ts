import { httpClient } from '../http.ts';
import type { Asked } from '../provider/provider.ts';

/** How long an address may take to answer, in milliseconds. */
const timeoutMs = 5000;

/** Asks an address whether anything is there, by HEAD, which changes nothing: the HTTP status, or why there is none. */
export async function probe(url: string): Promise<Asked<number>> {
  const client = httpClient({ timeoutMs });
  const answer = await client.request({ method: 'HEAD', url });
  client.close();
  return answer.kind === 'answer' ? { ok: true, value: answer.status } : { ok: false, reason: answer.reason };
}
