import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const outDir = fileURLToPath(new URL('../dist/web', import.meta.url));
/** What `vite` serves beside the sources. */
const gateway = 'http://127.0.0.1:4000';
/** Smaller files do not fit a packet less when they are compressed. */
const minCompressedBytes = 1_000;
/** Brotli's best quality takes seconds for a megabyte. */
const maxBestQualityBytes = 1_000_000;

/** Writes each file also as `.br` and `.gz`, where that is smaller, so that the gateway has nothing to compress. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async closeBundle() {
      const entries = await readdir(outDir, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      await Promise.all(files.filter((file) => !/\.(br|gz|woff2?|png)$/.test(file)).map(compressFile));
    },
  };
}

async function compressFile(file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length < minCompressedBytes) return;
  const quality = bytes.length > maxBestQualityBytes ? 9 : 11;
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(bytes, { params }),
    promisify(gzip)(bytes, { level: 9 }),
  ]);
  if (br.length < bytes.length) await writeFile(`${file}.br`, br);
  if (gz.length < bytes.length) await writeFile(`${file}.gz`, gz);
}

/** The pages of `web/`, built into `dist/web`, from where the gateway serves them. */
export default defineConfig({
  root,
  plugins: [react(), precompress()],
  server: {
    proxy: {
      // The gateway compares the host with the origin of a WebSocket, so it is sent as it is.
      '/graphql': { target: gateway, ws: true },
      '/api': gateway,
      '/openapi.json': gateway,
    },
  },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    // All files come from one origin whose policy allows no `data:` scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The frames of outputs and of widgets are documents of their own.
    rolldownOptions: {
      input: ['index.html', 'frame.html', 'chart.html', 'widgets.html'].map((name) => join(root, name)),
      checks: { pluginTimings: false },
    },
    reportCompressedSize: false,
    // The reader of API descriptions and the libraries of charts, which load when they are needed.
    chunkSizeWarningLimit: 6_000,
  },
});
