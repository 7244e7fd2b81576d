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
  description: 'A message on a comm.',
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
