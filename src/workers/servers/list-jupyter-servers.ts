import { requirePlatformAdmin } from '../../access/require-admin.js';
import type { RequestContext } from '../../context.js';
import type { Listing } from '../../paging/listing.js';
import { nameListing } from '../../paging/name-listing.js';
import type { JupyterServerServices } from './jupyter-server-services.js';
import type { RegisteredServer } from './registered-server.js';

/**
 * Lists the Jupyter servers, the configured one too, by name. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `invalid_request`; thrown when the listing is read
 */
export function listJupyterServers(
  { jupyterServers }: JupyterServerServices,
  ctx: RequestContext,
): Listing<RegisteredServer> {
  return nameListing(async () => {
    requirePlatformAdmin(ctx);
    return jupyterServers.list();
  });
}
