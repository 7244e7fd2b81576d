import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PageSessionFragment } from '../../../web/generated/notebook.js';
import { NotebookWidgets } from '../../../web/src/notebook/output/widgets/notebook-widgets.js';
import type { ApiRequests } from '../../../web/src/notebook/storage/api-requests.js';

/** The streams that are open, by session: each function gives its stream the models of the kernel. */
const open = new Map<string, (...models: string[]) => void>();
const subscribe = ((_document, variables, { onData }) => {
  const { sessionId } = variables as unknown as { sessionId: string };
  open.set(sessionId, (...ids) => {
    const state = { state: Object.fromEntries(ids.map((id) => [id, { model_name: 'M', state: {} }])) };
    onData({ sessionComms: { __typename: 'SessionWidgetState', type: 'widget_state', state } } as never);
  });
  return () => open.delete(sessionId);
}) as ApiRequests['subscribe'];
const mutate = () => Promise.reject(new Error('Nothing is sent.'));

const sessionOf = (id: string, userId: string, status: PageSessionFragment['status'] = 'idle') =>
  ({ id, userId, status, effectivePermissions: { canEdit: true, canManage: true } }) as PageSessionFragment;

let sessions: PageSessionFragment[];
let update = () => {};
let widgets: NotebookWidgets;
let leave: () => void;
beforeEach(() => {
  sessions = [];
  const kernel = {
    get sessions() {
      return sessions;
    },
    getState: () => ({
      ...{ session: sessions.find(({ userId }) => userId === 'me') ?? null },
      ...{ otherSessions: 0, progress: null, error: null },
    }),
    subscribe: (listener: () => void) => {
      update = listener;
      return () => true;
    },
  };
  widgets = new NotebookWidgets({ subscribe, mutate }, kernel, 'space');
  leave = widgets.subscribe(() => {});
});
afterEach(() => {
  leave();
  expect(open.size).toBe(0);
});

function see(...found: PageSessionFragment[]) {
  sessions = found;
  update();
}
const found = (modelId: string, sessionId = '') => widgets.find(modelId, sessionId)?.comms;

it("the caller's own kernel comes first, also when another one had the model before", () => {
  see(sessionOf('theirs', 'other'));
  open.get('theirs')!('model');
  const theirs = found('model');
  see(sessionOf('theirs', 'other'), sessionOf('mine', 'me'));
  expect(found('model')).toBe(theirs);
  open.get('mine')!('model');
  expect(found('model')).not.toBe(theirs);
  open.get('mine')!();
  expect(found('model')).toBe(theirs);
});

it('the output of a run is only that of the session that ran it', () => {
  see(sessionOf('theirs', 'other'), sessionOf('mine', 'me'));
  for (const id of ['theirs', 'mine']) open.get(id)!('model');
  const [theirs, mine] = [found('model', 'theirs'), found('model', 'mine')];
  expect([theirs, mine]).not.toContain(undefined);
  expect(theirs).not.toBe(mine);
  open.get('mine')!();
  expect(found('model', 'mine')).toBeUndefined();
  expect(found('model', 'gone')).toBeUndefined();
});

it('eight sessions are followed: those of the caller, then the newest of others', () => {
  const others = Array.from({ length: 20 }, (_, i) => sessionOf(`other-${i}`, 'other'));
  see(...others, sessionOf('mine', 'me'), sessionOf('dead', 'me', 'dead'));
  expect([...open.keys()]).toEqual(['mine', ...others.slice(0, 7).map(({ id }) => id)]);
  see(...others.slice(2), sessionOf('mine', 'me'));
  expect([...open.keys()].toSorted()).toEqual(['mine', ...others.slice(2, 9).map(({ id }) => id)].toSorted());
});
