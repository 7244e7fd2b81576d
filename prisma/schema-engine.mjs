#!/usr/bin/env node
/**
 * A developer's tool: Prisma's schema engine as WebAssembly, for the official CLI to run in place of the native binary
 * that it would download. It answers the CLI's JSON-RPC over stdio, and the `cli` sub-commands, against PostgreSQL or
 * PGlite. `prisma.config.ts` names this file in `PRISMA_SCHEMA_ENGINE_BINARY`; the gateway itself never needs it.
 *
 * @see https://github.com/prisma/prisma-engines/tree/main/schema-engine/json-rpc-api
 */
import { parseArgs } from 'node:util';
import { openDatasource } from './engine/datasource.mjs';
import { loadEngine, startEngine, watchForPanic } from './engine/load-engine.mjs';
import { runCliCommand } from './engine/run-cli-command.mjs';
import { serveRpc } from './engine/serve-rpc.mjs';

const { values, positionals } = parseArgs({
  options: {
    datasource: { type: 'string', default: '{}' },
    datamodels: { type: 'string', multiple: true, default: [] },
    version: { type: 'boolean', default: false },
  },
  allowPositionals: true,
  // The CLI also passes flags of the native engine that mean nothing here.
  strict: false,
});

if (values.version) {
  console.log(`schema-engine-wasm ${loadEngine().version()}`);
} else {
  const datasource = openDatasource(JSON.parse(String(values.datasource)).url);
  try {
    if (positionals[0] === 'cli') {
      process.exitCode = await runCliCommand(String(positionals[1]), datasource);
    } else {
      const panic = watchForPanic();
      const engine = startEngine(values.datamodels.map(String), datasource.factory);
      await serveRpc(engine, panic, process.stdin, process.stdout);
    }
  } finally {
    await datasource.close();
  }
}
