import type { RestClient } from './rest-client.js';
import type { StockServer } from './stock-server.js';
import type { ZeroMqKernel } from './zeromq-kernel.js';

/** What the parts of this benchmark compare. */
export interface Scene {
  client: RestClient;
  /** The process of the gateway. */
  pid: number;
  stock: StockServer;
  zeroMq: ZeroMqKernel;
}
