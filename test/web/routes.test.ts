import { expect, it } from 'vitest';
import { addressOf, routeOf } from '../../web/src/router/routes.js';

const at = (address: string) => {
  const { pathname, searchParams } = new URL(address, 'http://gateway');
  return routeOf({ path: pathname, query: searchParams });
};
const file = { slug: 'demo', workspaceId: 'w1', path: 'a b/ü&?.ipynb', branch: 'feature/x' };

it.each([
  [addressOf.home(), { page: 'home' }],
  [addressOf.administration(), { page: 'administration', section: '' }],
  [addressOf.administration('people'), { page: 'administration', section: 'people' }],
  [addressOf.space('demo'), { page: 'space', slug: 'demo' }],
  [addressOf.manage('demo'), { page: 'manage', slug: 'demo' }],
  [
    addressOf.workspace('demo', 'w1'),
    { page: 'workspace', slug: 'demo', workspaceId: 'w1', branch: undefined, folder: '', q: '' },
  ],
  [
    addressOf.workspace('demo', 'w1', 'a/b'),
    { page: 'workspace', slug: 'demo', workspaceId: 'w1', branch: 'a/b', folder: '', q: '' },
  ],
  [
    addressOf.workspace('demo', 'w1', undefined, 'data/ü & x'),
    { page: 'workspace', slug: 'demo', workspaceId: 'w1', branch: undefined, folder: 'data/ü & x', q: '' },
  ],
  [
    addressOf.search('demo', 'w1', 'main', 'a & b'),
    { page: 'workspace', slug: 'demo', workspaceId: 'w1', branch: 'main', folder: '', q: 'a & b' },
  ],
  [addressOf.searchSpace('demo', 'a & b'), { page: 'search', slug: 'demo', q: 'a & b' }],
  ['/spaces/demo/search', { page: 'search', slug: 'demo', q: '' }],
  [addressOf.notebook(file), { page: 'notebook', ...file }],
  [addressOf.notebook({ ...file, cell: 2, line: 10 }), { page: 'notebook', ...file, cell: 2, line: 10 }],
  [addressOf.file({ ...file, line: 1 }), { page: 'file', ...file, line: 1 }],
  [`${addressOf.file(file)}&cell=0&line=-1`, { page: 'file', ...file }],
  [addressOf.file(file), { page: 'file', ...file }],
])('%s is the address of its page', (address, route) => {
  expect(at(address)).toEqual(route);
});

it.each([
  '/spaces',
  '/spaces/demo/other',
  '/spaces/demo/search/more',
  '/spaces/demo/workspaces',
  '/spaces/demo/workspaces/w1/notebook',
  '/spaces/demo/workspaces/w1/other?path=a',
  '/spaces/demo/workspaces/w1/file/more?path=a',
  '/spaces/%zz',
])('%s is the address of no page', (address) => {
  expect(at(address)).toEqual({ page: 'unknown' });
});

it('notebooks are opened as notebooks, everything else as a file', () => {
  expect(addressOf.anyFile({ ...file, path: 'a.ipynb' })).toContain('/notebook?');
  expect(addressOf.anyFile({ ...file, path: 'a.md' })).toContain('/file?');
});
