import { DomainError } from '../../errors.js';

/**
 * Refuses a WebSocket of a page of another origin: browsers open one to every host, without the checks of CORS. Clients that are
 * no pages send no `Origin`.
 * @param origin the header `Origin` of the request
 * @param host its header `Host`, as the client sent it
 * @param allowed the origins of `CORS_ORIGINS`
 * @throws DomainError `forbidden`
 */
export function assertAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): void {
  if (origin === undefined || allowed.includes(origin)) return;
  if (URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase()) return;
  throw new DomainError(
    'forbidden',
    'Pages of this origin may not open a WebSocket; the operator can allow them with CORS_ORIGINS.',
  );
}
