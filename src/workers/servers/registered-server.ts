import type { JupyterEndpoint } from '../../engines/kernels/jupyter-endpoint.js';

/** The id and the name of the server of `JUPYTER_URL`. */
export const configuredServer = 'configured';

/** A Jupyter server that the workers of several users share. Somebody else runs it. */
export interface RegisteredServer {
  /** UUID, or {@link configuredServer}. */
  id: string;
  /** Unique. */
  name: string;
  endpoint: JupyterEndpoint;
  /** The maximum number of live workers on it; null for no limit. */
  capacity: number | null;
  /** False keeps new workers away from it. */
  isEnabled: boolean;
  /** Null, or one sentence that says why it cannot be used and is not asked either. */
  fault: string | null;
}
