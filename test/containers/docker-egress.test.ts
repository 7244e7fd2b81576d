import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
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

  test('reach a private network behind the machine until the rule of the documentation drops that', async () => {
    const name = `nbw-test-${process.pid}`;
    const [here, there] = ['10.231.77.1', '10.231.77.2'];
    const ip = (...args: string[]) => execFileSync('ip', args);
    ip('netns', 'add', name);
    let service: ChildProcess | undefined;
    try {
      ip('link', 'add', 'nbwtest0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      ip('address', 'add', `${here}/30`, 'dev', 'nbwtest0');
      ip('link', 'set', 'nbwtest0', 'up');
      ip('-n', name, 'address', 'add', `${there}/30`, 'dev', 'eth0');
      ip('-n', name, 'link', 'set', 'eth0', 'up');
      service = spawn('ip', ['netns', 'exec', name, 'python3', '-m', 'http.server', String(port)], {
        stdio: 'ignore',
      });
      const reached = connecting(there);
      await vi.waitFor(async () => expect(await fixture.run(one, reached)).toBe('connected'), {
        timeout: 20_000,
      });
      const rule = [
        'DOCKER-USER',
        '--in-interface',
        'nbw-+',
        '--destination',
        '10.0.0.0/8',
        '--jump',
        'DROP',
      ];
      execFileSync('iptables', ['--insert', ...rule]);
      try {
        expect(await fixture.run(one, reached)).toBe('refused');
      } finally {
        execFileSync('iptables', ['--delete', ...rule]);
      }
    } finally {
      service?.kill('SIGKILL');
      ip('netns', 'delete', name);
    }
  });

  test('go on when their network is cut, and reach it again afterwards', async () => {
    const [network] = await docker.listNetworks({ filters: { name: [fixture.gateway.gatewayId] } });
    const { Gateway } = await networkOf(one);
    const service = connecting(Gateway, (server.address() as AddressInfo).port);
    const Container = `notebook-worker-${one.spec.workerId}`;
    await docker.getNetwork(network!.Id).disconnect({ Container });
    expect(await fixture.run(one, service)).toBe('refused');
    expect(fixture.exits).toEqual([]);
    await docker.getNetwork(network!.Id).connect({ Container });
    expect(await fixture.run(one, service)).toBe('connected');
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
