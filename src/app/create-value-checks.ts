import type { ValueChecks } from '../../rest/payloads/value-checks.js';
import { checkBranchName, checkRef } from '../engines/git/check-ref.js';
import { assertReadablePath, assertWritablePath } from '../engines/git/file-path.js';
import { checkCell } from '../executions/check-cell.js';
import { checkInputAnswer } from '../executions/check-input-answer.js';
import { checkCellCount, checkSourceSha } from '../executions/execute-cells.js';
import { checkCommMessage } from '../executions/widgets/check-comm-message.js';
import { checkBaseSha } from '../files/check-base-sha.js';
import { checkCommitMessage } from '../files/commit-changes.js';
import { checkChangeCount } from '../files/commit-files.js';
import { checkSearchText } from '../files/search/search-query.js';
import { checkNotebookPath } from '../notebook-runs/check-notebook-path.js';
import { checkTargetId, type LinkTarget } from '../notebooks/links/link-target.js';
import { checkCron, checkTimeZone } from '../schedules/due-times.js';
import { checkQuestion } from '../sessions/check-question.js';
import { checkEventCursor } from '../subscriptions/watch-space-events.js';
import { checkUuid } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import { checkStartName } from '../workers/check-start-name.js';
import { checkPathCount } from '../workers/commit-worker-files.js';
import {
  checkConnectorCount,
  checkConnectorId,
  checkOwnerId,
  checkRepositoryId,
} from '../workspaces/check-references.js';
import {
  checkGrantCount,
  checkPrincipalId,
  type GrantInput,
} from '../workspaces/replace-workspace-access.js';

const principalTypes: readonly unknown[] = ['user', 'team'] satisfies GrantInput['principalType'][];
const targetTypes: readonly unknown[] = [
  'product',
  'analysis',
  'repository',
  'use_case',
] satisfies LinkTarget['targetType'][];

/**
 * The rules of the commands for single values, for the REST layer. An id is checked for its form only: whether it exists,
 * only the command knows. REST ignores the names of fields in the faults.
 */
export function createValueChecks(): ValueChecks {
  return {
    blobSha: (value: string) => checkBaseSha(value),
    branch: (value: string) => checkBranchName(value),
    changes: checkChangeCount,
    cellId: checkCell.cellId,
    cellIndex: checkCell.cellIndex,
    cells: checkCellCount,
    code: checkCell.code,
    cron: checkCron,
    cursorPos: checkQuestion.cursorPos,
    detailLevel: checkQuestion.detailLevel,
    commBuffers: checkCommMessage.bufferCount,
    commData: checkCommMessage.data,
    commId: checkCommMessage.commId,
    commMetadata: checkCommMessage.metadata,
    commTarget: (value: string, { type }) => checkCommMessage.target(type, value),
    eventCursor: (value: string) => checkEventCursor(value),
    commitMessage: (value: string) => checkCommitMessage(value, ''),
    connector: (value: string) => checkConnectorId(value, 0),
    connectors: checkConnectorCount,
    grants: checkGrantCount,
    inputRequestId: checkInputAnswer.requestId,
    inputValue: checkInputAnswer.value,
    // The message names the type of the target, so without one there is no message.
    linkTarget: (targetId: string, { target_type: targetType }) =>
      targetTypes.includes(targetType) &&
      checkTargetId({ targetId, targetType: targetType as LinkTarget['targetType'] }),
    name: (value: string) => checkName(value),
    newPath: (value: string) => assertWritablePath(value),
    notebookPath: (value: string) => checkNotebookPath(value),
    owner: checkOwnerId,
    principal: (id: string, { principal_type: type }) =>
      principalTypes.includes(type) && checkPrincipalId(id, 0, type as GrantInput['principalType']),
    readPath: (value: string) => assertReadablePath(value),
    ref: (value: string) => checkRef(value),
    repository: checkRepositoryId,
    searchText: checkSearchText,
    sourceSha: checkSourceSha,
    startName: (value: string) => checkStartName(value, 'name'),
    timeZone: checkTimeZone,
    timeoutSeconds: checkCell.timeoutSeconds,
    uuid: (value: string) => checkUuid(value, 'id'),
    workerPaths: checkPathCount,
  };
}
