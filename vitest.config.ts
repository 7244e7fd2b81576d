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
  'test/api/{cors,graphql-explorer,graphql-http-statuses,hostile-bodies,http-messages,refused-uploads}.test.ts',
  'test/api/{git-checkout,git-clients,git-http,git-idle-clients,git-limits}.test.ts',
  'test/api/{kernel-out-of-memory,worker-usage,workspace-environments}.test.ts',
  'test/api/{worker-expiry,worker-failures,worker-file-follower,worker-files,worker-stops}.test.ts',
  'test/api/execute/{dead-kernels,execute-scope,kernel-lives,kernel-questions,kernel-starts}.test.ts',
  'test/api/execute/stalled-servers.test.ts',
  'test/api/files/large-notebooks.test.ts',
  'test/contract/{claims,description,examples,requests}.test.ts',
];
// Tests that need a Docker engine or a cluster.
const inContainers = ['test/containers/**/*.test.ts'];
const shared = {
  testTimeout: 30_000,
  hookTimeout: 120_000,
  // For what has no bound of its own to keep: a busy machine is no failure.
  expect: { poll: { timeout: 10_000 } },
  // Where nobody can look and run it again, real kernels and processes on a busy machine get a second try; the report
  // ends with those that needed it.
  retry: process.env.CI ? 1 : 0,
  globalSetup: ['test/support/database-template.ts'],
};

// Each of these files opens a gateway and a database of its own, so they need no process of their own. In one process the
// code, the schema and the embedded database's program are loaded and compiled once, which else takes over a third of their time.
const onOwnDatabase = { ...shared, isolate: false };

// Without a server they are left out, and `npm test` says so; in CI that is a failure.
const hasPostgres = Boolean(process.env.TEST_DATABASE_URL || process.env.CI);
const postgres: TestProjectConfiguration[] = hasPostgres
  ? [
      {
        resolve: { alias },
        test: { ...onOwnDatabase, name: 'postgres', include: onDatabase, env: { TEST_DB: 'postgres' } },
      },
    ]
  : [];

// The same for Docker and Kubernetes. Several of these tests stop the engine or a part of the cluster, so they run alone.
const hasInfrastructure = addInfrastructureVariables();
if (!hasInfrastructure && !process.env.CI)
  console.log('The tests in containers are skipped. Start what they need: npm run infrastructure -- up');
const containers: TestProjectConfiguration[] =
  hasInfrastructure || process.env.CI
    ? [
        {
          resolve: { alias },
          test: {
            ...shared,
            name: 'containers',
            include: inContainers,
            env: { TEST_DB: 'pglite' },
            fileParallelism: false,
            sequence: { groupOrder: 1 },
          },
        },
      ]
    : [];

// Each of these starts gateways as processes, and mainly waits for them. They follow the tests in containers, one file at a
// time.
const withProcesses = ['test/process/**/*.test.ts'];
// Foreign clients need a gateway, but no second home of it.
const withClients = ['test/clients/**/*.test.ts'];
// The same for a browser.
const inBrowser = ['test/browser/**/*.test.ts'];
const hasBrowser = findChromium() !== undefined;
if (!hasBrowser && !process.env.CI)
  console.log('The tests in a browser are skipped. Install it: apt-get install chromium');
const browser: TestProjectConfiguration[] =
  hasBrowser || process.env.CI
    ? [
        {
          resolve: { alias },
          test: {
            ...shared,
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
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...onDatabase, ...inContainers, ...withProcesses, ...inBrowser, ...withClients],
          globalSetup: [],
          env: { TEST_DB: 'pglite' },
        },
      },
      {
        resolve: { alias },
        test: {
          ...onOwnDatabase,
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
          name: 'after-containers',
          include: withProcesses,
          globalSetup: [],
          env: { TEST_DB: 'pglite' },
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        resolve: { alias },
        test: { ...shared, name: 'clients', include: withClients, env: { TEST_DB: 'pglite' } },
      },
      ...postgres,
      ...containers,
      ...browser,
    ],
  },
});
