import { describe, expect, it } from 'vitest';
import { comparedVersions, withNewest, withOlder } from '../../../web/src/notebook/history/version-pages.js';

const pageOf = (ids: string, totalCount: number) => ({ nodes: [...ids].map((id) => ({ id })), totalCount });
const pagesOf = (ids: string, total: number) => ({ versions: [...ids].map((id) => ({ id })), total });

it('each version is compared with the one before it, also the last one of a page', () => {
  const compared = (ids: string, total: number) =>
    comparedVersions(pagesOf(ids, total)).map(({ version, before }) => `${version.id}${before?.id ?? '-'}`);
  expect(compared('fedc', 6)).toEqual(['fe', 'ed', 'dc']);
  expect(compared('fedcba', 6)).toEqual(['fe', 'ed', 'dc', 'cb', 'ba', 'a-']);
  expect(compared('', 0)).toEqual([]);
});

describe('an older page', () => {
  it('is appended once, also where it is loaded twice', () => {
    const once = withOlder(pagesOf('fed', 6), pageOf('cba', 6), 3);
    expect(once).toEqual(pagesOf('fedcba', 6));
    expect(withOlder(once, pageOf('cba', 6), 3)).toEqual(once);
  });

  it('may begin with what is there already', () => {
    expect(withOlder(pagesOf('fed', 7), pageOf('dcb', 7), 3)).toEqual(pagesOf('fedcb', 7));
  });

  it('is left out where the pages before it were replaced by the first one', () => {
    expect(withOlder(pagesOf('jih', 10), pageOf('dcb', 10), 6)).toEqual(pagesOf('jih', 10));
  });
});

describe('the first page, loaded again', () => {
  it('keeps the older ones that follow it', () => {
    expect(withNewest(pagesOf('fedcba', 6), pageOf('gfe', 7))).toEqual(pagesOf('gfedcba', 7));
  });

  it('replaces everything where there would be a gap', () => {
    expect(withNewest(pagesOf('fedcba', 6), pageOf('jih', 10))).toEqual(pagesOf('jih', 10));
    expect(withNewest(pagesOf('fed', 3), pageOf('', 0))).toEqual(pagesOf('', 0));
  });
});
