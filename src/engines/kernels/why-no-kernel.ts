import { isSameKernel } from './is-same-kernel.js';

const maxListed = 10;

/**
 * Why a server cannot start a kernel: one sentence with the kernels that it can start, or null when the kernel is among
 * them.
 * @param names the kernelspecs of the server. Those with names that Jupyter itself refuses are left out of the sentence, and of
 *   the others at most 10 are in it.
 */
export function whyNoKernel(kernelName: string, names: readonly string[]): string | null {
  if (names.some((name) => isSameKernel(name, kernelName))) return null;
  const listed = names.filter((name) => /^[\w.-]{1,100}$/.test(name)).sort();
  const more = listed.length > maxListed ? ', …' : '';
  const others = listed.length > 0 ? ` (it has ${listed.slice(0, maxListed).join(', ')}${more})` : '';
  return `Jupyter has no kernel "${kernelName}"${others}; install it, or change the kernel profile.`;
}
