import type { ApiToken } from '../../prisma/generated/client/client.js';

/** An API token without its hash. */
export type ApiTokenRow = Omit<ApiToken, 'hash'>;
