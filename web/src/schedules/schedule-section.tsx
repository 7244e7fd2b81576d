import { useState } from 'react';
import type { ScheduleRowFragment } from '../../generated/shell.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { Others } from '../components/others.js';
import { Section } from '../components/section.js';
import { CreateScheduleDialog } from './create-schedule-dialog.js';
import { EditScheduleDialog } from './edit-schedule-dialog.js';
import { ScheduleList } from './schedule-list.js';
import { useSchedules } from './use-schedules.js';
import './schedules.css';

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
  /** Whether the user may change schedules of the workspace. */
  mayEdit: boolean;
  /** Whether runs can save on the branch, too. */
  mayCreate: boolean;
}) {
  const { data, fault, reload } = useSchedules(slug, workspaceId);
  const [isCreating, setCreating] = useState(false);
  // Kept here, so that the form stays when the schedule leaves the list.
  const [edited, setEdited] = useState<ScheduleRowFragment | null>(null);
  const schedules = data?.space.workspace.schedules;
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
      {data && schedules && schedules.nodes.length > 0 && (
        <ScheduleList slug={slug} data={data} mayEdit={mayEdit} onEdit={setEdited} onChange={reload} />
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
      {edited && (
        <EditScheduleDialog
          slug={slug}
          schedule={schedules?.nodes.find(({ id }) => id === edited.id) ?? edited}
          defaultBranch={defaultBranch}
          onChange={reload}
          onClose={() => setEdited(null)}
        />
      )}
    </Section>
  );
}
