import { usePageTitle } from '../components/use-page-title.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';

/** Shown for an address that no page has. */
export function UnknownPage() {
  usePageTitle('There is no such page');
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        <Link to={addressOf.home()}>All spaces</Link>
      </p>
    </>
  );
}
