import { expect, it } from 'vitest';
import { byWorkspace } from '../../web/src/search/by-workspace.js';

const hit = (workspaceId: string, path: string) => ({
  workspaceId,
  workspaceName: `Workspace ${workspaceId}`,
  path,
});

it('hits are grouped by workspace, in the order in which they were found, also where a page ends within a workspace', () => {
  const [first, second, third, fourth] = [
    hit('b', '1'),
    hit('b', '2'),
    hit('a', '3'),
    hit('b', '4'),
  ] as const;
  expect(byWorkspace([first, second, third, fourth])).toEqual([
    { id: 'b', name: 'Workspace b', hits: [first, second, fourth] },
    { id: 'a', name: 'Workspace a', hits: [third] },
  ]);
  expect(byWorkspace([])).toEqual([]);
});
