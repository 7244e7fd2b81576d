import { z } from 'zod';
import type { ResourceUsage } from '../../backend.js';

const podMetrics = z.object({
  containers: z.array(z.object({ usage: z.object({ cpu: z.string(), memory: z.string() }) })).min(1),
});

const factors: Record<string, number> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
};

/**
 * What a worker's one container uses, from its `PodMetrics`; null when that is not what it should be.
 * @see https://github.com/kubernetes/metrics
 */
export function usageIn(metrics: unknown): ResourceUsage | null {
  const parsed = podMetrics.safeParse(metrics);
  const usage = parsed.data?.containers[0]?.usage;
  if (!usage) return null;
  const cpuCores = amountOf(usage.cpu);
  const bytes = amountOf(usage.memory);
  return cpuCores === null || bytes === null ? null : { cpuCores, memoryMb: bytes / 1024 ** 2 };
}

/** The number that a quantity stands for, e.g. `250m` for 0.25. */
function amountOf(quantity: string): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([a-zA-Z]{0,2})$/.exec(quantity) ?? [];
  const factor = Object.hasOwn(factors, unit) ? factors[unit] : undefined;
  return number === undefined || factor === undefined ? null : Number(number) * factor;
}
