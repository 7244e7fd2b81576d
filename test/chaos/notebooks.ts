import { demo } from '../../prisma/seed.js';
import type { Random } from './random.js';
import type { Replicas } from './replicas.js';

/** The notebooks whose sessions run cells: in two workspaces, and so on two workers. */
export async function createNotebooks(
  replicas: Replicas,
  random: Random,
  count: number,
): Promise<{ workspace_id: string; path: string }[]> {
  const { status, body } = await replicas.request(random, 'POST', '/workspaces', {
    name: 'Chaos',
    default_repository_id: demo.repositoryId,
  });
  if (status !== 201) throw new Error(`A workspace was answered with ${status}.`);
  const workspaces = [demo.workspaceId, body.id as string];
  return Array.from({ length: count }, (_, i) => ({
    workspace_id: workspaces[i % workspaces.length]!,
    path: `chaos-${i}.ipynb`,
  }));
}
