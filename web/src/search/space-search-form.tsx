import { navigate } from '../router/router.js';
import { addressOf } from '../router/routes.js';
import { SearchForm } from './search-form.js';

/** Asks what to find in a space, and shows it on its page. */
export function SpaceSearchForm({ slug, q = '' }: { slug: string; q?: string }) {
  return (
    <SearchForm
      q={q}
      label="Find in the files of all workspaces"
      onSearch={(text) => navigate(addressOf.searchSpace(slug, text))}
    />
  );
}
