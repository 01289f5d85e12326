import { request } from 'node:http';
import { describe, expect, it, type TestContext } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { monotonic, sleep } from '../../src/clock.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import { watchPage } from '../../src/ui/watch-page.ts';
import { useBrowser } from '../chromium.ts';
import { recipients } from '../context.ts';
import { world } from './volley.ts';

const hostile = '<img src=x onerror=alert(1)>';

/** A watch in the browser of a campaign of which one of three is sent; `volley` works on it meanwhile. */
async function served(test: TestContext, name = 'c') {
  const made = world();
  const stop = new AbortController();
  await made.batch(recipients(3), '--campaign', name, '--limit', '1', '--quiet');
  const real = { monotonic, sleep, now: Date.now, signal: stop.signal };
  const ended = main(['watch', name, '--web', '--json'], { ...made.context, ...real });
  const end = () => {
    stop.abort();
    return ended;
  };
  test.onTestFinished(async () => void (await end()));
  await test.expect.poll(() => made.stdout.at(-1) ?? '').toContain('"url"');
  const { url } = JSON.parse(made.stdout.at(-1) ?? '') as { url: string };
  const report = async () => {
    await made.volley('report', name, '--json');
    return JSON.parse(made.stdout.at(-1) ?? '');
  };
  return { ...made, url, ended, end, report };
}

/** What the server answers to a request as a program may make it. */
function ask(url: string, method = 'GET', headers: Readonly<Record<string, string>> = {}) {
  return new Promise<number>((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject).end();
  });
}

interface Seen {
  readonly left: string;
  readonly isOver: boolean;
  readonly all: boolean;
  readonly isPaused: boolean;
}

/** The looks that the server tells, as far as `isEnough`. */
async function looks(url: string, isEnough: (look: Seen) => boolean) {
  const response = await fetch(`${url}events`);
  const seen: Seen[] = [];
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
      const told = JSON.parse(text.slice(0, at).replace('event: look\ndata: ', ''));
      text = text.slice(at + 2);
      const left = told.figures.find(({ label }: { label: string }) => label === 'left').value;
      const { isOver, all, isPaused } = told;
      seen.push({ left, isOver, all, isPaused });
      if (isEnough({ left, isOver, all, isPaused })) return seen;
    }
  }
  return seen;
}

