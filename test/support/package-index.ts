import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The name of the one package of an index. */
export const hostilePackage = 'hostile-package';

/**
 * The build backend of a package that has only its source code.
 * @param code Python that runs while the package is built; what it prints into `facts` is the text of the module
 */
function buildBackend(code: string): string {
  const indented = code.replaceAll('\n', '\n    ');
  return `
import io, zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    facts = io.StringIO()
    ${indented}
    name = 'hostile_package-1.0-py3-none-any.whl'
    info = 'hostile_package-1.0.dist-info'
    with zipfile.ZipFile(directory + '/' + name, 'w') as wheel:
        wheel.writestr('hostile_package.py', 'facts = ' + repr(facts.getvalue()))
        wheel.writestr(info + '/METADATA', 'Metadata-Version: 2.1\\nName: hostile-package\\nVersion: 1.0\\n')
        wheel.writestr(info + '/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr(info + '/RECORD', '')
    return name
`;
}

/** A package index on this machine. */
export interface PackageIndex {
  port: number;
  close(): void;
}

/**
 * Opens a package index with one package, of which there is only the source code.
 * @param code Python that runs while the package is built
 * @see https://packaging.python.org/en/latest/specifications/simple-repository-api/
 */
export async function openPackageIndex(code: string): Promise<PackageIndex> {
  const archive = await sourceArchive(code);
  const file = 'hostile_package-1.0.tar.gz';
  const server = createServer(({ url }, response) => {
    if (url === `/simple/${hostilePackage}/`) {
      response.setHeader('content-type', 'text/html').end(`<!DOCTYPE html><a href="/${file}">${file}</a>`);
    } else if (url === `/${file}`) response.end(archive);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** @see https://peps.python.org/pep-0517/#in-tree-build-backends */
async function sourceArchive(code: string): Promise<Buffer> {
  const root = await mkdtemp(join(tmpdir(), 'package-'));
  const folder = join(root, 'hostile_package-1.0');
  await mkdir(folder);
  const project = "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n";
  await writeFile(join(folder, 'pyproject.toml'), project);
  await writeFile(join(folder, 'backend.py'), buildBackend(code));
  await writeFile(join(folder, 'PKG-INFO'), 'Metadata-Version: 2.1\nName: hostile-package\nVersion: 1.0\n');
  await promisify(execFile)('tar', ['-czf', join(root, 'x.tar.gz'), '-C', root, 'hostile_package-1.0']);
  const archive = await readFile(join(root, 'x.tar.gz'));
  await rm(root, { recursive: true, force: true });
  return archive;
}
