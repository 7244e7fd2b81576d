import { readFile } from 'node:fs/promises';
import { downloadPackage } from './download-package.js';

/**
 * The code of a cell with which the kernel can import ipywidgets. It has the package in it, because a kernel may read
 * no folder.
 */
export async function provideIpywidgets(): Promise<string> {
  const wheel = await readFile(await downloadPackage('ipywidgets==8.1.9'), 'base64');
  return `
import base64, os, sys, tempfile
folder = tempfile.mkdtemp()
with open(os.path.join(folder, 'ipywidgets.whl'), 'wb') as wheel:
    wheel.write(base64.b64decode('${wheel}'))
sys.path.append(wheel.name)
`.trim();
}
