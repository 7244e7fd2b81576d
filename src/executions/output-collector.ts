import type { KernelEvent, MimeBundle } from '../engines/kernels/kernel-event.js';

/** An output as nbformat 4 has it; see https://nbformat.readthedocs.io/en/latest/format_description.html */
export type NotebookOutput = { output_type: string } & Record<string, unknown>;

/** Builds a cell's outputs from its events, as a notebook client would. */
export interface OutputCollector {
  add(event: KernelEvent): void;
  readonly outputs: NotebookOutput[];
  /** Whether something that a client would show now was left out because of the limit. */
  readonly truncated: boolean;
}

interface Kept {
  output: NotebookOutput;
  displayId: string | undefined;
  /** In characters of JSON. */
  size: number;
  /** Whether its last update did not fit. */
  isStale: boolean;
}

/**
 * Makes an {@link OutputCollector}.
 * @param limit the most characters kept, 8 Mi by default; after the first output that does not fit none is added until
 *   the outputs are cleared
 */
export function createOutputCollector(limit = 8 * 1024 * 1024): OutputCollector {
  let kept: Kept[] = [];
  let clearOnNext = false;
  let size = 0;
  let isFull = false;

  const clear = () => {
    kept = [];
    size = 0;
    isFull = false;
    clearOnNext = false;
  };
  const takes = (length: number) => {
    isFull ||= size + length > limit;
    if (!isFull) size += length;
    return !isFull;
  };
  const push = (output: NotebookOutput, displayId?: string) => {
    if (clearOnNext) clear();
    const length = JSON.stringify(output).length;
    if (takes(length)) kept.push({ output, displayId, size: length, isStale: false });
  };
  const stream = (name: string, text: string) => {
    const last = kept.at(-1);
    if (clearOnNext || last?.output.output_type !== 'stream' || last.output.name !== name) {
      push({ output_type: 'stream', name, text });
    } else if (takes(text.length)) {
      last.output.text = `${last.output.text}${text}`;
      last.size += text.length;
    }
  };
  /** Replaces what the displays with an id show. */
  const update = (displayId: string | undefined, data: MimeBundle, metadata: Record<string, unknown>) => {
    if (displayId === undefined) return;
    for (const one of kept) {
      if (one.displayId !== displayId) continue;
      const output = { ...one.output, data, metadata };
      const length = JSON.stringify(output).length;
      one.isStale = size - one.size + length > limit;
      if (one.isStale) continue;
      size += length - one.size;
      one.size = length;
      one.output = output;
    }
  };
  /** A display that takes the id of earlier ones updates those too. */
  const display = (
    output: NotebookOutput,
    event: KernelEvent & { type: 'display_data' | 'execute_result' },
  ) => {
    if (clearOnNext) clear();
    update(event.transient.display_id, event.data, event.metadata);
    push(output, event.transient.display_id);
  };

  return {
    add(event) {
      switch (event.type) {
        case 'stream':
          return stream(event.name, event.text);
        case 'display_data':
          return display({ output_type: 'display_data', data: event.data, metadata: event.metadata }, event);
        case 'execute_result':
          return display(
            {
              output_type: 'execute_result',
              data: event.data,
              metadata: event.metadata,
              execution_count: event.execution_count,
            },
            event,
          );
        case 'error':
          return push({
            output_type: 'error',
            ename: event.ename,
            evalue: event.evalue,
            traceback: event.traceback,
          });
        case 'update_display_data':
          return update(event.transient.display_id, event.data, event.metadata);
        case 'clear_output':
          if (event.wait) clearOnNext = true;
          else clear();
          return;
      }
    },
    get outputs() {
      return kept.map(({ output }) => output);
    },
    get truncated() {
      return isFull || kept.some(({ isStale }) => isStale);
    },
  };
}
