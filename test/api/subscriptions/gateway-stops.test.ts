import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openTestGateway } from '../../support/gateway.js';

it('a gateway that stops ends its streams without a last event, and says when to connect again', async () => {
  const at = await openTestGateway();
  const query = 'subscription { executionsChanged(spaceSlug: "demo") { id } }';
  const open = (path: string) =>
    fetch(`${at.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${at.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query }),
    });
  const streams = await Promise.all(['/graphql', '/graphql/stream'].map(open));
  expect(streams.map(({ status }) => status)).toEqual([200, 200]);
  const texts = streams.map((stream) => stream.text());
  const closed = at.gateway.close();
  const all = await Promise.race([Promise.all(texts), sleep(2_500)]);
  for (const text of all!) expect(text).toMatch(/^(:.*\n\n)*retry: 2000\n\n$/);
  await closed;
  await rm(at.dataDir, { recursive: true, force: true });
});
