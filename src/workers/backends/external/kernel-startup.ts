import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The configuration of every kernel that is built on ipykernel, whatever its language: a full queue makes the kernel wait
 * instead of dropping output silently. Other kernels have no such option; where their message ids are numbered, what they
 * drop is counted.
 * @see https://ipython.readthedocs.io/en/stable/config/intro.html
 */
const kernelConfig = `
import zmq
from ipykernel.kernelapp import IPKernelApp


def _init_iopub(app, context, init=IPKernelApp.init_iopub):
    context.setsockopt(zmq.XPUB_NODROP, 1)
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
