import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openBrowser, watchedPage } from '../support/browser.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { type OidcIssuer, startOidcIssuer } from '../support/oidc-issuer.js';

let issuer: OidcIssuer;
let at: TestGateway;
let browser: Browser;
beforeAll(async () => {
  [issuer, browser] = await Promise.all([startOidcIssuer([]), openBrowser()]);
  at = await openTestGateway({ env: { OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: issuer.audience } });
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser?.close();
  await at?.close();
  await issuer?.stop();
});

/** Opens a form and pastes a token, which a browser cuts where the form allows no more. */
async function paste(path: string, token: string): Promise<Page> {
  const { page } = await watchedPage(browser);
  await page.goto(at.url + path);
  await page.getByLabel('API token').focus();
  await page.keyboard.insertText(token);
  await page.getByRole('button', { name: /^(Sign in|Open)$/ }).click();
  return page;
}

it('the forms of the pages and of the explorer take a JWT of 6 KB', async () => {
  const groups = Array.from({ length: 200 }, (_, n) => `group ${n} of a company`);
  const token = await issuer.sign({ sub: 'ada', email: 'ada@example.com', groups });
  expect(token.length).toBeGreaterThan(6_000);
  const page = await paste('/', token);
  await page.getByRole('heading', { name: 'Spaces', exact: true }).waitFor();
  const explorer = await paste('/graphql', token);
  await explorer.locator('.graphiql-editors .monaco-editor').first().waitFor();
});

it('the forms say why a JWT is refused', async () => {
  const token = await issuer.sign({ sub: 'bob' });
  for (const path of ['/', '/graphql']) {
    const page = await paste(path, token);
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('has no claim "email"');
  }
});
