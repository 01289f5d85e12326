import { RequestError } from 'got';
import { httpClient } from '../http.ts';
import type { Asked } from '../provider/provider.ts';

/** How long an address may take to answer, in milliseconds. */
const timeoutMs = 5000;

/** Asks an address whether anything is there, by HEAD, which changes nothing: the HTTP status, or why there is none. */
export async function probe(url: string): Promise<Asked<number>> {
  try {
    const client = httpClient({ timeout: { request: timeoutMs }, headers: { 'user-agent': 'volley' } });
    const { statusCode } = await client.head(url);
    return { ok: true, value: statusCode };
  } catch (error) {
    if (error instanceof RequestError) return { ok: false, reason: error.code };
    throw error;
  }
}
