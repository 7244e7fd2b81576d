import type { DomainError } from '../../errors.js';
import { KernelExitError } from './kernel-exit-error.js';
import { runtimeUnavailable } from './runtime-unavailable.js';

/** The error for a kernel that did not become ready. @param cause a {@link KernelExitError} where its process ended */
export function kernelNotReady(cause: unknown): DomainError {
  const hasExited = cause instanceof KernelExitError;
  const message = hasExited
    ? 'The process of the kernel ended while it started; try again, or check its kernelspec.'
    : 'The kernel did not answer in time; try again, or restart its worker.';
  return runtimeUnavailable(message, cause);
}
