/** The labels of everything that a gateway creates on an engine, by which it finds that again. */
const workerLabel = 'io.notebook-gateway.worker';
const gatewayLabel = 'io.notebook-gateway.gateway';

/** The labels of a worker's container. */
export function labelsOf(gatewayId: string, workerId: string): Record<string, string> {
  return { ...gatewayLabels(gatewayId), [workerLabel]: workerId };
}

/** The labels of what all workers of a gateway share. */
export function gatewayLabels(gatewayId: string): Record<string, string> {
  return { [gatewayLabel]: gatewayId };
}

/** The engine's filter for the containers of one gateway, or of one of its workers. */
export function labelFilter(gatewayId: string, workerId?: string): string[] {
  const labels = workerId ? labelsOf(gatewayId, workerId) : gatewayLabels(gatewayId);
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`);
}

/** The worker that labels name; undefined when they name none. */
export function workerIdOf(labels: Record<string, string> | undefined): string | undefined {
  return labels?.[workerLabel];
}

/** The name of a worker's container. */
export function containerName(workerId: string): string {
  return `notebook-worker-${workerId}`;
}
