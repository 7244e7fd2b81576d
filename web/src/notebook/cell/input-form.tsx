import { type FormEvent, useEffect, useRef, useState } from 'react';
import { AnswerInputDocument } from '../../../generated/notebook.js';
import { focusUnlessTyping } from '../components/focus.js';
import type { CellRun } from '../kernel/notebook-runs.js';
import type { InputRequest } from '../model/run-outputs.js';
import type { NotebookModel } from '../notebook-model.js';
import { messageOf } from '../storage/api-requests.js';

/** Asks the user what the code of a cell asks: `input()`, and `getpass()` without showing it. */
export function InputForm({
  run,
  input,
  model,
}: {
  run: CellRun;
  input: InputRequest;
  model: NotebookModel;
}) {
  const [value, setValue] = useState('');
  const [isSent, setSent] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (run.isOwn) focusUnlessTyping(field.current);
  }, [run.isOwn]);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    try {
      const { executionId } = run;
      await model.api.mutate(AnswerInputDocument, { executionId, requestId: input.requestId, value });
    } catch (reason) {
      setError(messageOf(reason));
      setSent(false);
    }
  };
  return (
    <form className="input-form" onSubmit={(event) => void send(event)}>
      <label>
        <span className="input-prompt">{input.prompt || 'Input'}</span>
        <input
          ref={field}
          type={input.password ? 'password' : 'text'}
          autoComplete="off"
          value={value}
          disabled={isSent}
          onChange={(event) => setValue(event.target.value)}
        />
      </label>
      <button type="submit" disabled={isSent}>
        Send
      </button>
      {error && (
        <p className="fault" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
