import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
  await page();
}, 60_000);
afterAll(() => at.close());

const page = (headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${at.url}/graphql`, { method, headers: { accept: 'text/html,*/*', ...headers } });

it('a browser that trusts no other host or page gets the page', async () => {
  const { status, headers } = await page();
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('vary')).toContain('Accept-Encoding');
  const policy = headers.get('content-security-policy')!;
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/script-src[^;]*(unsafe|\*|self)/);
});

it('the policy allows exactly the scripts of the page', async () => {
  const response = await page({ 'accept-encoding': 'identity' });
  const text = await response.text();
  const policy = response.headers.get('content-security-policy')!;
  // The first script contains those tags as texts, so the others are looked for from the end.
  const third = text.lastIndexOf('</script>');
  const second = text.lastIndexOf('</script>', third - 1);
  const ends = [text.lastIndexOf('</script>', second - 1), second, third];
  const starts = [text.indexOf('<script>'), ...ends.slice(0, 2).map((end) => text.indexOf('<script>', end))];
  const scripts = starts.map((start, n) => text.slice(start + '<script>'.length, ends[n]));
  expect(policy.match(/'sha256-/g)).toHaveLength(scripts.length);
  for (const script of scripts)
    expect(policy).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  expect(scripts[1]).toContain('graphqlSse');
  expect(scripts[2]).not.toContain('localStorage');
});

it('the page is compressed as the browser asks, and each form has its own ETag', async () => {
  const seen = new Set<string>();
  const plain = Buffer.from(await (await page({ 'accept-encoding': 'identity' })).arrayBuffer());
  const asked = { br: 'gzip, br', gzip: 'gzip, br;q=0' };
  for (const [encoding, accepted] of Object.entries(asked)) {
    const response = await page({ 'accept-encoding': accepted });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    // `fetch` has decompressed it.
    expect(Buffer.from(await response.arrayBuffer()).equals(plain)).toBe(true);
    expect(Number(response.headers.get('content-length'))).toBeLessThan(plain.length / 3);
    seen.add(response.headers.get('etag')!);
  }
  expect(seen.size).toBe(2);
});

it('a browser that has the page gets 304, and one that asks with HEAD gets no body', async () => {
  const etag = (await page()).headers.get('etag')!;
  const again = await page({ 'if-none-match': `"other", W/${etag}` });
  expect(again.status).toBe(304);
  expect(again.headers.get('etag')).toBe(etag);
  const head = await page({}, 'HEAD');
  expect(head.status).toBe(200);
  expect(await head.text()).toBe('');
});

it('a hundred sockets that do not read take no memory of their own', async () => {
  const before = process.memoryUsage().rss;
  const sockets: Socket[] = [];
  try {
    for (let count = 0; count < 100; count++) {
      const socket = connect(Number(new URL(at.url).port), '127.0.0.1').on('error', () => {});
      // It reads no more than its own buffer takes.
      socket.on('readable', () => {}).write('GET /graphql HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n');
      sockets.push(socket);
    }
    await expect.poll(() => sockets.filter(({ readableLength }) => readableLength > 0).length).toBe(100);
    // The page that is not compressed has nine megabytes.
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});
