import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { findChromium } from './test/support/chromium.js';
import { closingReport } from './test/support/closing-report.js';
import { addInfrastructureVariables } from './test/support/infrastructure.js';

// One copy of graphql, or its `instanceof` checks fail between ESM and CommonJS.
const alias = [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql/index.js')) }];

// Tests that need a database run on both homes, but those below; the others once.
const onDatabase = [
  'test/api/**/*.test.ts',
  'test/engines/database/**/*.test.ts',
  'test/contract/**/*.test.ts',
  'test/access/**/*.test.ts',
];
// What these test is before the database or beside it: HTTP, the Git protocol, Jupyter servers, the lives of workers and
// kernels, the API description. They run on one home only, on PostgreSQL where there is one.
const onEitherHome = [
  'test/api/{cors,failing-results,http,http-messages,hostile-bodies,metrics,rate-limits,refused-uploads}.test.ts',
  'test/api/{bad-input-generated,bad-input-together,number-tokens,statuses-{everywhere,runtime},variable-errors}.test.ts',
  'test/api/graphql-{answer-sizes,batching,explorer,faults,http-statuses,sockets}.test.ts',
  'test/api/git-{checkout,clients,http,idle-clients,limits,push,slow-clients}.test.ts',
  'test/api/remotes/{mirrors,pushes-to-remotes,remote-settings}.test.ts',
  'test/api/{jupyter-servers,kernel-out-of-memory,many-{sessions,starts},warm-kernels,warm-pool,workspace-environments}.test.ts',
  'test/api/worker-{adoption,expiry,failures,file-follower,files,stops,strays,usage}.test.ts',
  'test/api/execute/{cancelled-runs,dead-kernels,execute-scope,input,kernel-lives,kernel-questions,kernel-starts}.test.ts',
  'test/api/execute/{late-output,registered-jupyter,reopened-sessions,run-data,run-metrics}.test.ts',
  'test/api/execute/{session-comms,stalled-servers,widgets}.test.ts',
  'test/api/notebook-runs/{cancelled-cells,truncated-outputs}.test.ts',
  'test/api/{slow-sockets,socket-protocols,unread-answers}.test.ts',
  'test/api/files/{archive,base64-notebooks,binary-files,branch-merges,busy-clients,comparisons,foreign-names,large-notebooks}.test.ts',
  'test/api/files/{large-texts,long-paths,many-files,merged-{commits,saves},preconditions,raw-files,search,take-along}.test.ts',
  'test/api/subscriptions/{fan-out,gateway-stops,lifetime,revoked-downloads}.test.ts',
  'test/contract/{claims/claims,description,everywhere,examples,graphql-only,requests}.test.ts',
  'test/contract/{running,runtime,who-may-do-what}.test.ts',
];
// Tests that need a cluster, and those that need a Docker engine.
const inKubernetes = ['test/containers/*kubernetes*.test.ts'];
const inDocker = ['test/containers/!(*kubernetes*).test.ts'];
const shared = {
  // These are for what has no bound of its own to keep: a busy machine is no failure.
  testTimeout: 60_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 20_000 } },
  // An error says which value was wrong also where only its message is printed.
  chaiConfig: { truncateThreshold: 400 },
  // Where nobody can look and run it again, real kernels and processes on a busy machine get a second try; the report
  // ends with those that needed it.
  retry: process.env.CI ? 1 : 0,
  globalSetup: ['test/support/database-template.ts'],
};

// Most files share a process with others: what they import is loaded and compiled once, which else takes over a third of the
// time. So a file leaves nothing behind in its process.
const inOneProcess = { ...shared, isolate: false, restoreMocks: true, unstubGlobals: true };

// Without a server they are left out, and `npm test` says so; in CI that is a failure.
const hasPostgres = Boolean(process.env.TEST_DATABASE_URL || process.env.CI);
const postgres: TestProjectConfiguration[] = hasPostgres
  ? [
      {
        resolve: { alias },
        test: { ...inOneProcess, name: 'postgres', include: onDatabase, env: { TEST_DB: 'postgres' } },
      },
    ]
  : [];

// The same for Docker and Kubernetes. Several of these tests stop the engine or a part of the cluster, so each kind runs one
// file at a time.
const hasInfrastructure = addInfrastructureVariables();
if (!hasInfrastructure && !process.env.CI)
  console.log('The tests in containers are skipped. Start what they need: npm run infrastructure -- up');
const inContainers = (name: string, include: string[], groupOrder: number): TestProjectConfiguration => ({
  resolve: { alias },
  test: {
    ...inOneProcess,
    ...{ name, include, env: { TEST_DB: 'pglite' } },
    ...{ fileParallelism: false, sequence: { groupOrder } },
  },
});
const containers =
  hasInfrastructure || process.env.CI
    ? [inContainers('in-docker', inDocker, 1), inContainers('in-kubernetes', inKubernetes, 2)]
    : [];

// Each of these starts gateways as processes, and mainly waits for them.
const withProcesses = ['test/process/**/*.test.ts'];
// Foreign clients need a gateway, but no second home of it.
const withClients = ['test/clients/**/*.test.ts'];
// The same for a browser.
const inBrowser = ['test/browser/**/*.test.ts'];
const hasBrowser = findChromium() !== undefined;
if (!hasBrowser && !process.env.CI)
  console.log('The tests in a browser are skipped. Install it: apt-get install chromium-headless-shell');
const browser: TestProjectConfiguration[] =
  hasBrowser || process.env.CI
    ? [
        {
          resolve: { alias },
          test: {
            ...inOneProcess,
            name: 'browser',
            include: inBrowser,
            env: { TEST_DB: 'pglite' },
            // Every page compiles five megabytes of script.
            testTimeout: 60_000,
          },
        },
      ]
    : [];

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', closingReport],
    // What libraries print matters only where a test fails.
    silent: 'passed-only',
    projects: [
      {
        resolve: { alias },
        test: {
          ...inOneProcess,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...onDatabase, 'test/containers/**', ...withProcesses, ...inBrowser, ...withClients],
          globalSetup: [],
          env: { TEST_DB: 'pglite' },
        },
      },
      {
        resolve: { alias },
        test: {
          ...inOneProcess,
          name: 'pglite',
          include: onDatabase,
          exclude: hasPostgres ? onEitherHome : [],
          env: { TEST_DB: 'pglite' },
        },
      },
      {
        resolve: { alias },
        test: {
          ...shared,
          name: 'in-processes',
          include: withProcesses,
          globalSetup: [],
          env: { TEST_DB: 'pglite' },
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        resolve: { alias },
        test: { ...inOneProcess, name: 'clients', include: withClients, env: { TEST_DB: 'pglite' } },
      },
      ...postgres,
      ...containers,
      ...browser,
    ],
  },
});
