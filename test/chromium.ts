import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, type TestContext } from 'vitest';
import { needs, pathOf } from './needs.ts';

const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** The same engine either way; the one without windows takes less than half of the processor's time. */
const programs = ['chromium-headless-shell', 'chromium'] as const;

/**
 * A browser for the tests of the `describe` that calls it, silent towards the network; they are skipped where there is
 * none. Opens an address, and tells what its page asked for and what went wrong on it.
 */
export function useBrowser() {
  const executablePath = programs.map(pathOf).find((path) => path !== undefined);
  let browser: Browser;
  beforeAll(async () => {
    if (executablePath !== undefined) browser = await chromium.launch({ executablePath, args: flags.split(' ') });
  });
  beforeEach((test) => {
    if (executablePath === undefined) needs('chromium-headless-shell', test);
  });
  afterAll(() => browser?.close());
  return async (address: string, options: BrowserContextOptions, { onTestFinished }: TestContext) => {
    const tab = await browser.newPage(options);
    onTestFinished(() => tab.close());
    const asked: string[] = [];
    const problems: string[] = [];
    tab.on('request', (request) => void asked.push(request.url()));
    tab.on('console', (line) => void problems.push(line.text()));
    tab.on('pageerror', (error) => void problems.push(error.message));
    await tab.goto(address);
    return { tab, asked, problems };
  };
}
