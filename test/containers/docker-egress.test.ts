import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DockerFixture, type DockerWorker, describeOnDocker, docker } from '../support/docker.js';
import { runCell, startPython } from '../support/kernel.js';

const port = 8_000;

/** Prints whether a connection can be opened. */
function connecting(address: string, to = port): string {
  return `
import socket
try:
    socket.create_connection(('${address}', ${to}), 3).close()
    print('connected')
except OSError:
    print('refused')
`;
}

const listening = `
import http.server, threading
server = http.server.HTTPServer(('0.0.0.0', ${port}), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
`;

describeOnDocker('workers that may reach the network', { timeout: 120_000 }, () => {
  const fixture = new DockerFixture();
  const bridge = `nbw-${fixture.gateway.gatewayId.slice(0, 8)}`;
  let server: Server;
  let one: DockerWorker;
  let other: DockerWorker;

  beforeAll(async () => {
    server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    await fixture.open();
    const egress = () => fixture.start({ profile: { egress: true } });
    [one, other] = await Promise.all([egress(), egress()]);
  });
  afterAll(async () => {
    server.close();
    await fixture.close();
  });

  const networkOf = async (worker: DockerWorker) =>
    Object.values((await fixture.inspect(worker)).NetworkSettings.Networks)[0]!;

  test('do not reach each other', async () => {
    const { IPAddress } = await networkOf(other);
    await runCell(await startPython(other.client), listening);
    expect(await fixture.run(other, connecting(IPAddress))).toBe('connected');
    expect(await fixture.run(one, connecting(IPAddress))).toBe('refused');
  });

  test('have one network, no published port, and are reached over their sockets', async () => {
    expect(await docker.listNetworks({ filters: { name: [fixture.gateway.gatewayId] } })).toHaveLength(1);
    const { HostConfig, NetworkSettings } = await fixture.inspect(one);
    expect(HostConfig.PortBindings ?? {}).toEqual({});
    expect(Object.values(NetworkSettings.Ports).filter(Boolean)).toEqual([]);
  });

  test("reach the engine's machine until the rule of the README drops that", async () => {
    const { Gateway } = await networkOf(one);
    const service = connecting(Gateway, (server.address() as AddressInfo).port);
    expect(await fixture.run(one, service)).toBe('connected');
    const rule = ['INPUT', '--in-interface', 'nbw-+', '--jump', 'DROP'];
    execFileSync('iptables', ['--insert', ...rule]);
    try {
      expect(await fixture.run(one, service)).toBe('refused');
    } finally {
      execFileSync('iptables', ['--delete', ...rule]);
    }
  });

  test('are refused when a network of that name does not keep them apart', async () => {
    const strange = new DockerFixture();
    await strange.open();
    const name = `notebook-workers-${strange.gateway.gatewayId}`;
    const network = await docker.createNetwork({ Name: name });
    try {
      await expect(strange.start({ profile: { egress: true } })).rejects.toThrow('keep them apart');
      expect(await strange.gateway.containers()).toEqual([]);
    } finally {
      await network.remove();
      await strange.close();
    }
  });

  test('use a bridge whose name is in the documented form', async () => {
    const [network] = await docker.listNetworks({ filters: { name: [fixture.gateway.gatewayId] } });
    expect(network!.Options!['com.docker.network.bridge.name']).toBe(bridge);
  });
});
