import { type Claim, proven } from './claim.js';

/** What holds for every route. */
export const everywhereClaims: Claim[] = [
  ...proven('test/api/rate-limits.test.ts', {
    'Requests are limited by token, and answered 429 above that.':
      'every answer shows what is left, and over the limit each transport answers 429',
    'So is the cost of GraphQL operations.':
      'the cost of operations has a limit of its own, which no operation beyond it uses up',
  }),
  ...proven('test/process/restart.test.ts', {
    'The first start prints a token and keeps one copy with the mode 0600.':
      'the first start prints the token and keeps one copy that only the owner can read',
    'What was saved is there after a kill, and what ran goes on.':
      'after kill -9 saves, logs, worker and kernel are available again, and what ran goes on',
  }),
  ...proven('test/process/resume.test.ts', {
    'The gateway may be replaced while a run goes on, and the run goes on too.':
      'a run goes on with the same id, each line once and in order, and queued cells run once after it',
    'A run that ended while no gateway ran has its true end.':
      'a run that ended meanwhile has its outputs and its true end',
    'A gateway that stops ends no run, and streams are resumed.':
      'after SIGTERM streams end without a last event, and runs and queued cells go on in the next gateway',
  }),
  ...proven('test/api/sign-in.test.ts', {
    'A JWT of a configured issuer authenticates.':
      'the first token of a person makes one user, however many requests send it',
    'A stream ends with the JWT of its caller.': 'a stream ends when its token does, and not before',
  }),
  ...proven('test/api/auth.test.ts', {
    'An expired or revoked token is a 401.': 'an expired and a revoked token answer 401',
    'An unknown space and a space of others answer alike.':
      'a space of others and an unknown space give the same answer, byte for byte',
    'A token without the scope is a 403 insufficient_scope.':
      'a token without the needed scope answers 403 insufficient_scope',
    'The health endpoints need no token.': 'the health endpoints need no token',
    'X-Request-Id is kept where it is well formed.':
      'a well-formed request id is kept and any other is replaced',
    'An unsupported method is a 405.':
      'an unsupported method on a known path answers 405 with an Allow header',
  }),
  ...proven('test/api/statuses-everywhere.test.ts', {
    'Unknown ids in a path and ids of another space answer alike.':
      'gives the same answer for unknown ids, ids of another space and malformed ids',
    'A bad value is a 400 that names it.': '%s answers 400 and names the wrong field',
    'Every documented error has a test.': 'the documented errors without a test are these only',
  }),
  ...proven('test/api/bad-input-together.test.ts', {
    'All faults of a request are in one answer.':
      'names a wrong value beside an unknown field, in the words of the command',
  }),
  ...proven('test/api/bad-input-generated.test.ts', {
    'An unknown field of a body is a 400 that names it.': '%s refuses every generated bad body',
  }),
  ...proven('test/api/variable-errors.test.ts', {
    'A fault of a GraphQL variable has the path of its field.':
      'names every value that its type does not allow in one error, below the variable of an input',
    'A time is one of RFC 3339.': 'a day that does not exist is refused as a time',
  }),
  ...proven('test/api/rest-paging.test.ts', {
    'The size of a page is capped without an error.': 'caps the size, however many digits it has',
  }),
  ...proven('test/api/idempotency.test.ts', {
    'A POST with a key runs once.': 'requests with the same key and body run once and get the same answer',
    'The same key with another body is a 409.': 'the same key with another body is answered 409',
    'A repeated request is authorized anew.': 'a repeated request is authorized again',
    'An answer is repeated for 24 hours.': 'an answer is stored for 24 hours and a lease lasts 2 minutes',
  }),
  ...proven('test/contract/description.test.ts', {
    'The API description is served as it is checked in.':
      'the description is served as it is checked in, to callers with a token',
  }),
  ...proven('test/contract/contract.test.ts', {
    'Every row answers over REST what GraphQL answers.':
      'the tests above sent a request to every row of the API',
  }),
  ...proven('test/api/auth.test.ts', {
    'No token and a bad one are a 401 with WWW-Authenticate: Bearer.': '%s %s answers 401',
  }),
  ...proven('test/api/platform.test.ts', {
    'A token has an owner, an expiry and scopes.':
      'are created for other users by platform admins only, with an expiry in the future',
  }),
  ...proven('test/access/identity-provider.test.ts', {
    'A JWT is checked against the keys of the issuer.':
      'a token that another key signed is refused, also one that is named like a key of the issuer',
    'A JWT without a signature is none.':
      'a token without a signature is refused, and one that is signed with a public value',
  }),
  ...proven('test/api/sign-in.test.ts', {
    'Without an issuer a JWT is no token.':
      'an expired token is refused with the reason; without an issuer a JWT is no token',
  }),
  ...proven('test/api/statuses-everywhere.test.ts', {
    'Every route needs a token.': '%s answers 401 without a valid token',
    'Every route needs the scope that its description names.': '%s answers 403',
    'A resource of this space that the caller may not see is a 403.':
      '%s answers 403 when the caller may not view the workspace',
    'Every route answers alike in an unknown space and in one of others.':
      'gives the same answer for an unknown space and for one that the caller is not a member of',
    'An unsupported method is a 405 with Allow on every path.':
      '%s answers 405 to other methods and names its own in Allow',
    'A body over 64 MiB is a 413 on every route.': '%s answers 413 to a body over 64 MiB',
    'A body of another media type is a 415 on every route.': '%s answers 415 to a body of another media type',
    'Over its limit a token gets 429 on every route.': 'over the limit of a token every route answers 429',
    'Without its database a gateway answers 503 on every route.': '%s answers 503 without the database',
    'A JWT whose issuer does not answer is a 503 with Retry-After.': '%s answers 503 for a JWT',
    'A key whose first request is under way is a 409 idempotency_in_progress on every route that takes one.':
      '%s answers 409 with the same body',
    'A key that was used with another body is a 409 idempotency_key_reused on every such route.':
      '%s answers 409 with another body',
  }),
  ...proven('test/contract/everywhere.test.ts', {
    'An id in a body is a 400 with its location where it is unknown or of another space, alike.':
      'of %s at %j answers 400 with its location, alike for an unknown %s and one of another space',
    'A profile or class in a body that is unknown is a 400 with its location.':
      'of %s answers 400 with its location for an unknown %s',
    'The workspace_id and worker_id of what is started are a 404 where they are unknown or of another space, alike.':
      'of what %s starts on, %s, answers 404 alike for an unknown %s and one of another space',
    'Unknown parameters of a query are ignored.': '%s ignores parameters of the query that it does not know',
    'Lists are newest first.': '%s is newest first',
  }),
  ...proven('test/api/http.test.ts', {
    'An error has a detail, a code and the request id.': '%s %s answers 404 in the common error shape',
    'Every answer has X-Request-Id.': '%s %s answers with an X-Request-Id header',
  }),
  ...proven('test/server/graphql/mask-error.test.ts', {
    'What is no error of ours is masked as internal.':
      'an error with the code %j of somebody else is internal and reveals nothing',
  }),
  ...proven('test/api/failing-results.test.ts', {
    'An answer that cannot be written is masked too.':
      'a result as %s of %s that cannot be written is a masked error',
  }),
  ...proven('test/contract/fuzz.test.ts', {
    'No request is answered with a 500, or with a status that is not described.':
      'to REST get no 500 and no status that the description does not have',
  }),
  ...proven('test/contract/description.test.ts', {
    'A GET succeeds with 200.': '%s %s is answered 200',
    'A DELETE succeeds with 204.': '%s %s is answered 204, or 200 with a commit',
    'A POST that creates succeeds with 201, and an action with 200.':
      '%s %s is answered 201 where it creates, and else 200',
    'Every POST but execute can have an Idempotency-Key.':
      'every POST takes an Idempotency-Key, but for a stream, which has an id',
    'The description is one of OpenAPI 3.1, with the base path of the contract.':
      'the description is one of OpenAPI 3.1, with the base path of the contract',
    'The description has every route.': 'the description has the rows of the API and no others',
    'The page of the API has every error code with its status.':
      'docs/api.md has every error code with its status',
  }),
  ...proven('test/api/rest-paging.test.ts', {
    'A page has 20 rows by default and 100 at most, of files 1,000 and 10,000.':
      'begins with the first page, of 20 rows and at most 100, or of files 1,000 and 10,000',
    'A page beyond the end is empty and has the total.': 'answers page %s with no items and the true total',
    'Kernel profiles and resource classes are newest first too.':
      'kernel profiles and resource classes are listed newest first, including the default',
  }),
  ...proven('test/api/files/reading-and-saving.test.ts', {
    'Lists of files are sorted by path.': 'a list is sorted by code points in every locale of the database',
  }),
  ...proven('test/schema/connections.test.ts', {
    'What can grow is a connection with totalCount.': '%s has edges with cursors, and page info',
    'Connections take first and after, or offset and limit.':
      'each field that returns a connection takes first and after, and offset and limit',
    'There is no global node.': 'nothing is found by an id alone: there is no global node',
    'The SDL is checked in.': 'the SDL that is checked in is that of the schema',
  }),
  ...proven('test/api/workspaces.test.ts', {
    'Ids are UUIDs, and times are RFC 3339 in UTC with Z.': 'uses the defaults of the contract',
    'Malformed JSON is a 400, another media type a 415.':
      'answers 400 to malformed JSON and 415 to another media type',
  }),
  ...proven('test/api/idempotency.test.ts', {
    'A key is scoped to its caller, method and path.':
      'the same key of another caller, path or token scope is another key',
    'While the first request runs, the same key is a 409.':
      'while the first request runs the second is answered 409; only one runs',
    'Only a 2xx answer is repeated.': 'a failure is not stored',
  }),
];
