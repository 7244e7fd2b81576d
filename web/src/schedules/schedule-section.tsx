import { useState } from 'react';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { Others } from '../components/others.js';
import { Section } from '../components/section.js';
import { useNames } from '../space/use-names.js';
import { CreateScheduleDialog } from './create-schedule-dialog.js';
import { ScheduleRow } from './schedule-row.js';
import { useSchedules } from './use-schedules.js';
import './schedules.css';

/** The last run of each shown schedule is a request of its own. */
const pageSize = 10;

/** When notebooks of a workspace are run by themselves, and what has become of it. */
export function ScheduleSection({
  slug,
  workspaceId,
  branch,
  defaultBranch,
  mayEdit,
  mayCreate,
}: {
  slug: string;
  workspaceId: string;
  /** The branch that the page shows, whose notebooks new schedules run. */
  branch: string;
  defaultBranch: string;
  /** Whether the user may change the schedules that they made, and all of them as an admin of the space. */
  mayEdit: boolean;
  /** Whether runs can save on the branch, too. */
  mayCreate: boolean;
}) {
  const { data, fault, reload } = useSchedules(slug, workspaceId);
  const nameOf = useNames(slug);
  const [limit, setLimit] = useState(pageSize);
  const [isCreating, setCreating] = useState(false);
  const schedules = data?.space.workspace.schedules;
  const isOwn = (userId: string) => userId === data?.me.id || data?.space.role === 'admin';
  return (
    <Section
      title="Schedules"
      count={schedules?.totalCount}
      actions={
        mayCreate && (
          <button type="button" onClick={() => setCreating(true)}>
            New schedule
          </button>
        )
      }
    >
      <FaultMessage fault={fault} />
      {!schedules && !fault && <Loading what="schedules" />}
      {schedules?.nodes.length === 0 && (
        <p className="empty">No schedule runs a notebook of this workspace.</p>
      )}
      {schedules && schedules.nodes.length > 0 && (
        <ul className="rows panel">
          {schedules.nodes.slice(0, limit).map((schedule) => (
            <ScheduleRow
              key={schedule.id}
              slug={slug}
              schedule={schedule}
              userName={nameOf(schedule.userId)}
              mayChange={mayEdit && isOwn(schedule.userId)}
              onChange={reload}
            />
          ))}
        </ul>
      )}
      {schedules && schedules.nodes.length > limit && (
        <button type="button" className="more" onClick={() => setLimit(limit + pageSize)}>
          Show more schedules
        </button>
      )}
      <Others total={schedules?.totalCount ?? 0} shown={schedules?.nodes.length ?? 0} />
      {isCreating && (
        <CreateScheduleDialog
          slug={slug}
          workspaceId={workspaceId}
          branch={branch}
          defaultBranch={defaultBranch}
          onCreated={reload}
          onClose={() => setCreating(false)}
        />
      )}
    </Section>
  );
}
