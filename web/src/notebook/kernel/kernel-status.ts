import type { PageSessionFragment } from '../../../generated/notebook.js';
import type { KernelState } from './notebook-kernel.js';

/** What the page says of the caller's kernel. */
export interface ShownKernel {
  /** What it does; `stopped` where somebody, or a limit of the gateway, ended it, `dead` where it ended by itself. */
  status: PageSessionFragment['status'] | 'stopped' | 'none';
  text: string;
  /** Whether there is a kernel to interrupt, restart and stop. */
  isLive: boolean;
}

/** Why a kernel was ended: reasons of its session or of its worker. */
const stops: Record<string, string> = {
  requested: 'its worker was stopped',
  idle_timeout: 'it was not used for long',
  max_age: 'its worker was too old',
  workspace_archived: 'the workspace was archived',
};
/** Why a kernel is dead. */
const deaths: Record<string, string> = {
  kernel_died: 'it ended by itself',
  out_of_memory: 'no memory was left',
  start_failed: 'it did not start',
};

/** What the page says of a kernel, from its session and the worker of that. */
export function shownKernel({ session, progress }: Pick<KernelState, 'session' | 'progress'>): ShownKernel {
  if (session && session.status !== 'dead')
    return { status: session.status, text: `${session.kernelName} ${session.status}`, isLive: true };
  if (progress) return { status: 'starting', text: 'Kernel starting', isLive: false };
  if (!session) return { status: 'none', text: 'No kernel', isLive: false };
  const { kernelName, statusReason, worker } = session;
  const reason = (statusReason === 'worker_gone' ? worker.statusReason : statusReason) ?? '';
  const why = stops[reason] ?? deaths[reason];
  const status = stops[reason] ? 'stopped' : 'dead';
  return { status, text: `${kernelName} ${status}${why ? `: ${why}` : ''}`, isLive: false };
}
