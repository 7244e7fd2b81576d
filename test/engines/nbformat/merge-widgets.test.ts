import { expect, test } from 'vitest';
import { mergeOutputs } from '../../../src/engines/nbformat/merge-outputs.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';

const stateType = 'application/vnd.jupyter.widget-state+json';
const view = (model_id: string) => ({
  output_type: 'display_data',
  data: { 'application/vnd.jupyter.widget-view+json': { model_id, version_major: 2, version_minor: 0 } },
  metadata: {},
});
const model = (state: object) => ({
  ...{ model_name: 'AnyModel', model_module: 'any', model_module_version: '1' },
  state,
});
const widgets = (state: object) => ({ [stateType]: { version_major: 2, version_minor: 0, state } });

/** Saves the outputs of the cell `ran` into a notebook whose other cell shows the widget `old`. */
function merge(stored: object, added: any, ranShows = 'new') {
  const cells = [
    codeCell('ran', '1', { outputs: [view('replaced')] }),
    codeCell('other', '2', { outputs: [view('old')] }),
  ];
  const notebook = codeNotebook(cells, { title: 'kept', widgets: stored });
  const ran = { cell: 'ran', source: '1', outputs: [view(ranShows)], executionCount: 1 };
  const bytes = mergeOutputs(Buffer.from(JSON.stringify(notebook)), {
    cells: [ran],
    metadata: { widgets: added },
  });
  const { metadata } = JSON.parse(Buffer.from(bytes).toString());
  expect(metadata.title).toBe('kept');
  return metadata.widgets;
}

test('the widgets that other cells show stay, with their parts; others of an earlier save go', () => {
  const stored = {
    old: model({ children: ['IPY_MODEL_part'] }),
    part: model({ outputs: [view('within')], layout: 'IPY_MODEL_missing' }),
    within: model({ value: 1 }),
    ...{ replaced: model({}), unused: model({}) },
  };
  const { [stateType]: merged } = merge(widgets(stored), widgets({ new: model({ value: 2 }) }));
  const { old, part, within } = stored;
  expect(merged).toEqual(widgets({ old, part, within, new: model({ value: 2 }) })[stateType]);
});

test('of a widget with two states the new one counts', () => {
  const added = widgets({ old: model({ value: 2 }) });
  expect(merge(widgets({ old: model({ value: 1 }) }), added, 'old')).toEqual(added);
});

test('only the new ones stay where all would be larger than 16 MiB, or the stored ones have another version', () => {
  const added = widgets({ new: model({ text: 'x'.repeat(9 * 1024 * 1024) }) });
  expect(merge(widgets({ old: model({ text: 'x'.repeat(8 * 1024 * 1024) }) }), added)).toEqual(added);
  const small = widgets({ new: model({}) });
  const earlier = { [stateType]: { version_major: 1, version_minor: 0, state: { old: model({}) } } };
  expect(merge(earlier, small)).toEqual(small);
  expect(merge({ [stateType]: 'broken' }, small)).toEqual(small);
});
