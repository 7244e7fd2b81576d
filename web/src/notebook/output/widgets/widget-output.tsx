import { createContext, type ReactNode, useCallback, useContext, useSyncExternalStore } from 'react';
import type { NotebookWidgets } from './notebook-widgets.js';
import { WidgetFrame } from './widget-frame.js';
import { recordOf } from './widget-models.js';

/** The MIME type of an output that shows a widget. */
export const widgetType = 'application/vnd.jupyter.widget-view+json';

/** The widgets of the notebook around it; null where outputs are shown without a kernel. */
export const WidgetsContext = createContext<NotebookWidgets | null>(null);

/** The id of the session that made the outputs; empty where that is not known, as for those of a file. */
export const OutputSessionContext = createContext('');

/** An output that shows a widget of a live kernel. Where no kernel has it, its other types are shown. */
export function WidgetOutput({
  view,
  title,
  children,
}: {
  view: unknown;
  title: string;
  children: ReactNode;
}) {
  const widgets = useContext(WidgetsContext);
  const sessionId = useContext(OutputSessionContext);
  const { model_id: id } = recordOf(view);
  const modelId = typeof id === 'string' ? id : '';
  const subscribe = useCallback(
    (listener: () => void) => widgets?.subscribe(listener) ?? (() => {}),
    [widgets],
  );
  const session = useSyncExternalStore(subscribe, () => widgets?.find(modelId, sessionId));
  return session ? <WidgetFrame session={session} modelId={modelId} title={title} /> : children;
}
