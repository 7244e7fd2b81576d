import { setMaxListeners } from 'node:events';

/**
 * An `AbortController` with whose signal many wait at the same time, such as one for each session: each stops to listen when its
 * wait is over. Node.js reports more than ten listeners of an ordinary one as a leak.
 */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
