import { type Claim, proven } from './claim.js';

/** How a gateway is run: its variables, and what it answers outside of the base path. */
export const runningClaims: Claim[] = [
  ...proven('test/config.test.ts', {
    'A variable that is not set has its default.': 'what is not set has its default',
    'The demo is created by default with the embedded database only.':
      'the demo is left out by default where a database server is used',
    'Local workers are for a gateway that listens at a loopback address, unless it is said otherwise.':
      'a gateway at %s may start local workers by default: %s',
    'WORKER_BACKENDS are some of docker, kubernetes and external.':
      'WORKER_BACKENDS lists the backends, and no others',
    'CORS_ORIGINS are a list of origins.': 'CORS_ORIGINS are normalized to the form that browsers send',
  }),
  ...proven('test/contract/running.test.ts', {
    'All but pages and the health endpoints needs a token.': '%s %s needs a token, whatever a client accepts',
    'Pages and the health endpoints need no token.':
      '%s needs no token in a browser: it is a page, or says how the gateway is',
    'The file of the generated token is its one plaintext copy, and tokens are stored as hashes only.':
      'the database has no token, and of the data folder the one file of it alone',
    'ADMIN_TOKEN is the token of the first user, a platform admin.':
      'ADMIN_TOKEN is the token of the first user, a platform admin, with all scopes',
    'The demo is the space demo with a repository, a workspace and a notebook.':
      'the demo is a space with a repository, a workspace and a notebook',
    'Queries, mutations and subscriptions are at /graphql, subscriptions as server-sent events.':
      'a query, a mutation and a subscription are answered at /graphql, the last as server-sent events',
  }),
  ...proven('test/process/restart.test.ts', {
    'Without Python all but running cells works.':
      'without Python all but running cells works, and the reason is reported',
  }),
  ...proven('test/process/request-log.test.ts', {
    'The log has one line of JSON for each request, with its id.':
      'logs each request in one line, with its operation, user, duration and error code',
    'A gateway that stops is not ready.':
      'answers 503 from /readyz while it drains, and serves other requests until it ends',
  }),
  ...proven('test/api/default-profile.test.ts', {
    'The first of WORKER_BACKENDS is the default, and JUPYTER_URL is an external server.':
      'follows WORKER_BACKENDS while no admin has set where its workers run',
  }),
  ...proven('test/process/backup.test.ts', {
    'DATABASE_URL is a PostgreSQL server that has the data.':
      'has all that was acknowledged before it, while saves go on',
  }),
  ...proven('test/containers/docker-gateway.test.ts', {
    'With the backend docker workers are containers.':
      'runs cells on the files of the branch, which belong to the user of the container',
  }),
  ...proven('test/containers/kubernetes-gateway.test.ts', {
    'With the backend kubernetes workers are Pods.':
      'runs cells among the files of the branch, follows its commits, and goes on after a restart',
  }),
  ...proven('test/api/cors.test.ts', {
    'Pages of CORS_ORIGINS may use the API.':
      'lets a page of an allowed origin read successful and failed answers',
    'Pages of other origins may not use the API.': 'sends no CORS headers to the origin %s',
  }),
  ...proven('test/api/rate-limits.test.ts', {
    'With a limit of 0 there is none.': 'with 0 there is no limit, and no answer shows one',
  }),
  ...proven('test/api/execute/execution-retention.test.ts', {
    'With EXECUTION_RETENTION_DAYS=0 executions are kept for ever.':
      'with 0 days an execution is kept for ever',
    'Ended executions are deleted after EXECUTION_RETENTION_DAYS.':
      'after twice the days an execution is deleted with what is left of its log, and answers 404',
  }),
  ...proven('test/workers/plan-expiry.test.ts', {
    'A resource class may set how long its idle workers live, and 0 is never.':
      'are those of its class where it has its own, and 0 is no limit',
  }),
  ...proven('test/api/worker-expiry.test.ts', {
    'What runs or is watched is not culled.':
      'a cell that runs and a session that is watched keep a worker alive, and use clears the announcement immediately',
    'An idle kernel is culled by KERNEL_IDLE_MINUTES.':
      'a kernel that is idle ends with its session dead, not while it is watched, and a restart revives it',
  }),
  ...proven('test/api/worker-quotas.test.ts', {
    'WORKERS_PER_SPACE is the quota of live workers of a space.':
      'concurrent starts of several users stop exactly at the number of workers of their space',
  }),
  ...proven('test/api/auth.test.ts', {
    'A browser gets GraphiQL, which loads nothing from elsewhere.':
      'the GraphiQL page loads nothing from another host',
  }),
  ...proven('test/server/http/pages.test.ts', {
    'The dashboard is at /, and the description for readers at /docs.':
      'a browser gets the application at %s',
  }),
  ...proven('test/api/metrics.test.ts', {
    'The metrics are for METRICS_TOKEN and platform admins.':
      'takes METRICS_TOKEN and the tokens of platform admins, and no others',
  }),
  ...proven('test/api/platform.test.ts', {
    'Only its admins change what is in a space beside notebooks.':
      'of a space is forbidden for editors, and not_found for users who are not members',
    'Only platform admins make spaces, users, profiles and classes.':
      'of the platform is forbidden for space admins',
    'Administration needs the scope admin.': 'is refused for every user without the token scope admin',
    'API tokens are made by a mutation, shown at that time only, and can be revoked.':
      'are shown once, authenticate, are listed without their hash, and stop working when revoked',
    'Spaces are made and changed by mutations.': 'a space is listed for its members and for platform admins',
    'Users are made and changed by mutations.':
      'users are created and changed, and their email addresses are unique',
  }),
  ...proven('test/api/platform-spaces.test.ts', {
    'Members are made and removed by mutations.':
      'removing a member also removes their teams and grants in that space',
    'Teams are made and changed by mutations.':
      'a team can be renamed, left and deleted through its own space only',
    'Query connectors are made and changed by mutations.':
      'deleting a connector removes it from the workspaces that used it',
    'Products, analyses and use cases are made and changed by mutations.':
      'a catalog entry is unique within its type, listed by type, renamed and deleted',
    'Kernel profiles and resource classes are made and changed by mutations, with one default each.':
      'have exactly one default, also when several are set at the same time',
  }),
  ...proven('test/api/platform-repositories.test.ts', {
    'Repositories are made and changed by mutations.':
      'can be renamed, and take an existing branch as their default branch',
    'Branches are made and deleted by mutations.': 'are created at the default branch or at the given ref',
  }),
];
