import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { refusedUploads, refusingGateway } from '../support/refused-uploads.js';

let at: TestGateway;
let browser: Browser;
beforeAll(async () => {
  [at, browser] = await Promise.all([openTestGateway(refusingGateway), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await at?.close();
});

it('a refused upload is answered to a page', async () => {
  const page = await browser.newPage();
  await page.goto(`${at.url}/graphql`);
  const uploads = await refusedUploads(at);
  const received = await page.evaluate(async (given) => {
    const answers: [number, string][] = [];
    for (const { method, url, headers, bytes } of given) {
      const body = new Blob([new Uint8Array(bytes).fill(32)]);
      // With credentials, the challenge for Git's users would open a dialog.
      const sent = fetch(url, { method, headers, body, credentials: 'omit' });
      answers.push(
        await sent.then(
          async (answer) => [answer.status, await answer.text()],
          (error) => [0, String(error)],
        ),
      );
    }
    return answers;
  }, uploads);
  const rows = received.map(([status, body], n) => {
    const { name, answer } = uploads[n]!;
    return `${name}: ${status} ${body.includes(answer) ? answer : body.slice(0, 200)}`;
  });
  expect(rows).toEqual(uploads.map(({ name, status, answer }) => `${name}: ${status} ${answer}`));
});
