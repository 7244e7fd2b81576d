import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { commMessageId, executionOfParent } from '../../../src/executions/widgets/comm-message-id.js';

const execution = randomUUID();

test.each([
  ['a run', execution, execution],
  ['a comm message of a client', commMessageId('comm', execution), execution],
  ['a comm message of the gateway', commMessageId('sync', execution), execution],
  ['a comm message before the session has run anything', commMessageId('comm', undefined), undefined],
  ['another client', `${randomUUID()}_412_3`, undefined],
  ['a message that only looks like one of a client', `comm_${'-'.repeat(36)}_${execution}`, undefined],
  ['nothing', '', undefined],
])('what %s causes belongs to its execution, if it has one', (_title, parent, expected) => {
  expect(executionOfParent(parent)).toBe(expected);
});
