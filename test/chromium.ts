import { type Browser, chromium } from 'playwright-core';
import { pathOf } from './needs.ts';

const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** Starts the browser of this machine, silent towards the network; undefined where there is none. */
export async function launchChromium(): Promise<Browser | undefined> {
  const executablePath = pathOf('chromium');
  return executablePath === undefined ? undefined : chromium.launch({ executablePath, args: flags.split(' ') });
}
