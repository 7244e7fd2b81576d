import { existsSync } from 'node:fs';

/** Where Debian's packages put it: first the one without windows, menus and toolbars, whose pages take less time to open. */
const installed = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

/** The program of a Chromium browser: `TEST_CHROMIUM`, else one of Debian; undefined where there is none. */
export function findChromium(): string | undefined {
  return process.env.TEST_CHROMIUM || installed.find((path) => existsSync(path));
}
