import { TokenScope } from '../prisma/generated/client/client.js';
import type { ApiTokenRow } from '../src/spaces/api-token-row.js';
import { createApiToken } from '../src/spaces/create-api-token.js';
import { listApiTokens } from '../src/spaces/list-api-tokens.js';
import { revokeApiToken } from '../src/spaces/revoke-api-token.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { User } from './user.js';

const TokenScopeEnum = builder.enumType('TokenScope', {
  description: 'What requests with an API token may do, within what its owner may do.',
  values: {
    read: { value: TokenScope.read, description: 'Queries and subscriptions.' },
    write: { value: TokenScope.write, description: 'To change workspaces and files.' },
    execute: { value: TokenScope.execute, description: 'To start workers and sessions and run cells.' },
    admin: { value: TokenScope.admin, description: 'To administer spaces, API tokens and the platform.' },
  },
});

const ApiToken = builder.objectRef<ApiTokenRow>('ApiToken').implement({
  description: 'A token that authenticates a user; the gateway stores only a hash of it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID; not the token itself.' }),
    userId: t.exposeID('userId', { description: 'UUID of the user that it authenticates.' }),
    name: t.exposeString('name', { description: 'A text of its creator, which says what uses the token.' }),
    scopes: t.expose('scopes', {
      type: [TokenScopeEnum],
      description: 'What requests with it may do, within what its owner may do.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From when it is refused; null when it never expires.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null while it was not.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

const ApiTokenConnection = connectionType('ApiToken', ApiToken);

builder.prismaObjectFields(User, (t) => ({
  apiTokens: t.field({
    type: ApiTokenConnection,
    description:
      "Newest first, also expired and revoked ones. The caller's own; anyone's for platform admins.",
    args: pageArgs,
    select: { id: true },
    resolve: (user, args, { services, ctx }) => readPage(args, listApiTokens(services, ctx, user.id)),
  }),
}));

const CreateApiTokenInput = builder.inputType('CreateApiTokenInput', {
  description: 'The owner, the scopes and the expiry of a new API token.',
  fields: (t) => ({
    userId: t.id({ description: 'Whom it stands for; default the caller. Others only by platform admins.' }),
    name: t.string({ required: true, description: 'What it is for; 1 to 200 characters.' }),
    scopes: t.field({
      type: [TokenScopeEnum],
      required: true,
      description: 'Some of those of the token in use.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'In the future; default never.' }),
  }),
});

const CreatedApiToken = builder
  .objectRef<{ apiToken: ApiTokenRow; token: string }>('CreatedApiToken')
  .implement({
    description: 'A new API token. Its text is shown this once.',
    fields: (t) => ({
      apiToken: t.expose('apiToken', {
        type: ApiToken,
        description: 'What is kept of it: name, scopes and expiry, not the secret.',
      }),
      token: t.exposeString('token', { description: 'The token itself; it is shown this once.' }),
    }),
  });

builder.mutationFields((t) => ({
  createApiToken: t.field({
    type: CreatedApiToken,
    description:
      'Creates an API token: for the caller, or, by platform admins, for anyone. Needs the scope `admin` and every scope ' +
      'that the new token gets.',
    args: {
      input: t.arg({
        type: CreateApiTokenInput,
        required: true,
        description: 'The values of the new object.',
      }),
    },
    resolve: (_root, { input }, { services, ctx }) => createApiToken(services, ctx, input),
  }),
  revokeApiToken: t.field({
    type: ApiToken,
    description:
      "Revokes an API token immediately; idempotent. The caller's own; anyone's for platform admins. " +
      'Needs the scope `admin`.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the token.' }) },
    resolve: (_root, { id }, { services, ctx }) => revokeApiToken(services, ctx, id),
  }),
}));
