/** The labels of everything that a gateway creates on an engine, by which it finds that again. */
const workerLabel = 'io.notebook-gateway.worker';
const builderLabel = 'io.notebook-gateway.environments';
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
  return toFilter(workerId ? labelsOf(gatewayId, workerId) : gatewayLabels(gatewayId));
}

/** The labels of a container that installs packages into a folder below `directory`. */
export function builderLabels(gatewayId: string, directory: string): Record<string, string> {
  return { ...gatewayLabels(gatewayId), [builderLabel]: directory };
}

/** The engine's filter for these labels. */
export function toFilter(labels: Record<string, string>): string[] {
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
