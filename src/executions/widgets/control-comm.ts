/** The comms that the gateway itself opens have ids that begin so; those of clients have others. */
export const controlPrefix = 'notebook-gateway-';

/** How a front end asks a kernel for the states of all its widgets. */
export const controlComm = { target: 'jupyter.widget.control', version: '1.0.0' } as const;
