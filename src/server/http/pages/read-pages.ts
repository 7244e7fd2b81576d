import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import type { StaticFile } from '../static-answers.js';

const maxTotalBytes = 64 * 1024 * 1024;
const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Reads the built pages, at most 64 MiB.
 * @param directory `dist/web`
 * @returns each file by its path in URLs, e.g. `/assets/index-Cx3.js`; undefined when nothing is built
 * @throws Error when they are larger
 */
export async function readPages(directory: string): Promise<Map<string, StaticFile> | undefined> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const known = new Set(paths);
  const files = new Map<string, StaticFile>();
  let total = 0;
  for (const path of paths) {
    const contentType = contentTypes[extname(path)];
    if (!contentType) continue;
    const bodies: StaticFile['bodies'] = { identity: Buffer.alloc(0) };
    for (const [encoding, suffix] of [
      ['identity', ''],
      ['gzip', '.gz'],
      ['br', '.br'],
    ] as const) {
      if (!known.has(path + suffix)) continue;
      total += (await stat(path + suffix)).size;
      if (total > maxTotalBytes) throw new Error('The built pages have more than 64 MiB.');
      bodies[encoding] = await readFile(path + suffix);
    }
    const digest = createHash('sha256').update(bodies.identity).digest('base64url').slice(0, 22);
    files.set(`/${relative(directory, path).replaceAll('\\', '/')}`, { bodies, contentType, digest });
  }
  return files.has('/index.html') ? files : undefined;
}
