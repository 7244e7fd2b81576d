import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { parentPort } from 'node:worker_threads';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { buildExplorerPage } from './build-explorer-page.js';
import type { PreparedPage } from './prepare-explorer-page.js';

/** Higher ones take ten seconds and more. */
const brotliQuality = 6;

async function prepare(): Promise<PreparedPage> {
  const { html, contentSecurityPolicy } = await buildExplorerPage();
  const identity = Buffer.from(html);
  const digest = createHash('sha256').update(identity).digest('base64url').slice(0, 22);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
    [constants.BROTLI_PARAM_SIZE_HINT]: identity.length,
  };
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(identity, { params }),
    promisify(gzip)(identity),
  ]);
  const bodies = { br: new Uint8Array(br), gzip: new Uint8Array(zipped), identity: new Uint8Array(identity) };
  return { bodies, digest, contentSecurityPolicy };
}

const page = await prepare();
parentPort!.postMessage(
  page,
  Object.values(page.bodies).map(({ buffer }) => buffer),
);
