import { resolve } from 'node:path';
import { z } from 'zod';
import { Backend } from '../prisma/generated/client/enums.js';
import type { AllowedHosts } from './validation/allowed-hosts.js';
import { databaseAddress, withPassword } from './validation/database-address.js';
import {
  allowedHosts,
  amount,
  flag,
  gatewayUrl,
  httpUrl,
  image,
  issuer,
  list,
  namespace,
  network,
  oneOf,
  origins,
  storageClass,
  wholeNumber,
} from './validation/environment-values.js';
import { parseSecretsKey } from './validation/parse-secrets-key.js';

/** The settings of the backends `docker` and `kubernetes`. */
export interface ContainerConfig {
  /** `DOCKER_HOST`, default the client's own: `unix://…` or `tcp://host:port`. */
  dockerHost: string | undefined;
  /** `DOCKER_CERT_PATH`: the folder of `ca.pem`, `cert.pem` and `key.pem` for an engine reached over TLS; default none. */
  dockerCertPath: string | undefined;
  /** `WORKER_IMAGE`: the image of profiles that name none; default none. */
  image: string | undefined;
  /** `WORKER_IMAGES`: the other images that profiles may name, separated by commas; default none. */
  allowedImages: string[];
  /** `KUBECONFIG`, default the client's own: the service account of the pod, or `~/.kube/config`. */
  kubeconfig: string | undefined;
  /** `KUBERNETES_NAMESPACE`, default `notebook-workers`. */
  kubernetesNamespace: string;
  /** `KUBERNETES_GATEWAY_CIDRS`: the networks of gateways outside of the cluster, separated by commas; default none. */
  kubernetesGatewayCidrs: string[];
  /** `KUBERNETES_INDEX_CIDRS`: the networks of package indexes that have no public address, separated by commas; default none. */
  kubernetesIndexCidrs: string[];
  /** `KUBERNETES_GATEWAY_URL`: where Pods reach the gateway, to fetch their files; default none, then it writes them. */
  kubernetesGatewayUrl: string | undefined;
  /** `KUBERNETES_STORAGE_CLASS`: the StorageClass of volumes whose class names none; default none, then the node's disk. */
  kubernetesStorageClass: string | undefined;
}

/** The defaults of what resource classes may set, and the quotas. Zero means no limit. */
export interface RuntimeLimits {
  /** `WORKER_IDLE_MINUTES`, default 60. */
  workerIdleMinutes: number;
  /** `KERNEL_IDLE_MINUTES`, default 0. */
  kernelIdleMinutes: number;
  /** `WORKER_MAX_AGE_MINUTES`, default 0. */
  workerMaxAgeMinutes: number;
  /** `WORKER_START_MINUTES`, default 15: a worker that is not ready by then is ended. */
  workerStartMinutes: number;
  /** `WORKER_SILENCE_SECONDS`, default 60: a worker whose server answers nothing for so long is lost. */
  workerSilenceSeconds: number;
  perUser: Quota;
  perSpace: Quota;
}

/** What the live workers of one user, or of one space, may use together. Zero means no limit. */
export interface Quota {
  /** `WORKERS_PER_USER`, default 10; `WORKERS_PER_SPACE`, default 100. */
  workers: number;
  /** `CPUS_PER_USER`, `CPUS_PER_SPACE`, default 0: cores. */
  cpus: number;
  /** `MEMORY_MB_PER_USER`, `MEMORY_MB_PER_SPACE`, default 0: MiB. */
  memoryMb: number;
  /** `GPUS_PER_USER`, `GPUS_PER_SPACE`, default 0. */
  gpus: number;
}

