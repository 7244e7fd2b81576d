import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { demo } from '../../../prisma/seed.js';
import type { HostileInput, HostileTarget } from '../hostile-input.js';
import { sendRest } from '../send-rest.js';

const streams = 1_000;
const query = `subscription { workspaceChanged(spaceSlug: "${demo.slug}") { change workspace { id name } } }`;

/** Many streams of one token. */
export const streamInputs: HostileInput[] = [
  {
    what: '1,000 workspaceChanged streams and one update',
    async send(target) {
      const open = await openStreams(target);
      try {
        const delivered = Promise.all(open.map(({ response }) => event(response)));
        const path = `/workspaces/${target.workspaceIds[1]}`;
        await sendRest(target, { method: 'PATCH', path, body: '{"name":"Renamed"}' });
        await delivered;
        return `${open.length} events`;
      } finally {
        for (const { sent } of open) sent.destroy();
      }
    },
  },
];

interface Stream {
  sent: ClientRequest;
  response: IncomingMessage;
}

/** Ten at a time, because to open them is not what is measured. */
async function openStreams(target: HostileTarget): Promise<Stream[]> {
  const open: Stream[] = [];
  while (open.length < streams)
    open.push(...(await Promise.all(Array.from({ length: 10 }, () => openStream(target)))));
  return open;
}

async function openStream({ port, token }: HostileTarget): Promise<Stream> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'text/event-stream',
  };
  const sent = request({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers });
  sent.on('error', () => {}).end(JSON.stringify({ query }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`a stream was refused: ${response.statusCode}`);
  return { sent, response };
}

function event(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    response.on('data', (chunk: Buffer) => {
      if (chunk.includes('workspaceChanged')) resolve();
    });
  });
}
