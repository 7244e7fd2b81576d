import type { ReactNode } from 'react';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { Section } from '../components/section.js';
import { useNames } from '../space/use-names.js';
import { useWorkers } from './use-workers.js';
import { WorkerCard } from './worker-card.js';
import './workers.css';

/** The workers and kernels that run now, in a space or in one workspace. */
export function WorkerSection({
  slug,
  workspaceId,
  workspaceNames,
  actions,
}: {
  slug: string;
  workspaceId?: string;
  /** By id; left out on the page of a workspace. */
  workspaceNames?: ReadonlyMap<string, string>;
  actions?: ReactNode;
}) {
  const { workers, isLoading, fault } = useWorkers(slug, workspaceId);
  const nameOf = useNames(slug);
  return (
    <Section title="Workers and kernels" count={isLoading ? undefined : workers.length} actions={actions}>
      <FaultMessage fault={fault} />
      {isLoading && <Loading what="workers" />}
      {!isLoading && workers.length === 0 && (
        <p className="empty">Nothing runs. Opening a notebook and running a cell starts a worker.</p>
      )}
      <ul className="cards">
        {workers.map((worker) => (
          <WorkerCard
            key={worker.id}
            slug={slug}
            worker={worker}
            workspaceName={workspaceNames && (workspaceNames.get(worker.workspaceId) ?? 'A workspace')}
            userName={nameOf(worker.userId)}
          />
        ))}
      </ul>
    </Section>
  );
}
