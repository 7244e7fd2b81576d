import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';

/** Instantiates the engine's WebAssembly: the package's own entry imports `.wasm`, which Node 20 cannot. */
export function loadEngine() {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const wasm = new WebAssembly.Module(readFileSync(path.join(path.dirname(entry), 'schema_engine_bg.wasm')));
  const { exports } = new WebAssembly.Instance(wasm, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  return bindings;
}

/**
 * @param {string[]} datamodels paths of the schema files
 * @param {import('@prisma/driver-adapter-utils').SqlMigrationAwareDriverAdapterFactory} factory
 */
export async function startEngine(datamodels, factory) {
  const files = datamodels.map((file) => [file, readFileSync(file, 'utf8')]);
  const ignoreLog = () => undefined;
  return loadEngine().SchemaEngine.new(
    { datamodels: files.length > 0 ? files : undefined },
    ignoreLog,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

/**
 * Returns a promise that rejects when the engine panics, which otherwise would end the process from outside of any
 * call and leave the call pending.
 *
 * @returns {Promise<never>}
 */
export function watchForPanic() {
  let message;
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message: (text) => {
      message = text;
    },
  };
  const panic = new Promise((_resolve, reject) => {
    process.on('uncaughtException', (error) => reject(message === undefined ? error : new Error(message)));
  });
  panic.catch(() => undefined);
  return panic;
}
