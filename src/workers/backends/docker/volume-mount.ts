import type { MountSettings } from 'dockerode';

/** A volume without a name, which the engine removes with the container. */
export function volumeMount(target: string): MountSettings {
  return { Type: 'volume', Source: '', Target: target };
}
