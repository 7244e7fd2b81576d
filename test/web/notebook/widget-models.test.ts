import { expect, it } from 'vitest';
import {
  applyChange,
  type CommChange,
  readModels,
  type WidgetModelState,
} from '../../../web/src/notebook/output/widgets/widget-models.js';

const change = (kind: CommChange['kind'], data: unknown, buffers: string[] = []): CommChange => ({
  ...{ kind, commId: 'c', data, buffers, messageId: null },
});
const opening = (state: object) =>
  change('comm_open', {
    state: { _model_name: 'M', _model_module: 'm', _model_module_version: '1', ...state },
  });

function after(...changes: CommChange[]) {
  const models = new Map<string, WidgetModelState>();
  const has = changes.map((one) => applyChange(models, one));
  return { has, model: models.get('c') };
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
