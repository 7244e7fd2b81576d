import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import type { PrismaClient } from '../prisma/generated/client/client.js';
import type PrismaTypes from '../prisma/generated/pothos-types.js';
import { getDatamodel } from '../prisma/generated/pothos-types.js';
import type { RequestContext } from '../src/context.js';
import type { Services } from './services.js';

/** What every resolver may use: the request, and the services that it hands to commands. */
export interface Context {
  ctx: RequestContext;
  services: Services;
}

/** Builds the one schema; each type file adds its types, queries, mutations and subscriptions. */
export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
    ID: { Input: string; Output: string };
  };
}>({
  plugins: [PrismaPlugin],
  defaultFieldNullability: false,
  prisma: {
    client: ({ services }): PrismaClient => services.prisma,
    dmmf: getDatamodel(),
    onUnusedQuery: null,
  },
});

builder.queryType({
  description: 'Reads. They need the scope `read`, questions to kernels the scope `execute`.',
});
builder.mutationType({
  description:
    'Changes. They need the scope `write`, `execute` where kernels run, or `admin` for what the platform itself holds.',
});
builder.subscriptionType({ description: 'Streams of events, as server-sent events or over WebSocket.' });
