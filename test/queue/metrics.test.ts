import { afterEach, expect, it } from 'vitest';
import { serveMetrics, startMetrics } from '../../src/queue/metrics.ts';

let close = async () => {};
afterEach(() => close());

it('serves counters, gauges and health on loopback', async () => {
  const metrics = startMetrics({ volley_accepted: { help: 'Taken.', read: () => 7 } });
  metrics.count('volley_attempts_total', 'accepted');
  metrics.count('volley_attempts_total', 'accepted');
  metrics.count('volley_attempts_total', 'a"b\\c');
  const served = await serveMetrics(metrics, 0);
  close = served.close;
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${served.port}${path}`);
    return [response.status, await response.text()] as const;
  };
  const [status, text] = await get('/metrics');
  expect(status).toBe(200);
  expect(text).toContain('# TYPE volley_attempts_total counter\nvolley_attempts_total{result="accepted"} 2\n');
  expect(text).toContain('volley_attempts_total{result="a_b_c"} 1\n');
  expect(text).toMatch(/# TYPE volley_accepted gauge\nvolley_accepted 7\n$/);
  expect(await get('/healthz')).toEqual([200, 'ok\n']);
  expect((await get('/secret'))[0]).toBe(404);
  await expect(serveMetrics(metrics, served.port)).rejects.toMatchObject({ code: 'usage' });
});
