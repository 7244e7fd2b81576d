import type { Logger } from 'pino';
import type { FileServices } from '../files/file-services.js';
import type { CheckoutTokens } from './checkout-tokens.js';

/** What clones, fetches and pushes by Git clients need. */
export interface GitAccessServices extends FileServices {
  log: Logger;
  checkoutTokens: CheckoutTokens;
}
