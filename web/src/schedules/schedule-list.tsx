import { useState } from 'react';
import type { ScheduleRowFragment, SchedulesQuery } from '../../generated/shell.js';
import { useNames } from '../space/use-names.js';
import { ScheduleRow } from './schedule-row.js';

/** The last run of each shown schedule is a request of its own. */
const pageSize = 10;

/** The schedules of a workspace, a few at first. */
export function ScheduleList({
  slug,
  data: { me, space },
  mayEdit,
  onEdit,
  onChange,
}: {
  slug: string;
  data: SchedulesQuery;
  /**
   * Whether the user may change the schedules that they made. An admin of the space may also pause and delete those of others;
   * what these run stays with their makers, with whose rights they run.
   */
  mayEdit: boolean;
  /** Opens the form of a schedule. */
  onEdit: (schedule: ScheduleRowFragment) => void;
  /** Called when one was changed or deleted here. */
  onChange: () => void;
}) {
  const nameOf = useNames(slug);
  const [limit, setLimit] = useState(pageSize);
  const { nodes } = space.workspace.schedules;
  return (
    <>
      <ul className="rows panel">
        {nodes.slice(0, limit).map((schedule) => {
          const isMaker = schedule.userId === me.id;
          return (
            <ScheduleRow
              key={schedule.id}
              slug={slug}
              schedule={schedule}
              userName={nameOf(schedule.userId)}
              mayChange={mayEdit && (isMaker || space.role === 'admin')}
              onEdit={isMaker ? () => onEdit(schedule) : undefined}
              onChange={onChange}
            />
          );
        })}
      </ul>
      {nodes.length > limit && (
        <button type="button" className="more" onClick={() => setLimit(limit + pageSize)}>
          Show more schedules
        </button>
      )}
    </>
  );
}
