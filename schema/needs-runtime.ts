/**
 * The `extensions` of a field that asks or changes what only the gateway that owns the runtime has: its workers, kernels and
 * queues. Another gateway forwards a query or mutation that selects it.
 */
export const needsRuntime = { needsRuntime: true };
