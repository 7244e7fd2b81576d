import { useState } from 'react';
import { JupyterServersDocument, type JupyterServersQuery } from '../../../generated/shell.js';
import { FaultMessage } from '../../components/fault-message.js';
import { Loading } from '../../components/loading.js';
import { Section } from '../../components/section.js';
import { ShowMore } from '../../paging/show-more.js';
import { usePages } from '../../paging/use-pages.js';
import { useRefresh } from '../../paging/use-refresh.js';
import { ServerCard } from './server-card.js';
import { ServerDialog } from './server-dialog.js';
import './servers.css';

/** What the gateway says of a server is at most so old. */
const refreshSeconds = 10;

const serversOf = ({ jupyterServers }: JupyterServersQuery) => jupyterServers;

/** The Jupyter servers that workers of all spaces share, with their health and their load as they are now. */
export function ServerSection() {
  const servers = usePages(JupyterServersDocument, {}, serversOf);
  useRefresh(servers.soon, refreshSeconds);
  const [isCreating, setCreating] = useState(false);
  return (
    <Section
      title="Jupyter servers"
      count={servers.total}
      actions={
        servers.rows && (
          <button type="button" className="primary" onClick={() => setCreating(true)}>
            Register a server
          </button>
        )
      }
    >
      <p className="hint">
        Workers share these servers where their kernel profile says so. The gateway does not run them.
      </p>
      <FaultMessage fault={servers.fault} />
      {servers.isLoading && <Loading what="Jupyter servers" />}
      {servers.rows?.length === 0 && <p className="empty">No Jupyter server is registered.</p>}
      <ul className="cards">
        {servers.rows?.map((server) => (
          <ServerCard key={server.id} server={server} onChange={servers.reload} />
        ))}
      </ul>
      <ShowMore pages={servers} what="Jupyter servers" />
      {isCreating && <ServerDialog onClose={() => setCreating(false)} onSaved={servers.reload} />}
    </Section>
  );
}
