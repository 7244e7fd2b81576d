import { expect, it } from 'vitest';
import { ModelStore } from '../../../web/src/notebook/output/widgets/model-store.js';
import { type CommChange, readModels } from '../../../web/src/notebook/output/widgets/widget-models.js';

const change = (kind: CommChange['kind'], data: unknown, buffers: string[] = []): CommChange => ({
  ...{ kind, commId: 'c', data, buffers, messageId: null },
});
const opening = (state: object) =>
  change('comm_open', {
    state: { _model_name: 'M', _model_module: 'm', _model_module_version: '1', ...state },
  });

function after(...changes: CommChange[]) {
  const store = new ModelStore(new Map());
  const has = changes.map((one) => store.apply(one));
  return { has, model: store.models.get('c') };
}

it('a model comes, changes and goes with what happens on its comm', () => {
  const update = change('comm_msg', { method: 'update', state: { value: 2 } });
  const echo = change('comm_msg', { method: 'echo_update', state: { max: 9 } });
  const custom = change('comm_msg', { method: 'custom', state: { value: 5 } });
  const { has, model } = after(opening({ value: 1 }), update, echo, custom);
  expect(has).toEqual([true, false, false, false]);
  expect(model).toMatchObject({ model_name: 'M', model_module: 'm', state: { value: 2, max: 9 } });
  const closed = after(opening({}), change('comm_close', {}));
  expect(closed).toEqual({ has: [true, true], model: undefined });
});

it('a binary value replaces one that was none, and the other way round', () => {
  const image = { method: 'update', state: {}, buffer_paths: [['value']] };
  const binary = after(opening({ value: 1 }), change('comm_msg', image, ['aGk=']));
  expect(binary.model!.state).not.toHaveProperty('value');
  expect(binary.model!.buffers).toEqual([{ path: ['value'], data: 'aGk=' }]);
  const text = change('comm_msg', { method: 'update', state: { value: 'x' } });
  const plain = after(opening({}), change('comm_msg', image, ['aGk=']), text);
  expect(plain.model).toMatchObject({ state: { value: 'x' }, buffers: [] });
});

it.each([
  ['null', null],
  ['a list', [[]]],
  ['a state that is none', { method: 'update', state: 'x', buffer_paths: 7 }],
  ['paths without buffers', { method: 'update', state: {}, buffer_paths: [['value'], [], null] }],
])('%s changes nothing', (_what, data) => {
  expect(after(opening({ value: 1 }), change('comm_msg', data)).model!.state).toHaveProperty('value', 1);
  expect(after(change('comm_open', data))).toEqual({ has: [false], model: undefined });
});

it('comms that are no widgets, and documents that are none, have no models', () => {
  expect(after(change('comm_open', { state: { value: 1 } })).model).toBeUndefined();
  for (const document of [null, 'x', { state: null }, {}]) expect(readModels(document).size).toBe(0);
});

const modelOf = (state: Record<string, unknown>) => ({
  model_name: 'M',
  model_module: 'm',
  model_module_version: '1',
  state,
});
const about = (commId: string, state: object): CommChange => ({
  ...{ kind: 'comm_msg', commId, data: { method: 'update', state }, buffers: [], messageId: null },
});

it('models have 16 MiB together: those that changed least recently are dropped', () => {
  const text = 'x'.repeat(6_000_000);
  const document = { state: { new: modelOf({}), old: modelOf({ text }) } };
  const store = new ModelStore(readModels(document));
  expect(store.apply(about('new', { text }))).toBe(false);
  expect(store.apply(about('new', { text: 'short' }))).toBe(false);
  expect(store.apply(about('new', { text }))).toBe(false);
  store.add(new Map([['third', modelOf({ text })]]));
  expect([...store.models.keys()]).toEqual(['new', 'third']);
  expect(store.apply(about('third', { more: text }))).toBe(true);
  expect([...store.models.keys()]).toEqual(['third']);
  expect(store.apply(about('third', { text: `${text}${text}${text}` }))).toBe(true);
  expect(store.models.size).toBe(0);
});

it('a change of a large model takes time for what it changes only', () => {
  const members = Array.from({ length: 100_000 }, (_, i) => [`member-${i}`, i]);
  const store = new ModelStore(
    new Map([['large', modelOf(Object.fromEntries(members) as Record<string, unknown>)]]),
  );
  const begin = performance.now();
  for (let i = 0; i < 2_000; i++) store.apply(about('large', { 'member-7': -i }));
  expect(performance.now() - begin).toBeLessThan(2_000);
  expect(store.models.get('large')!.state).toMatchObject({ 'member-7': -1_999, 'member-8': 8 });
});

it('what others have of a state stays as it was', () => {
  const state = { value: 1 };
  const store = new ModelStore(new Map([['own', modelOf(state)]]));
  store.apply(about('own', JSON.parse('{"value": 2, "__proto__": {"x": 1}}')));
  expect(state).toEqual({ value: 1 });
  expect(JSON.stringify(store.models.get('own')!.state)).toBe('{"value":2,"__proto__":{"x":1}}');
});
