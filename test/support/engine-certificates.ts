import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder with `ca.pem`, `cert.pem` and `key.pem` for a client, and the arguments with which an engine requires them. */
export interface EngineCertificates {
  clientFolder: string;
  engineArguments: string[];
}

/** Creates certificates of an authority of their own for an engine at 127.0.0.1 and for one client. */
export function createEngineCertificates(folder: string): EngineCertificates {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  mkdirSync(folder, { recursive: true });
  const newKey = ['req', '-newkey', 'rsa:2048', '-nodes'];
  openssl(...newKey, '-x509', '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-subj', '/CN=test', '-days', '2');
  const sign = (name: string, extensions: string) => {
    writeFileSync(join(folder, `${name}.ext`), extensions);
    openssl(...newKey, '-keyout', `${name}-key.pem`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-days', '2'];
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-extfile',
      `${name}.ext`,
      ...authority,
    );
  };
  sign('engine', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth');
  sign('client', 'extendedKeyUsage=clientAuth');
  const clientFolder = join(folder, 'client');
  mkdirSync(clientFolder);
  const copy = (from: string, to: string) => execFileSync('cp', [join(folder, from), join(clientFolder, to)]);
  copy('ca.pem', 'ca.pem');
  copy('client.pem', 'cert.pem');
  copy('client-key.pem', 'key.pem');
  const at = (name: string) => join(folder, name);
  return {
    clientFolder,
    engineArguments: [
      '--tlsverify',
      ...['--tlscacert', at('ca.pem'), '--tlscert', at('engine.pem'), '--tlskey', at('engine-key.pem')],
    ],
  };
}
