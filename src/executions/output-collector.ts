import type { KernelEvent } from '../kernels/kernel-event.js';

/** An output as nbformat 4 has it; see https://nbformat.readthedocs.io/en/latest/format_description.html */
export type NotebookOutput = { output_type: string } & Record<string, unknown>;

/** Builds a cell's outputs from its events, as a notebook client would. */
export interface OutputCollector {
  add(event: KernelEvent): void;
  readonly outputs: NotebookOutput[];
  /** Whether something was left out because of the limit. */
  readonly truncated: boolean;
}

/**
 * Makes an {@link OutputCollector}.
 * @param limit the most characters kept, 8 Mi by default; what comes later is left out
 */
export function createOutputCollector(limit = 8 * 1024 * 1024): OutputCollector {
  let outputs: { output: NotebookOutput; displayId: unknown }[] = [];
  let clearOnNext = false;
  let size = 0;
  let truncated = false;

  const clear = () => {
    outputs = [];
    size = 0;
    clearOnNext = false;
  };
  const fits = (length: number) => {
    size += length;
    if (size > limit) truncated = true;
    return size <= limit;
  };
  const push = (output: NotebookOutput, displayId?: unknown) => {
    if (clearOnNext) clear();
    if (fits(JSON.stringify(output).length)) outputs.push({ output, displayId });
  };
  const stream = (name: string, text: string) => {
    const last = outputs.at(-1)?.output;
    if (clearOnNext || last?.output_type !== 'stream' || last.name !== name) {
      push({ output_type: 'stream', name, text });
    } else if (fits(text.length)) {
      last.text = `${last.text}${text}`;
    }
  };

  return {
    add(event) {
      switch (event.type) {
        case 'stream':
          return stream(event.name, event.text);
        case 'display_data':
          return push(
            { output_type: 'display_data', data: event.data, metadata: event.metadata },
            event.transient.display_id,
          );
        case 'execute_result':
          return push({
            output_type: 'execute_result',
            data: event.data,
            metadata: event.metadata,
            execution_count: event.execution_count,
          });
        case 'error':
          return push({
            output_type: 'error',
            ename: event.ename,
            evalue: event.evalue,
            traceback: event.traceback,
          });
        case 'update_display_data':
          for (const { output, displayId } of outputs) {
            if (displayId === undefined || displayId !== event.transient.display_id) continue;
            if (fits(JSON.stringify(event.data).length)) {
              output.data = event.data;
              output.metadata = event.metadata;
            }
          }
          return;
        case 'clear_output':
          if (event.wait) clearOnNext = true;
          else clear();
          return;
      }
    },
    get outputs() {
      return outputs.map(({ output }) => output);
    },
    get truncated() {
      return truncated;
    },
  };
}
