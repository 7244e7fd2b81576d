import { useQuery } from 'urql';
import { ViewerDocument } from '../../generated/shell.js';
import { faultOf } from '../api/api-error.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { usePageTitle } from '../components/use-page-title.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import { KernelSection } from './kernel-section.js';
import { PeopleSection } from './people-section.js';
import { PoolSection } from './pools/pool-section.js';
import { ServerSection } from './servers/server-section.js';
import { TokenSection } from './token-section.js';
import './admin.css';

const sections = [
  { id: '', title: 'My tokens', forPlatformAdmins: false },
  { id: 'people', title: 'People', forPlatformAdmins: true },
  { id: 'kernels', title: 'Kernels and resources', forPlatformAdmins: true },
  { id: 'servers', title: 'Jupyter servers', forPlatformAdmins: true },
  { id: 'pools', title: 'Warm pools', forPlatformAdmins: true },
] as const;

/** The tokens of the user, and what platform admins manage for all spaces. */
export function AdministrationPage({ section }: { section: string }) {
  const [{ data, error }] = useQuery({ query: ViewerDocument });
  usePageTitle('Account and administration');
  if (!data) return error ? <FaultMessage fault={faultOf(error)} /> : <Loading />;
  const { name, email, isPlatformAdmin } = data.me;
  const shown = sections.filter(({ forPlatformAdmins }) => isPlatformAdmin || !forPlatformAdmins);
  const current = shown.find(({ id }) => id === section);
  return (
    <>
      <div className="page-title">
        <h1>{name}</h1>
        <p className="hint">
          {email}
          {isPlatformAdmin && ' · platform admin'}
        </p>
      </div>
      <nav className="tabs" aria-label="Administration">
        {shown.map(({ id, title }) => (
          <Link key={id} to={addressOf.administration(id)} aria-current={id === section ? 'page' : undefined}>
            {title}
          </Link>
        ))}
      </nav>
      {!current && <p className="empty">There is no such page for you.</p>}
      {current?.id === '' && <TokenSection />}
      {current?.id === 'people' && <PeopleSection />}
      {current?.id === 'kernels' && <KernelSection />}
      {current?.id === 'servers' && <ServerSection />}
      {current?.id === 'pools' && <PoolSection />}
    </>
  );
}
