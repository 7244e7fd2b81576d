import { expect, it } from 'vitest';
import { pagesAfter, withLaterPage } from '../../web/src/workspace/later-pages.js';

const page = (nodes: string[], endCursor: string | null) => ({
  nodes,
  pageInfo: { hasNextPage: endCursor !== null, endCursor },
});
const first = page(['a', 'b'], 'after-b');

it('pages are appended until the last one', () => {
  const second = withLaterPage(pagesAfter(first, undefined), page(['c', 'd'], 'after-d'), 'after-b');
  const third = withLaterPage(second, page(['e'], null), 'after-d');
  expect(third).toEqual({ first, nodes: ['c', 'd', 'e'], end: null });
});

it('a page that was asked for twice is appended once', () => {
  const once = withLaterPage(pagesAfter(first, undefined), page(['c', 'd'], 'after-d'), 'after-b');
  expect(withLaterPage(once, page(['c', 'd'], 'after-d'), 'after-b')).toEqual(once);
});

it('pages that followed another first page are left out', () => {
  const old = withLaterPage(pagesAfter(first, undefined), page(['c'], null), 'after-b');
  const changed = page(['a', 'aa'], 'after-aa');
  expect(pagesAfter(changed, old)).toEqual({ first: changed, nodes: [], end: 'after-aa' });
});
