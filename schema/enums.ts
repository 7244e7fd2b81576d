import {
  Backend,
  ExecutionStatus,
  RepositoryKind,
  Runtime,
  SessionStatus,
  SpaceRole,
  Visibility,
  WorkerStatus,
} from '../prisma/generated/client/client.js';
import { builder } from './builder.js';

/** The roles of members of a space. */
export const SpaceRoleEnum = builder.enumType('SpaceRole', {
  description: 'What a member may do in a space.',
  values: {
    admin: { value: SpaceRole.admin, description: 'Everything, in every workspace of the space.' },
    editor: { value: SpaceRole.editor, description: 'Creates workspaces; edits those that they can view.' },
    viewer: { value: SpaceRole.viewer, description: 'Reads and watches.' },
  },
});

/** The purpose that the creator of a repository gives it; a start of a worker can ask for one. */
export const RepositoryKindEnum = builder.enumType('RepositoryKind', {
  description:
    'What a repository is for, as its creator chose. A start of a worker or session may require one of them.',
  values: {
    analysis: { value: RepositoryKind.analysis, description: 'Notebooks that answer questions about data.' },
    project: { value: RepositoryKind.project, description: 'Notebooks and code of a common project.' },
    personal: {
      value: RepositoryKind.personal,
      description: "A person's own notebooks, e.g. to try something.",
    },
  },
});

/** The visibilities of workspaces. */
export const VisibilityEnum = builder.enumType('Visibility', {
  description: 'Who can view a workspace.',
  values: {
    space: { value: Visibility.space, description: 'Every member of the space.' },
    private: { value: Visibility.private, description: 'The owner and space admins.' },
    shared: { value: Visibility.shared, description: 'The owner, space admins and whoever has a grant.' },
  },
});

/** Where the kernels of a profile run. */
export const RuntimeEnum = builder.enumType('Runtime', {
  description: 'Where the kernels of a profile run.',
  values: {
    local: { value: Runtime.local, description: "The gateway's own Jupyter, one server a worker." },
    dedicated: { value: Runtime.dedicated, description: 'A container or pod of its own.' },
    external: { value: Runtime.external, description: 'A registered Jupyter server.' },
  },
});

/** The backends that run workers. */
export const BackendEnum = builder.enumType('Backend', {
  description: 'The kind of system that starts the Jupyter server of a worker.',
  values: {
    docker: { value: Backend.docker, description: 'A container of a Docker engine, for this worker alone.' },
    kubernetes: {
      value: Backend.kubernetes,
      description: 'A Pod in a Kubernetes cluster, for this worker alone.',
    },
    external: {
      value: Backend.external,
      description: "A Jupyter server, the gateway's own or a registered one.",
    },
  },
});

/** The life of a worker; `docs/api.md` has the order of its states. */
export const WorkerStatusEnum = builder.enumType('WorkerStatus', {
  description: 'The states of a worker; `stopped` and `failed` are terminal.',
  values: {
    starting: { value: WorkerStatus.starting, description: 'Its files and its server are being set up.' },
    ready: { value: WorkerStatus.ready, description: 'Takes sessions and cells.' },
    busy: { value: WorkerStatus.busy, description: 'Runs a cell.' },
    stopping: {
      value: WorkerStatus.stopping,
      description: 'It accepts nothing more; its server and its kernels are ended.',
    },
    stopped: { value: WorkerStatus.stopped, description: 'Ended on request.' },
    failed: { value: WorkerStatus.failed, description: 'Ended without a request; `statusReason` says why.' },
  },
});

/** What the kernel of a session does now. */
export const SessionStatusEnum = builder.enumType('SessionStatus', {
  description: 'What the kernel of a session does.',
  values: {
    starting: { value: SessionStatus.starting, description: 'Is being started; cells queue.' },
    idle: { value: SessionStatus.idle, description: 'Waits for a cell.' },
    busy: { value: SessionStatus.busy, description: 'Runs a cell.' },
    restarting: { value: SessionStatus.restarting, description: 'Is being restarted; cells queue.' },
    dead: {
      value: SessionStatus.dead,
      description: 'Has ended; a restart revives it while its worker lives.',
    },
  },
});

/** How far an execution has come, or how it ended. */
export const ExecutionStatusEnum = builder.enumType('ExecutionStatus', {
  description: 'The states of an execution; all but `queued` and `running` are terminal.',
  values: {
    queued: { value: ExecutionStatus.queued, description: 'Waits for the cells before it.' },
    running: { value: ExecutionStatus.running, description: 'The kernel runs it.' },
    ok: { value: ExecutionStatus.ok, description: 'Ended without an exception.' },
    error: { value: ExecutionStatus.error, description: 'The code raised an exception.' },
    aborted: { value: ExecutionStatus.aborted, description: 'Not run, because a cell before it failed.' },
    cancelled: {
      value: ExecutionStatus.cancelled,
      description: 'Removed from the queue, or its session was restarted or deleted.',
    },
    timed_out: { value: ExecutionStatus.timed_out, description: 'Interrupted after its `timeoutSeconds`.' },
    failed: { value: ExecutionStatus.failed, description: 'The kernel, its worker or the gateway failed.' },
  },
});

/** The kinds of files, by their path and their bytes. */
export const FileKindEnum = builder.enumType('FileKind', {
  description: 'What a file is. Only `notebook` and `text` are read and written.',
  values: {
    notebook: { description: 'Jupyter notebook JSON: every `.ipynb`, also one that is not valid.' },
    text: { description: 'UTF-8 text.' },
    binary: { description: 'Anything else. It is listed, renamed and deleted.' },
  },
});

/** Whether a backend holds workers to the storage of their class. */
export const StorageLimitEnum = builder.enumType('StorageLimit', {
  description: 'Whether the folder of a worker is held to the storage of its class.',
  values: {
    enforced: { description: 'Writing more than the class allows fails, or ends the worker.' },
    not_enforced: { description: 'The backend cannot limit it; the storage of the class is only a plan.' },
  },
});
