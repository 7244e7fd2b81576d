import { environmentFailed } from './environment-failed.js';

/** How long the packages of a `requirements.txt` may take to be installed, in ms. */
export const maxBuildMs = 10 * 60_000;
/** How large they may be, with what is needed while they are installed. */
export const maxEnvironmentBytes = 4 * 1024 ** 3;

/** The error for what took longer than so many ms. */
export function tookTooLong(maxMs: number, cause: unknown): Error {
  return environmentFailed(`it took longer than ${maxMs / 60_000} minutes`, cause);
}

/** The error for what is larger than {@link maxEnvironmentBytes}. */
export function tooLarge(): Error {
  return environmentFailed('its packages are larger than 4 GiB');
}
