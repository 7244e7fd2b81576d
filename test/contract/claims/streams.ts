import { type Claim, proven } from './claim.js';

/** Streams of changes. */
export const streamsClaims: Claim[] = [
  ...proven('test/api/subscriptions/lifetime.test.ts', {
    'A stream ends within 5 s after its token was revoked.':
      'ends the streams of a revoked token within 5 s, and no others',
    'A stream ends when its caller may no longer view the workspace.':
      'ends the streams of a workspace that its caller may no longer view within 5 s',
  }),
  ...proven('test/api/subscriptions/space-events.test.ts', {
    'Everything that the caller may see is one stream at /events.':
      'sends everything that happens in a space once and in order, with the exception of a cell',
    'The stream of a space is resumed without gap or repeat.':
      'resumes after a cursor with the same items, also what happened while nobody followed',
    'The stream of a space has only what its caller may view at that moment.':
      'are those of the moment: of workspaces, of repositories, and of admins',
  }),
  ...proven('test/api/subscriptions/schedule-events.test.ts', {
    'The stream of a space has what happens to schedules.':
      'say once and in order what somebody did to one, with its values then',
    'It says when a due time of a schedule was missed.':
      'say that a run was started, that due times were missed and why, and that it was suspended',
  }),
  ...proven('test/api/subscriptions/fan-out.test.ts', {
    'An event is checked and read once for each caller.':
      'a change is read once for all streams of a caller, on every topic',
  }),
];
