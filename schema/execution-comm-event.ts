import { builder } from './builder.js';
import { buffers, interfaces, type Of, typeNames } from './execution-event.js';

builder.objectRef<Of<'comm_open'>>(typeNames.comm_open).implement({
  description: 'The kernel opens a comm, as widgets do.',
  interfaces,
  fields: (t) => ({
    commId: t.id({
      description: 'UUID of the comm, as the kernel or the front end chose it.',
      resolve: (row) => row.event.comm_id,
    }),
    targetName: t.string({
      description: 'The name of the comm target that handles it in the front end.',
      resolve: (row) => row.event.target_name,
    }),
    metadata: t.field({
      type: 'JSON',
      description: "The message's metadata, e.g. the version of the widgets' protocol.",
      // Logs that were written before it was kept have none.
      resolve: (row) => row.event.metadata ?? {},
    }),
    data: t.field({
      type: 'JSON',
      description: 'The JSON that the comm carries; its target defines the shape.',
      resolve: (row) => row.event.data,
    }),
    buffers: t.stringList({ nullable: true, description: buffers, resolve: (row) => row.event.buffers }),
  }),
});

builder.objectRef<Of<'comm_msg'>>(typeNames.comm_msg).implement({
  description: 'The kernel sends data on an open comm, e.g. the new state of a widget.',
  interfaces,
  fields: (t) => ({
    commId: t.id({
      description: 'UUID of the comm, as the kernel or the front end chose it.',
      resolve: (row) => row.event.comm_id,
    }),
    data: t.field({
      type: 'JSON',
      description: 'The JSON that the comm carries; its target defines the shape.',
      resolve: (row) => row.event.data,
    }),
    buffers: t.stringList({ nullable: true, description: buffers, resolve: (row) => row.event.buffers }),
  }),
});

builder.objectRef<Of<'comm_close'>>(typeNames.comm_close).implement({
  description: 'The kernel closes a comm.',
  interfaces,
  fields: (t) => ({
    commId: t.id({
      description: 'UUID of the comm, as the kernel or the front end chose it.',
      resolve: (row) => row.event.comm_id,
    }),
    data: t.field({
      type: 'JSON',
      description: 'The JSON that the comm carries; its target defines the shape.',
      resolve: (row) => row.event.data,
    }),
    buffers: t.stringList({ nullable: true, description: buffers, resolve: (row) => row.event.buffers }),
  }),
});

builder.objectRef<Of<'widget_output'>>(typeNames.widget_output).implement({
  description:
    'Output that an `ipywidgets.Output` shows in place of the cell. The outputs of the cell do not contain it; the ' +
    'state of the widget does.',
  interfaces,
  fields: (t) => ({
    commId: t.id({
      description: 'Names the widget, as in the state of the widgets of the session.',
      resolve: (row) => row.event.comm_id,
    }),
    event: t.field({
      type: 'JSON',
      description:
        'The event that the cell would have had otherwise: `stream`, `display_data`, `execute_result`, `error` or ' +
        '`clear_output`, which clears the widget. It has its `type` and the fields of that type, named as in REST.',
      resolve: (row) => row.event.event,
    }),
  }),
});
