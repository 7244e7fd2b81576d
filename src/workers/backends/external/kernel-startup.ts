import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The configuration of every kernel that is built on ipykernel, whatever its language. A full queue makes the kernel wait
 * instead of dropping output silently; other kernels have no such option, but where their message ids are numbered, what they
 * drop is counted. A message with a lone surrogate, which UTF-8 cannot encode, is sent with escapes instead of being lost.
 * @see https://ipython.readthedocs.io/en/stable/config/intro.html
 */
const kernelConfig = `
import json

import zmq
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.jsonutil import json_clean, json_default


def _escape_surrogates(pack):
    def pack_all(message):
        try:
            return pack(message)
        except UnicodeEncodeError:
            return json.dumps(json_clean(message), default=json_default, allow_nan=False).encode('ascii')

    return pack_all


def _init_iopub(app, context, init=IPKernelApp.init_iopub):
    context.setsockopt(zmq.XPUB_NODROP, 1)
    app.session.pack = _escape_surrogates(app.session.pack)
    init(app, context)


IPKernelApp.init_iopub = _init_iopub
`;

/** Runs in each IPython kernel before its first cell. What an import raises must not end the kernel. */
function warmImportsProgram(modules: readonly string[]): string {
  return `
def _import_modules(modules):
    import importlib
    import sys

    for module in modules:
        try:
            importlib.import_module(module)
        except BaseException as error:
            line = f'The module {module} was not imported: {type(error).__name__}'
            print(line, file=sys.__stderr__, flush=True)


_import_modules(${JSON.stringify(modules)})
del _import_modules
`;
}

/**
 * Writes what kernels run at their start.
 * @param ipythonDirectory the `IPYTHONDIR` of the server
 * @param warmImports the checked names of Python modules that each IPython kernel imports
 */
export async function writeKernelStartup(
  ipythonDirectory: string,
  warmImports: readonly string[],
): Promise<void> {
  const profile = join(ipythonDirectory, 'profile_default');
  const startup = join(profile, 'startup');
  await mkdir(startup, { recursive: true, mode: 0o700 });
  await writeFile(join(profile, 'ipython_kernel_config.py'), kernelConfig);
  const imports = join(startup, '50-warm-imports.py');
  if (warmImports.length > 0) await writeFile(imports, warmImportsProgram(warmImports));
  else await rm(imports, { force: true });
}
