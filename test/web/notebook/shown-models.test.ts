import { expect, it } from 'vitest';
import { ModelStore } from '../../../web/src/notebook/output/widgets/model-store.js';
import { ShownModels } from '../../../web/src/notebook/output/widgets/shown-models.js';
import type { CommChange } from '../../../web/src/notebook/output/widgets/widget-models.js';

const modelOf = (state: Record<string, unknown>, model_name = 'M', model_module = 'm') => ({
  ...{ model_name, model_module, model_module_version: '1', state },
});
const link = (source: string, target: string) =>
  modelOf(
    { source: [`IPY_MODEL_${source}`, 'value'], target: [`IPY_MODEL_${target}`, 'value'] },
    'LinkModel',
    '@jupyter-widgets/controls',
  );
const view = {
  output_type: 'display_data',
  data: { 'application/vnd.jupyter.widget-view+json': { model_id: 'inner' } },
};

function create() {
  const store = new ModelStore(
    new Map([
      ['box', modelOf({ children: ['IPY_MODEL_slider', 'IPY_MODEL_out'], layout: 'IPY_MODEL_layout' })],
      ['slider', modelOf({ value: 1, text: 'IPY_MODEL_ is no reference, nor is "model_id":"password"' })],
      ['out', modelOf({ outputs: [view] })],
      ['inner', modelOf({})],
      ['layout', modelOf({})],
      ['password', modelOf({ value: 'secret' })],
      ['link', link('slider', 'inner')],
      ['other-link', link('slider', 'password')],
    ]),
  );
  const shown = new ShownModels(store.models);
  const begun = [...shown.begin('box').keys()].toSorted();
  const take = (kind: CommChange['kind'], commId: string, state: object = {}) => {
    const data = { method: 'update', state: { _model_name: 'M', ...state } };
    const change = { kind, commId, data, buffers: [], messageId: null };
    store.apply(change);
    const { added, isShown } = shown.take(change);
    return { added: [...added.keys()], isShown };
  };
  return { shown, begun, take };
}

it('a frame has what its widget refers to, also within outputs, and the links between that', () => {
  const { shown, begun } = create();
  expect(begun).toEqual(['box', 'inner', 'layout', 'link', 'out', 'slider']);
  expect([shown.has('slider'), shown.has('password')]).toEqual([true, false]);
});

it('it gets the changes of those only, and others once they are referred to', () => {
  const { shown, take } = create();
  expect(take('comm_msg', 'slider', { value: 2 })).toEqual({ added: [], isShown: true });
  expect(take('comm_msg', 'password', { value: 'new' })).toEqual({ added: [], isShown: false });
  expect(take('comm_open', 'new', { part: 'IPY_MODEL_part' })).toEqual({ added: [], isShown: false });
  const children = { children: ['IPY_MODEL_new', 'IPY_MODEL_slider'] };
  expect(take('comm_msg', 'box', children)).toEqual({ added: ['new'], isShown: true });
  expect(shown.has('new')).toBe(true);
});

it('it gets a model that was referred to before it came, and one that comes again', () => {
  const { shown, take } = create();
  take('comm_msg', 'box', { children: ['IPY_MODEL_late'] });
  expect(take('comm_open', 'late', { part: 'IPY_MODEL_password' })).toEqual({
    ...{ added: ['late', 'password'], isShown: false },
  });
  expect(take('comm_close', 'late')).toEqual({ added: [], isShown: true });
  expect(shown.has('late')).toBe(false);
  expect(take('comm_open', 'late')).toEqual({ added: ['late'], isShown: false });
});
