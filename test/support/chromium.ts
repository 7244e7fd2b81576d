import { existsSync } from 'node:fs';

/** Where Debian's package `chromium` puts it. */
const installed = '/usr/bin/chromium';

/** The program of a Chromium browser: `TEST_CHROMIUM`, else that of Debian; undefined where there is none. */
export function findChromium(): string | undefined {
  return process.env.TEST_CHROMIUM || (existsSync(installed) ? installed : undefined);
}