describe.concurrent('watch --web', () => {
  it('is on loopback, at an address that cannot be guessed, for whoever calls it by its name', async (test) => {
    const { url, stderr } = await served(test);
    const { origin, host, port, pathname } = new URL(url);
    expect(pathname).toMatch(/^\/[\w-]{32}\/$/);
    expect(stderr.at(-1)).toContain('can call the campaign back');
    expect(await ask(url)).toBe(200);
    const wrong = `${pathname.slice(0, -2)}${pathname.at(-2) === 'x' ? 'y' : 'x'}/`;
    for (const path of ['/', '/events', wrong, `${pathname}other`, pathname.slice(0, -1)]) {
      expect([path, await ask(origin + path)]).toEqual([path, 404]);
    }
    for (const name of ['evil.example', `evil.example:${port}`, `localhost:${port}`, '127.0.0.1']) {
      expect([name, await ask(url, 'GET', { host: name })]).toEqual([name, 404]);
      expect([name, await ask(`${url}recall`, 'POST', { host: name })]).toEqual([name, 404]);
    }
    expect(host).toBe(`127.0.0.1:${port}`);
  });

  it('answers with a strict policy, to nobody from elsewhere, and is kept nowhere', async (test) => {
    const { url } = await served(test);
    const { headers } = await fetch(url);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'nonce-[^']+'; script-src 'nonce-[^']+'; connect-src 'self'/,
    );
    expect(policy).not.toContain('unsafe');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(policy).not.toBe((await fetch(url)).headers.get('content-security-policy'));
  });

  it('recalls on a POST of its own page, and on nothing else', async (test) => {
    const { url, report, ended } = await served(test);
    const { origin } = new URL(url);
    expect(await ask(`${url}recall`)).toBe(405);
    expect(await ask(url, 'POST')).toBe(405);
    expect(await ask(`${url}recall`, 'POST', { origin: 'https://evil.example' })).toBe(403);
    expect(await ask(`${url}recall`, 'POST', { origin, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect((await report()).counts).toMatchObject({ pending: 2, canceled: 0 });
    const answer = await fetch(`${url}recall`, { method: 'POST', headers: { origin } });
    expect(await answer.json()).toEqual({
      text: '2 messages canceled before being sent, 0 called back from Twilio, 1 had gone out, or may have.',
    });
    expect((await report()).counts).toMatchObject({ pending: 0, canceled: 2 });
    await expect(Promise.race([ended, Promise.resolve('goes on')])).resolves.toBe('goes on');
  });

  it('pauses, goes on and changes the rate on a POST of its own page', async (test) => {
    const { url, volley, context, ledgerPath } = await served(test);
    const { origin } = new URL(url);
    const post = async (path: string) => {
      const answer = await fetch(url + path, { method: 'POST', headers: { origin } });
      return [answer.status, ((await answer.json()) as { text: string }).text];
    };
    const ledger = await context.openLedger(ledgerPath);
    const control = async () => ledger.control((await ledger.find('c'))?.id ?? '');
    for (const path of ['pause', 'go-on', 'rate?perSecond=1']) {
      expect([await ask(url + path), await ask(url + path, 'POST', { origin: 'https://evil.example' })]).toEqual([
        405, 403,
      ]);
    }
    expect([await ask(`${url}?x`), await control()]).toEqual([404, {}]);
    expect(await post('pause')).toEqual([200, 'Paused. What is on its way to Twilio still goes out.']);
    expect(await control()).toEqual({ pausedAt: expect.any(Number) });
    const [look] = await looks(url, ({ isPaused }) => isPaused);
    expect(look).toBeDefined();
    expect(await post('go-on')).toEqual([200, 'It goes on.']);
    expect(await post('rate?perSecond=7.5')).toEqual([200, expect.stringMatching(/^At most 7\.5 a second/)]);
    expect(await control()).toEqual({ perSecond: 7.5 });
    for (const given of ['-1', '0', 'fast', '99999'])
      expect(await post(`rate?perSecond=${given}`)).toEqual([500, expect.stringMatching(/^The rate must be a number/)]);
    expect(await post('rate?perSecond=')).toEqual([200, 'The rate is again what the run was given.']);
    expect([await control(), await volley('resume', 'c', '--quiet')]).toEqual([{}, 0]);
    await ledger.close();
  });

  it('tells what happens as it happens, all of it to a page that comes later, and ends with 0', async (test) => {
    const { url, volley, end } = await served(test);
    const seen = looks(url, ({ left }) => left === '0');
    await volley('resume', 'c', '--quiet');
    expect((await seen).at(-1)).toMatchObject({ left: '0' });
    expect((await looks(url, () => true))[0]?.all).toBe(true);
    expect(await end()).toBe(0);
    await expect(ask(url)).rejects.toThrow();
  });

  it('takes no port without --web, and says when a port is taken', async (test) => {
    const { url, volley, stderr } = await served(test);
    expect(await volley('watch', 'c', '--port', '1')).toBe(2);
    expect(stderr.at(-1)).toContain('--port is for --web.');
    expect(await volley('watch', 'c', '--web', '--port', new URL(url).port)).toBe(2);
    expect(stderr.join('\n')).toContain('cannot be used (EADDRINUSE)');
  });
});

describe.concurrent('the page in a browser', () => {
  const openAddress = useBrowser();

  async function open(
    test: TestContext,
    url: string,
    { width = 1280, colorScheme = 'light' as 'light' | 'dark' } = {},
  ) {
    const opened = await openAddress(url, { viewport: { width, height: 800 }, colorScheme }, test);
    opened.tab.setDefaultTimeout(8000);
    await opened.tab.locator('#figures li').first().waitFor();
    return opened;
  }

  it('follows the campaign, asks only its own server, and shows any name as text', async (test) => {
    const { url, volley } = await served(test, hostile);
    const { tab, asked, problems } = await open(test, url);
    expect(await tab.locator('h1').textContent()).toBe(hostile);
    expect(await tab.locator('img').count()).toBe(0);
    await volley('resume', hostile, '--quiet');
    await test.expect.poll(() => tab.locator('#figures').textContent()).toContain('0left3accepted');
    expect(await tab.locator('#note').textContent()).toBe('All has been sent; waiting for news of its delivery.');
    await test.expect.poll(() => tab.locator('#delivery').getAttribute('aria-label')).toContain('accepted 3');
    expect(await tab.locator('#delivery path.curve').first().getAttribute('d')).toMatch(/^M[\d.,]+L/);
    expect(await tab.getByRole('button', { name: 'Call back …' }).isDisabled()).toBe(true);
    expect([...new Set(asked)].filter((address) => !address.startsWith(url))).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('calls back by keyboard, once that is confirmed', async (test) => {
    const { url, report } = await served(test);
    const { tab, problems } = await open(test, url);
    const focused = () => tab.evaluate('document.activeElement.textContent');
    await tab.keyboard.press('Tab');
    expect(await focused()).toBe('Call back …');
    expect(await tab.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await tab.keyboard.press('Enter');
    expect(await focused()).toBe('Go on sending');
    await tab.keyboard.press('Enter');
    expect((await report()).counts.pending).toBe(2);
    await tab.keyboard.press('Enter');
    await tab.keyboard.press('Tab');
    expect(await focused()).toBe('Call back');
    await tab.keyboard.press('Enter');
    await test.expect.poll(() => tab.locator('#said').textContent()).toContain('2 messages canceled');
    expect((await report()).counts).toMatchObject({ pending: 0, canceled: 2 });
    expect(problems).toEqual([]);
  });

  it('pauses a run of another process, changes its rate, and lets it go on', async (test) => {
    const { url, report, context, ledgerPath } = await served(test);
    const { tab, problems } = await open(test, url);
    await tab.getByRole('button', { name: 'Pause' }).click();
    await test.expect.poll(() => tab.locator('#note').textContent()).toBe('Paused: nothing is sent until it goes on.');
    const beside = { monotonic, sleep, now: Date.now, openLedger: async (path: string) => openSqliteLedger(path) };
    const ended = main(['resume', 'c', '--quiet'], { ...context, ...beside });
    expect((await report()).counts).toMatchObject({ accepted: 1, pending: 2 });
    await tab.getByLabel('Messages a second').fill('5');
    await tab.getByRole('button', { name: 'Set' }).click();
    await test.expect.poll(() => tab.locator('#said').textContent()).toContain('At most 5 a second');
    await test.expect.poll(() => tab.locator('#note').textContent()).toContain('Rate changed to 5 a second');
    await tab.getByRole('button', { name: 'Go on' }).click();
    expect(await ended).toBe(0);
    expect((await report()).counts).toMatchObject({ accepted: 3, pending: 0 });
    await test.expect.poll(() => tab.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    expect(problems).toEqual([]);
    const ledger = await context.openLedger(ledgerPath);
    expect(await ledger.control((await ledger.find('c'))?.id ?? '')).toEqual({ perSecond: 5 });
    await ledger.close();
  });

  it.for([
    [375, 'light'],
    [375, 'dark'],
    [1280, 'dark'],
  ] as const)('fits %i pixels in %s', async ([width, colorScheme], test) => {
    const { url } = await served(test, `a-name-${'x'.repeat(60)}`);
    const { tab } = await open(test, url, { width, colorScheme });
    expect(await tab.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    const back = await tab.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(back).toBe(colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');
    const cut = `[...document.querySelectorAll('text')].filter((text) =>
      text.getBoundingClientRect().left < text.ownerSVGElement.getBoundingClientRect().left).length`;
    expect(await tab.evaluate(cut)).toBe(0);
  });

  it('says above all that it is a rehearsal', () => {
    expect(watchPage('spring', 'n', 'Rehearsal: nothing leaves.')).toContain('<p class="rehearsal">Rehearsal: nothing');
    expect(watchPage('spring', 'n')).not.toContain('class="rehearsal"');
  });
});
