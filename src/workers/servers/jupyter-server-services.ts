import type { PrismaService } from '../../engines/database/prisma-service.js';
import type { JupyterServers } from './jupyter-servers.js';

/** The services of the commands for Jupyter servers. */
export interface JupyterServerServices extends PrismaService {
  jupyterServers: JupyterServers;
}
