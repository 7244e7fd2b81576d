import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The package of an index that has only source code. */
export const hostilePackage = 'hostile-package';

/** The package of an index that has no source code: a module, and a program that prints what the module has. */
export const plainPackage = 'plain-package';

/** Writes its wheel to the path that is the argument. */
const plainWheel = `
import sys, zipfile

info = 'plain_package-1.0.dist-info'
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    wheel.writestr('plain_package.py', 'answer = 42\\ndef main():\\n    print("plain", answer)\\n')
    wheel.writestr(info + '/METADATA', 'Metadata-Version: 2.1\\nName: plain-package\\nVersion: 1.0\\n')
    wheel.writestr(info + '/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + '/entry_points.txt', '[console_scripts]\\nplain-program = plain_package:main\\n')
    wheel.writestr(info + '/RECORD', '')
`;

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
  /** How often the file of a package was asked for. */
  downloads: number;
  /** The environment variables with which pip uses it. @param host of this machine, for whoever runs pip */
  variables(host: string): Record<string, string>;
  close(): void;
}

/**
 * Opens a package index with two packages: {@link hostilePackage} and {@link plainPackage}.
 * @param code Python that runs while the first of them is built
 * @see https://packaging.python.org/en/latest/specifications/simple-repository-api/
 */
export async function openPackageIndex(code = ''): Promise<PackageIndex> {
  const files = new Map([
    [hostilePackage, { name: 'hostile_package-1.0.tar.gz', bytes: await sourceArchive(code) }],
    [plainPackage, { name: 'plain_package-1.0-py3-none-any.whl', bytes: await wheel() }],
  ]);
  const server = createServer(({ url = '' }, response) => {
    const listed = files.get(/^\/simple\/([^/]+)\/$/.exec(url)?.[1] ?? '');
    const file = [...files.values()].find(({ name }) => url === `/${name}`);
    if (listed) {
      const page = `<!DOCTYPE html><a href="/${listed.name}">${listed.name}</a>`;
      response.setHeader('content-type', 'text/html').end(page);
    } else if (file) {
      index.downloads += 1;
      response.end(file.bytes);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  const index: PackageIndex = {
    port,
    downloads: 0,
    variables: (host) => ({ PIP_INDEX_URL: `http://${host}:${port}/simple/`, PIP_TRUSTED_HOST: host }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return index;
}

async function wheel(): Promise<Buffer> {
  const root = await mkdtemp(join(tmpdir(), 'package-'));
  const file = join(root, 'package.whl');
  await promisify(execFile)('python3', ['-I', '-c', plainWheel, file]);
  const bytes = await readFile(file);
  await rm(root, { recursive: true, force: true });
  return bytes;
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
