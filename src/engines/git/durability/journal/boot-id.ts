import { readFileSync } from 'node:fs';

/**
 * Identifies one boot of this machine; null where the system has no such id. Within one boot, whatever a process wrote is
 * at least in the operating system's memory.
 * @see https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html
 */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return null;
  }
}
