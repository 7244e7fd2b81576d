import { authenticate } from '../../src/access/authenticate.js';
import type { RequestContext } from '../../src/context.js';
import type { TestGateway } from './gateway.js';

type Services = TestGateway['gateway']['services'];

/** What a command knows of a request with this token, which is authenticated now. */
export async function contextOf({ gateway }: TestGateway, token: string): Promise<RequestContext> {
  return {
    actor: await authenticate(gateway.services, `Bearer ${token}`),
    requestId: 'change',
    spaces: new Map(),
  };
}

/**
 * Runs a command while another change takes place, just after the command has read a workspace.
 * @param token of the caller of the command
 */
export async function changeWhile<T>(
  at: TestGateway,
  token: string,
  meanwhile: () => Promise<unknown>,
  command: (services: Services, ctx: RequestContext) => Promise<T>,
): Promise<T> {
  const { services } = at.gateway;
  let hasChanged = false;
  const prisma = services.prisma.$extends({
    query: {
      workspace: {
        async findMany({ args, query }) {
          const found = await query(args);
          if (!hasChanged) {
            hasChanged = true;
            await meanwhile();
          }
          return found;
        },
      },
    },
  });
  const changing = { ...services, prisma: prisma as unknown as typeof services.prisma };
  return command(changing, await contextOf(at, token));
}
