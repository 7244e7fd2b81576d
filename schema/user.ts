import { builder } from './builder.js';

export const User = builder.prismaObject('User', {
  description: 'A person, or a machine that acts for itself.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID.' }),
    name: t.exposeString('name', { description: 'Also the author of their commits.' }),
    email: t.exposeString('email', { description: 'Also the author of their commits.' }),
  }),
});

builder.queryField('me', (t) =>
  t.prismaField({
    type: 'User',
    description: 'The owner of the token in use.',
    resolve: (query, _root, _args, ctx) =>
      ctx.services.prisma.user.findUniqueOrThrow({ ...query, where: { id: ctx.actor.userId } }),
  }),
);
