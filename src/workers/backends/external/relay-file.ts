import { fileURLToPath } from 'node:url';

const fromSources = '../../../../deploy/worker/gateway_relay.py';

/**
 * The path of the program of the relay, which worker images contain too. It is the same file for the sources and for what is
 * compiled into `dist`.
 */
export function relayFile(): string {
  const isCompiled = import.meta.url.endsWith('.js');
  return fileURLToPath(new URL(isCompiled ? `../${fromSources}` : fromSources, import.meta.url));
}
