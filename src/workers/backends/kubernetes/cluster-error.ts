import { ApiException } from '@kubernetes/client-node';
import { z } from 'zod';
import { DomainError } from '../../../errors.js';

/** What kind of refusal or failure the Kubernetes API answered with. */
export type ClusterFault =
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'quota'
  | 'quota_unsettled'
  | 'quota_refused'
  | 'pod_security'
  | 'limits'
  | 'namespace_missing'
  | 'namespace_ending'
  | 'not_found'
  | 'conflict'
  | 'invalid';

const sentences: Record<ClusterFault, string> = {
  unreachable: 'The Kubernetes API does not answer; try again in a minute.',
  unauthorized: 'The Kubernetes API does not accept the credentials of the gateway; renew them.',
  forbidden: 'The gateway lacks rights in the namespace of the workers; apply the Role in deploy/kubernetes.',
  quota: 'The quota of the namespace is used up; stop a worker, or ask an admin to raise it.',
  quota_unsettled: 'The quota of the namespace is changing; try again in a moment.',
  quota_refused:
    'A quota of the namespace limits what workers do not specify, or admits none of them; ask an admin to change it.',
  pod_security: 'The cluster does not admit the Pods of workers into their namespace; see deploy/kubernetes.',
  limits: 'The limits of the namespace do not allow this resource class; choose another one.',
  namespace_missing: 'The namespace of the workers does not exist; create it, or set KUBERNETES_NAMESPACE.',
  namespace_ending: 'The namespace of the workers is being deleted; create it again when it is gone.',
  not_found: 'The Pod of the worker does not exist any more; start a new worker.',
  conflict: 'The Pod of this worker exists already; start a new worker.',
  invalid: 'The cluster does not accept the Pod of this worker; check its profile and its resource class.',
};

/** A failed request to the Kubernetes API, as one safe sentence. The API's own text is only in `cause`. */
export class ClusterError extends DomainError {
  readonly fault: ClusterFault;

  constructor(fault: ClusterFault, cause?: unknown) {
    super('runtime_unavailable', sentences[fault], { cause });
    this.fault = fault;
  }
}

/** The `Status` with which the API refuses a request. */
const status = z.object({
  reason: z.string().optional(),
  message: z.string().default(''),
  details: z.object({ kind: z.string().optional() }).optional(),
});

/** Whether an error is a {@link ClusterError} of that kind. */
export function isFault(error: unknown, fault: ClusterFault): boolean {
  return error instanceof ClusterError && error.fault === fault;
}

/** The {@link ClusterError} for what the client threw. */
export function toClusterError(error: unknown): ClusterError {
  if (!(error instanceof ApiException)) return new ClusterError('unreachable', error);
  const { message, kind } = statusIn(error.body);
  return new ClusterError(faultOf(error.code, message, kind), new Error(`${error.code}: ${message}`));
}

function faultOf(code: number, message: string, kind: string): ClusterFault {
  switch (code) {
    case 401:
      return 'unauthorized';
    case 403:
      return whyForbidden(message);
    case 404:
      return kind === 'namespaces' ? 'namespace_missing' : 'not_found';
    case 409:
      // Others were counted at the same time: https://github.com/kubernetes/kubernetes/issues/67761
      return kind === 'resourcequotas' ? 'quota_unsettled' : 'conflict';
    case 400:
    case 422:
      return 'invalid';
    default:
      return 'unreachable';
  }
}

/** The API gives one code and reason to what has no right, and to each check of what is to be created. */
function whyForbidden(message: string): ClusterFault {
  if (message.includes('exceeded quota')) return 'quota';
  if (message.includes('status unknown for quota')) return 'quota_unsettled';
  if (/\b(failed quota|insufficient quota)\b/.test(message)) return 'quota_refused';
  if (message.includes('violates PodSecurity')) return 'pod_security';
  if (message.includes('it is being terminated')) return 'namespace_ending';
  if (/\b(minimum|maximum) .* (usage|limit)|\blimit to request ratio\b/.test(message)) return 'limits';
  return 'forbidden';
}

/** With 401 there is no body, and a proxy may answer with anything. */
function statusIn(body: unknown): { message: string; kind: string } {
  try {
    const { message, details } = status.parse(typeof body === 'string' ? JSON.parse(body) : body);
    return { message, kind: details?.kind ?? '' };
  } catch {
    return { message: '', kind: '' };
  }
}