/** The configuration from the environment variables, checked once at start. Sizes are in bytes. */
export interface Config {
  /** `PORT`, default 4000; 0 lets the system choose. */
  port: number;
  /** `HOST`, default `127.0.0.1`. */
  host: string;
  /** `DATA_DIR`, default `./.data`; here absolute. Contains the embedded database, repositories, worker folders, secrets. */
  dataDir: string;
  /** `DATABASE_URL`, with `PGPASSWORD` where it has no password; default none, then PGlite in `dataDir` is used. */
  databaseUrl: string | undefined;
  /** `ADMIN_TOKEN`; default none, then the first start generates it in `dataDir/admin-token`. */
  adminToken: string | undefined;
  /**
   * `OIDC_ISSUER` and `OIDC_AUDIENCE`: the OpenID Connect issuer whose JWTs are accepted beside API tokens, and the audience
   * that they must name; default none.
   */
  oidc: { issuer: string; audience: string } | undefined;
  /** `DEMO`: whether to create the space `demo`. Default on with the embedded database. */
  demo: boolean;
  /** `WORKER_BACKENDS`, default `external`. New workers use the first one by default. */
  workerBackends: Backend[];
  /** `JUPYTER_URL` and `JUPYTER_TOKEN`: an external Jupyter server instead of local ones; default none. */
  jupyter: { baseUrl: string; token: string } | undefined;
  /** `JUPYTER_HOME`, default `dataDir/jupyter`: the folder for the virtual environment of the local Jupyter. */
  jupyterHome: string;
  /**
   * `ALLOW_LOCAL_WORKERS`: whether to start local Jupyter servers, which are isolated only as well as the machine allows.
   * Default on when `host` is a loopback address.
   */
  allowLocalWorkers: boolean;
  /** Where worker containers and pods run, and from which images. */
  containers: ContainerConfig;
  /** How long workers and kernels live, and how many there may be. */
  runtimeLimits: RuntimeLimits;
  /**
   * `EXECUTION_RETENTION_DAYS`, default 7: after so many days logs of runs are removed, see `ExecutionRetention` and
   * `RunRetention`; 0: never.
   */
  executionRetentionDays: number;
  /** `EVENT_RETENTION_HOURS`, default 2: for so long the stream of the events of a space can be resumed. */
  eventRetentionHours: number;
  /** `MAX_PUSH_MB`, default 1024, at most 4096: the maximum size of a pack that is pushed, or fetched from a remote. */
  maxPushBytes: number;
  /** `RATE_LIMIT_REQUESTS`, default 600: the requests a minute of one token at one gateway; 0 for no limit. */
  rateLimitRequests: number;
  /** `RATE_LIMIT_COST`, default 100,000: the cost of GraphQL operations a minute of one token at one gateway; 0 for no limit. */
  rateLimitCost: number;
  /** `RATE_LIMIT_FAILURES`, default 60: the requests a minute of one address whose token is not valid; 0 for no limit. */
  rateLimitFailures: number;
  /** `QUERY_COST_LIMIT`, default 20000: the maximum cost of a GraphQL operation, see `queryCost`; 0 for no limit. */
  queryCostLimit: number;
  /** `METRICS_TOKEN`: what `/metrics` takes besides the tokens of platform admins; default none. */
  metricsToken: string | undefined;
  /** `DRAIN_SECONDS`, default 0: for so long after SIGTERM requests are served while `/readyz` answers 503. */
  drainSeconds: number;
  /** `LOG_LEVEL`, default `info`. */
  logLevel: (typeof logLevels)[number];
  /** `CORS_ORIGINS`: the allowed browser origins, separated by commas; default none. */
  corsOrigins: string[];
  /** `SECRETS_KEY`, 32 bytes as hex or base64; default none, then the first start generates it in `dataDir/secrets-key`. */
  secretsKey: Uint8Array | undefined;
  /** `REMOTE_ALLOWED_HOSTS`: the hosts in private networks that remotes may use, and such networks; default none. */
  remoteAllowedHosts: AllowedHosts;
  /** `JUPYTER_ALLOWED_HOSTS`: the same for Jupyter servers that admins register; `JUPYTER_URL` is always allowed. */
  jupyterAllowedHosts: AllowedHosts;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const notValid = 'The configuration is not valid:';

const environment = z.object({
  PORT: wholeNumber(0, 65535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('./.data'),
  DATABASE_URL: databaseAddress.optional(),
  PGPASSWORD: z.string().optional(),
  ADMIN_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  OIDC_ISSUER: issuer.optional(),
  OIDC_AUDIENCE: z.string().max(1_000, 'must have at most 1000 characters').optional(),
  DEMO: flag.optional(),
  WORKER_BACKENDS: list
    .transform((kinds) => [...new Set(kinds)])
    .pipe(z.array(oneOf(...Object.values(Backend))).min(1, 'must name at least one backend'))
    .default(['external']),
  JUPYTER_URL: httpUrl.optional(),
  JUPYTER_TOKEN: z.string().default(''),
  JUPYTER_HOME: z.string().optional(),
  ALLOW_LOCAL_WORKERS: flag.optional(),
  DOCKER_HOST: z
    .string()
    .regex(/^(unix:\/\/\/|tcp:\/\/)/, 'must start with unix:/// or tcp://')
    .optional(),
  DOCKER_CERT_PATH: z.string().optional(),
  WORKER_IMAGE: image.optional(),
  WORKER_IMAGES: list.pipe(z.array(image)).default([]),
  KUBECONFIG: z.string().optional(),
  KUBERNETES_NAMESPACE: namespace.default('notebook-workers'),
  KUBERNETES_GATEWAY_CIDRS: list.pipe(z.array(network)).default([]),
  KUBERNETES_INDEX_CIDRS: list.pipe(z.array(network)).default([]),
  KUBERNETES_GATEWAY_URL: gatewayUrl.optional(),
  KUBERNETES_STORAGE_CLASS: storageClass.optional(),
  WORKER_IDLE_MINUTES: amount.default(60),
  KERNEL_IDLE_MINUTES: amount.default(0),
  WORKER_MAX_AGE_MINUTES: amount.default(0),
  WORKER_START_MINUTES: wholeNumber(1, 1440).default(15),
  WORKER_SILENCE_SECONDS: wholeNumber(10, 3600).default(60),
  EXECUTION_RETENTION_DAYS: wholeNumber(0, 36_500).default(7),
  EVENT_RETENTION_HOURS: wholeNumber(1, 720).default(2),
  WORKERS_PER_USER: amount.default(10),
  WORKERS_PER_SPACE: amount.default(100),
  CPUS_PER_USER: amount.default(0),
  CPUS_PER_SPACE: amount.default(0),
  MEMORY_MB_PER_USER: amount.default(0),
  MEMORY_MB_PER_SPACE: amount.default(0),
  GPUS_PER_USER: amount.default(0),
  GPUS_PER_SPACE: amount.default(0),
  RATE_LIMIT_REQUESTS: amount.default(600),
  RATE_LIMIT_COST: amount.default(100_000),
  RATE_LIMIT_FAILURES: amount.default(60),
  QUERY_COST_LIMIT: amount.default(20_000),
  MAX_PUSH_MB: wholeNumber(1, 4096).default(1024),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  DRAIN_SECONDS: wholeNumber(0, 300).default(0),
  LOG_LEVEL: oneOf(...logLevels).default('info'),
  CORS_ORIGINS: origins,
  SECRETS_KEY: z
    .string()
    .transform(parseSecretsKey)
    .refine(
      (key) => key !== null,
      'must be 32 bytes as hex or base64, e.g. the output of: openssl rand -base64 32',
    )
    .optional(),
  REMOTE_ALLOWED_HOSTS: allowedHosts,
  JUPYTER_ALLOWED_HOSTS: allowedHosts,
});

/** The error of {@link readConfig}. Its message lists every invalid variable. */
export class ConfigError extends Error {}

/**
 * Reads the configuration.
 * @param env the environment variables, usually `process.env`; an empty value is the same as none
 * @throws ConfigError when a variable has an invalid value
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`${notValid}\n${faults.join('\n')}`);
  }
  const value = parsed.data;
  if (Boolean(value.OIDC_ISSUER) !== Boolean(value.OIDC_AUDIENCE))
    throw new ConfigError(`${notValid}\n  OIDC_ISSUER and OIDC_AUDIENCE belong together: set both.`);
  const dataDir = resolve(value.DATA_DIR);
  return {
    port: value.PORT,
    host: value.HOST,
    dataDir,
    databaseUrl: value.DATABASE_URL && withPassword(value.DATABASE_URL, value.PGPASSWORD),
    adminToken: value.ADMIN_TOKEN,
    oidc: value.OIDC_ISSUER ? { issuer: value.OIDC_ISSUER, audience: value.OIDC_AUDIENCE! } : undefined,
    demo: value.DEMO ?? value.DATABASE_URL === undefined,
    workerBackends: value.WORKER_BACKENDS,
    jupyter: value.JUPYTER_URL
      ? { baseUrl: value.JUPYTER_URL.replace(/\/*$/, '/'), token: value.JUPYTER_TOKEN }
      : undefined,
    jupyterHome: value.JUPYTER_HOME ? resolve(value.JUPYTER_HOME) : resolve(dataDir, 'jupyter'),
    allowLocalWorkers: value.ALLOW_LOCAL_WORKERS ?? isLoopback(value.HOST),
    containers: {
      dockerHost: value.DOCKER_HOST,
      dockerCertPath: value.DOCKER_CERT_PATH ? resolve(value.DOCKER_CERT_PATH) : undefined,
      image: value.WORKER_IMAGE,
      allowedImages: value.WORKER_IMAGES,
      kubeconfig: value.KUBECONFIG ? resolve(value.KUBECONFIG) : undefined,
      kubernetesNamespace: value.KUBERNETES_NAMESPACE,
      kubernetesGatewayCidrs: value.KUBERNETES_GATEWAY_CIDRS,
      kubernetesIndexCidrs: value.KUBERNETES_INDEX_CIDRS,
      kubernetesGatewayUrl: value.KUBERNETES_GATEWAY_URL,
      kubernetesStorageClass: value.KUBERNETES_STORAGE_CLASS,
    },
    runtimeLimits: readRuntimeLimits(value),
    executionRetentionDays: value.EXECUTION_RETENTION_DAYS,
    eventRetentionHours: value.EVENT_RETENTION_HOURS,
    maxPushBytes: value.MAX_PUSH_MB * 1024 * 1024,
    rateLimitRequests: value.RATE_LIMIT_REQUESTS,
    rateLimitCost: value.RATE_LIMIT_COST,
    rateLimitFailures: value.RATE_LIMIT_FAILURES,
    queryCostLimit: value.QUERY_COST_LIMIT,
    metricsToken: value.METRICS_TOKEN,
    drainSeconds: value.DRAIN_SECONDS,
    logLevel: value.LOG_LEVEL,
    corsOrigins: value.CORS_ORIGINS,
    secretsKey: value.SECRETS_KEY ?? undefined,
    remoteAllowedHosts: value.REMOTE_ALLOWED_HOSTS!,
    jupyterAllowedHosts: value.JUPYTER_ALLOWED_HOSTS!,
  };
}

function readRuntimeLimits(value: z.infer<typeof environment>): RuntimeLimits {
  return {
    workerIdleMinutes: value.WORKER_IDLE_MINUTES,
    kernelIdleMinutes: value.KERNEL_IDLE_MINUTES,
    workerMaxAgeMinutes: value.WORKER_MAX_AGE_MINUTES,
    workerStartMinutes: value.WORKER_START_MINUTES,
    workerSilenceSeconds: value.WORKER_SILENCE_SECONDS,
    perUser: {
      workers: value.WORKERS_PER_USER,
      cpus: value.CPUS_PER_USER,
      memoryMb: value.MEMORY_MB_PER_USER,
      gpus: value.GPUS_PER_USER,
    },
    perSpace: {
      workers: value.WORKERS_PER_SPACE,
      cpus: value.CPUS_PER_SPACE,
      memoryMb: value.MEMORY_MB_PER_SPACE,
      gpus: value.GPUS_PER_SPACE,
    },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
