import type { MountSettings } from 'dockerode';

/** Unlike `Binds` this fails where the folder is missing, instead of creating it for root. */
export function bindMount(source: string, target: string): MountSettings {
  return { Type: 'bind', Source: source, Target: target };
}
