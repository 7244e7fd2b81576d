import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';

/** A registry with one image, whose only file has 3 MB, and whose program does not exist. */
export interface ImageRegistry {
  image: string;
  close(): Promise<void>;
}

/**
 * Opens a registry on this machine that an engine on it can pull from.
 * @see https://distribution.github.io/distribution/spec/api/
 */
export async function openImageRegistry(): Promise<ImageRegistry> {
  const blobs = new Map<string, Buffer>();
  const add = (bytes: Buffer) => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { digest, size: bytes.length };
  };
  const archive = archiveOf(randomBytes(3 * 1024 * 1024));
  const layer = add(gzipSync(archive));
  const config = add(
    Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
        os: 'linux',
        config: { Entrypoint: ['/missing'] },
        rootfs: { type: 'layers', diff_ids: [digestOf(archive)] },
        history: [{ created: '2026-01-01T00:00:00Z' }],
      }),
    ),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', ...config },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', ...layer }],
    }),
  );
  const server = createServer((request, response) => {
    const [, , , kind, reference] = request.url!.split('/');
    const body =
      kind === 'manifests' ? manifest : kind === 'blobs' ? blobs.get(reference!) : Buffer.from('{}');
    if (!body) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': kind === 'manifests' ? manifestType : 'application/octet-stream',
      'content-length': body.length,
      'docker-content-digest': digestOf(body),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    image: `127.0.0.1:${port}/${randomBytes(4).toString('hex')}:1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A tar archive with one file. */
function archiveOf(bytes: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const put = (text: string, at: number) => header.write(text, at, 'latin1');
  put('data', 0);
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put('        ', 148);
  put('0', 156);
  put('ustar\u000000', 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  put(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([
    header,
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
    Buffer.alloc(1_024),
  ]);
}
