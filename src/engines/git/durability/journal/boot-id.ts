import { readFileSync } from 'node:fs';

/**
 * Tells one boot of this machine from another and from other machines; null where the system has no such id. As long as
 * it is the same, what any process wrote is in the operating system's memory at least.
 * @see https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html
 */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return null;
  }
}
