import { useEffect, useState } from 'react';
import { RunLogDocument } from '../../generated/shell.js';
import { useSubscribe } from '../api/api-context.js';
import type { ApiFault } from '../api/api-error.js';
import { FaultMessage } from '../components/fault-message.js';
import { ScrollText } from '../components/scroll-text.js';
import { emptyOutput, withEvent } from './plain-output.js';

const isEnd = (type: string) => type === 'FinalResponse' || type === 'ExecutionFailure';

/** The output of a run from its log, and what comes until its end. */
export function RunOutput({ executionId }: { executionId: string }) {
  const subscribe = useSubscribe();
  const [output, setOutput] = useState(emptyOutput);
  const [isComplete, setComplete] = useState(false);
  const [fault, setFault] = useState<ApiFault | null>(null);
  useEffect(() => {
    setOutput(emptyOutput);
    setComplete(false);
    return subscribe(
      RunLogDocument,
      { executionId, after: 0 },
      {
        onData({ executionEvents }) {
          setOutput((before) => withEvent(before, executionEvents));
          if (isEnd(executionEvents.__typename)) setComplete(true);
        },
        resume: ({ executionEvents }) => ({ after: executionEvents.sequence }),
        isLast: ({ executionEvents }) => isEnd(executionEvents.__typename),
        onFault: setFault,
      },
    );
  }, [subscribe, executionId]);
  if (fault) return <FaultMessage fault={fault} />;
  const isEmpty = output.text === '' && output.images.length === 0;
  return (
    <div className="run-output">
      {output.text !== '' && <ScrollText text={output.text} />}
      {output.images.map(({ number, source }) => (
        <img key={number} src={source} alt={`Output of the cell, ${number}`} />
      ))}
      {isEmpty && <p className="hint">{isComplete ? 'It printed nothing.' : 'Nothing printed yet…'}</p>}
    </div>
  );
}
