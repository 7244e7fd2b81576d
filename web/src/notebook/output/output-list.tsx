import type { Output } from '../model/notebook.js';
import type { ShownOutput } from '../model/run-outputs.js';
import { OutputView } from './output-view.js';

/** This many outputs of a cell are shown. */
const maxShown = 500;

/** The outputs of a cell, in their order. */
export function OutputList({ outputs, label }: { outputs: readonly ShownOutput[]; label: string }) {
  if (outputs.length === 0) return null;
  const hidden = Math.max(0, outputs.length - maxShown);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a high region scrolls, also by keys.
    <section className="outputs" aria-label={label} tabIndex={0}>
      {hidden > 0 && <p className="hint">{hidden} earlier outputs are not shown.</p>}
      {outputs.slice(hidden).map(({ key, output }, index) => (
        <OutputView key={key} output={output} label={`${label}, part ${index + 1}`} />
      ))}
    </section>
  );
}

/** The outputs of a file as they are shown. */
export const shownOutputs = (outputs: readonly Output[] = []): ShownOutput[] =>
  outputs.map((output, key) => ({ key, output }));
