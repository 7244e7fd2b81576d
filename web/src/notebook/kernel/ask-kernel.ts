import { CompleteCodeDocument, InspectCodeDocument } from '../../../generated/notebook.js';
import type { KernelQuestions } from '../editor/kernel-questions.js';
import type { NotebookModel } from '../notebook-model.js';
import { hasCode } from '../storage/api-requests.js';

/** What an editor asks: the kernel of the caller's session, if it lives. A kernel that cannot answer now is no error. */
export function askKernel({ api, kernel, page }: NotebookModel): KernelQuestions {
  const session = () => {
    const found = kernel.getState().session;
    return found && found.status !== 'dead' ? { spaceSlug: page.slug, sessionId: found.id } : null;
  };
  return {
    async complete(code, cursorPos) {
      const address = session();
      if (!address) return null;
      const found = await asked(() => api.query(CompleteCodeDocument, { ...address, code, cursorPos }));
      if (!found) return null;
      const { cursorStart, cursorEnd, matches, metadata } = found.completeCode;
      const types = typesOf(metadata);
      return { cursorStart, cursorEnd, matches: matches.map((label) => ({ label, type: types.get(label) })) };
    },
    async inspect(code, cursorPos) {
      const address = session();
      if (!address) return 'Run a cell first: the kernel answers this.';
      const found = await asked(() => api.query(InspectCodeDocument, { ...address, code, cursorPos }));
      if (!found) return 'The kernel is busy.';
      const text = (found.inspectCode.data as Record<string, unknown>)['text/plain'];
      return typeof text === 'string' ? text.slice(0, maxInspectionChars) : null;
    },
  };
}

/** Waits between the tries of a question: the first one of a kernel loads what answers it, which takes longer than a try. */
const retryMs = [300, 600, 1_200, 2_000, 3_000];

/** The answer to a question; null where the kernel cannot answer, or is busy for too long. */
async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer | null> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const wait = retryMs[attempt];
      const isLate = hasCode(error, 'kernel_busy') || hasCode(error, 'runtime_unavailable');
      if (!isLate || wait === undefined) return null;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

const maxInspectionChars = 20_000;

/** The types that IPython adds to its matches: `function`, `class`, …; CodeMirror has icons for them. */
function typesOf(metadata: unknown): Map<string, string> {
  const listed = (metadata as Record<string, unknown> | null)?._jupyter_types_experimental;
  const types = new Map<string, string>();
  if (!Array.isArray(listed)) return types;
  for (const one of listed as { text?: unknown; type?: unknown }[])
    if (typeof one.text === 'string' && typeof one.type === 'string') types.set(one.text, iconOf(one.type));
  return types;
}

const iconOf = (type: string) =>
  ({ instance: 'variable', module: 'namespace', statement: 'variable' })[type] ?? type;
