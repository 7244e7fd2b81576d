import { once } from 'node:events';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { pythonWith, runProgram } from '../support/python-environment.js';
import { type RefusedUpload, refusedUploads, refusingGateway } from '../support/refused-uploads.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway(refusingGateway);
});
afterAll(() => at.close());

/** What a client got; with status 0 the message of its failure. */
interface Received {
  status: number;
  body: string;
}

const inPython = (client: string) => async (uploads: RefusedUpload[]) => {
  const python = await pythonWith('requests-2.34.2', ['requests==2.34.2']);
  const input = JSON.stringify({ client, uploads });
  const { text } = await runProgram(python, ['test/support/upload-clients.py'], { cwd: '.', input });
  return JSON.parse(text.trim().split('\n').at(-1)!) as Received[];
};

const inCurl = (...options: string[]) =>
  oneByOne(async ({ method, url, headers, bytes }) => {
    const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const args = ['-sS', '-m', '60', '-X', method, '-w', '\n%{http_code}', '--data-binary', '@-'];
    const input = ' '.repeat(bytes);
    const { exitCode, text } = await runProgram('curl', [...args, ...options, ...fields, url], { input });
    if (exitCode !== 0) throw new Error(text);
    const lines = text.split('\n');
    return { status: Number(lines.pop()), body: lines.join('\n') };
  });

const inNode = (framed: (bytes: number) => Record<string, string>) =>
  oneByOne(async ({ method, url, headers, bytes }) => {
    const sent = request(url, { method, headers: { ...headers, ...framed(bytes) } });
    Readable.from(blocks(bytes)).pipe(sent);
    const [answer] = await once(sent, 'response');
    let body = '';
    for await (const chunk of answer) body += chunk;
    return { status: answer.statusCode, body };
  });

const inFetch = oneByOne(async ({ method, url, headers, bytes }) => {
  const answer = await fetch(url, { method, headers, body: ' '.repeat(bytes) });
  return { status: answer.status, body: await answer.text() };
});

function* blocks(bytes: number) {
  for (let left = bytes; left > 0; left -= 65_536) yield Buffer.alloc(65_536, ' ');
}

function oneByOne(send: (upload: RefusedUpload) => Promise<Received>) {
  return async (uploads: RefusedUpload[]) => {
    const received: Received[] = [];
    for (const upload of uploads)
      received.push(
        await send(upload).catch((error) => ({ status: 0, body: `${error} ${error.cause ?? ''}` })),
      );
    return received;
  };
}

it.each<[string, (uploads: RefusedUpload[]) => Promise<Received[]>]>([
  ["Python's http.client", inPython('http.client')],
  ["Python's http.client in chunks", inPython('http.client in chunks')],
  ["Python's urllib, which closes the connection", inPython('urllib')],
  ["Python's requests", inPython('requests')],
  ['curl, which waits for 100 Continue', inCurl('-H', 'Expect: 100-continue')],
  ['curl, which does not wait', inCurl('-H', 'Expect:')],
  ['curl in chunks', inCurl('-H', 'Expect:', '-H', 'Transfer-Encoding: chunked')],
  ['curl with HTTP/1.0', inCurl('--http1.0')],
  ["Node's http", inNode((bytes) => ({ 'content-length': String(bytes) }))],
  ["Node's http in chunks", inNode(() => ({ 'transfer-encoding': 'chunked' }))],
  ["Node's fetch", inFetch],
])(
  'a refused upload is answered to %s',
  async (client, send) => {
    const all = await refusedUploads(at);
    const uploads = client.includes('in chunks') ? all.filter(({ isAnnounced }) => !isAnnounced) : all;
    const received = await send(uploads);
    const table = (rows: { status: number; body: string }[]) =>
      uploads.map(({ name, answer }, n) => {
        const { status, body } = rows[n]!;
        return `${name}: ${status} ${body.includes(answer) ? answer : body.slice(0, 200)}`;
      });
    expect(table(received)).toEqual(table(uploads.map(({ status, answer }) => ({ status, body: answer }))));
  },
  120_000,
);
