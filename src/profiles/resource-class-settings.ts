import { checkAll, checkEach } from '../validation/check-all.js';
import { checkRange } from '../validation/check-input.js';
import { checkNodeSelector, checkTolerations, type TolerationInput } from './check-placement.js';

/** The fields of a resource class to change; an absent field stays as it is. Memory and storage are in MiB, CPU in cores. */
export interface UpdateResourceClassInput {
  name?: string | null;
  cpuLimit?: number | null;
  memoryMb?: number | null;
  gpuCount?: number | null;
  workspaceStorageMb?: number | null;
  tmpStorageMb?: number | null;
  isEnabled?: boolean | null;
  isDefault?: boolean | null;
  maxProcesses?: number | null;
  /** Minutes; 0 for never, null for the default of the gateway. */
  idleMinutes?: number | null;
  /** Minutes; 0 for never, null for the default of the gateway. */
  maxAgeMinutes?: number | null;
  /** Any JSON; only an object of strings is accepted. */
  nodeSelector?: unknown;
  tolerations?: TolerationInput[] | null;
  /** Null for the default of the gateway. */
  persistentVolume?: boolean | null;
  /** Null for the default of the gateway, or else of the cluster. */
  storageClass?: string | null;
}

/** The lowest and the highest value of each limit. */
const ranges = {
  cpuLimit: [0.01, 1024],
  memoryMb: [16, 16_777_216],
  gpuCount: [0, 64],
  workspaceStorageMb: [1, 1_073_741_824],
  tmpStorageMb: [1, 1_073_741_824],
  maxProcesses: [16, 1_000_000],
  idleMinutes: [0, 525_600],
  maxAgeMinutes: [0, 525_600],
} as const;

/** Checks the amounts that are given. @throws FieldError `invalid_request` for those out of their range */
export async function checkRanges(input: { [K in keyof typeof ranges]?: number | null }): Promise<void> {
  await checkEach(Object.entries(ranges), ([field, [min, max]]) => {
    const value = input[field as keyof typeof ranges];
    if (value != null) checkRange(value, field, min, max);
  });
}

/** Checks where pods may run. What is absent stays absent. @throws FieldError `invalid_request` */
export async function checkPlacement({
  nodeSelector,
  tolerations,
}: Pick<UpdateResourceClassInput, 'nodeSelector' | 'tolerations'>) {
  return checkAll({
    nodeSelector: () => (nodeSelector == null ? undefined : checkNodeSelector(nodeSelector)),
    tolerations: () => (tolerations == null ? undefined : checkTolerations(tolerations)),
  });
}
