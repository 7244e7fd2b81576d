import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { ContainerCreateOptions } from 'dockerode';
import { DockerEngine } from '../../src/workers/backends/docker/docker-engine.js';

/** A container of a {@link FakeDockerEngine}. */
export interface FakeContainer {
  id: string;
  name: string;
  labels: Record<string, string>;
  state: { Running: boolean; OOMKilled: boolean; ExitCode: number; FinishedAt: string };
  /** Its state in lists where that is neither `running` nor `exited`. */
  listed?: string;
  environment?: string[];
  /** What it printed. */
  output?: string;
}

/** The few requests of an engine's API that the watch of containers needs, so that single ones can fail. */
export class FakeDockerEngine {
  readonly engine: DockerEngine;
  readonly containers = new Map<string, FakeContainer>();
  /** This many inspections are refused from now on. */
  failingInspections = 0;
  /** The containers whose creation was requested. It answers none, and has none until {@link createLate}. */
  readonly requested: FakeContainer[] = [];
  /** Whether it creates them immediately, although it does not answer. */
  createsUnanswered = false;
  /** The ids of the containers that it fails to inspect. */
  readonly uninspectable = new Set<string>();
  /** Its CPU cores. */
  cores = 4;
  /** The bodies of the requests to create a container. */
  readonly bodies: ContainerCreateOptions[] = [];
  /** How many inspections were requested. */
  inspections = 0;
  /** The ids of the containers that it fails to stop, after `stopMs`. */
  readonly stuck = new Set<string>();
  stopMs = 0;
  readonly #folder: string;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  /** The events that it remembers, as it does until it is restarted. */
  readonly remembered: { Action: string; Actor: { ID: string }; timeNano: number }[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.engine = new DockerEngine({ socketPath: this.#socket, host: undefined });
  }

  /** Begins to answer. */
  static async open(): Promise<FakeDockerEngine> {
    const fake = new FakeDockerEngine(await mkdtemp(join(tmpdir(), 'fake-engine-')));
    fake.#server.listen(fake.#socket);
    await once(fake.#server, 'listening');
    return fake;
  }

  get #socket(): string {
    return join(this.#folder, 'docker.sock');
  }

  /** The address for the settings of a gateway. */
  get host(): string {
    return `unix://${this.#socket}`;
  }

  /** Whether somebody watches its events. */
  get isWatched(): boolean {
    return this.#streams.size > 0;
  }

  /** Adds a container that runs. */
  add(id: string, labels: Record<string, string>, name = id): FakeContainer {
    const container = newContainer(id, labels, name);
    this.containers.set(id, container);
    return container;
  }

  /** Creates the containers whose creation was requested. */
  createLate(): void {
    for (const container of this.requested) {
      this.containers.set(container.id, container);
      this.emit('create', container);
    }
  }

  /** Reports an event of a container to those who watch. @param at in ms; default now */
  emit(action: string, { id, name, labels }: FakeContainer, at = Date.now()): void {
    const event = { Action: action, Actor: { ID: id, Attributes: { name, ...labels } }, timeNano: at * 1e6 };
    this.remembered.push(event);
    for (const stream of this.#streams) stream.write(`${JSON.stringify(event)}\n`);
  }

  /** Ends the connections of those who watch. What happens until they watch again is missed. */
  cutEvents(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url } = request;
    const { pathname, searchParams } = new URL(url!, 'http://engine');
    const [, , id = '', what] = pathname.split('/');
    if (pathname === '/_ping') response.end('OK');
    else if (searchParams.has('until')) this.#sendPast(searchParams, response);
    else if (pathname === '/events') this.#openEvents(response);
    else if (pathname === '/info') send(response, 200, { NCPU: this.cores });
    else if (pathname === '/containers/json') send(response, 200, this.#list(searchParams).map(listed));
    else if (pathname === '/containers/create') void this.#request(request, searchParams.get('name')!);
    else if (pathname.startsWith('/networks/')) send(response, 200, network);
    else if (what === 'logs') response.end(framed(this.containers.get(id)?.output ?? ''));
    else if (method === 'POST' && what === 'stop') void this.#stop(id, response);
    else if (method === 'DELETE') response.writeHead(this.containers.delete(id) ? 204 : 404).end();
    else if (what === 'json') this.#inspect(id, response);
    else send(response, 501, { message: `${method} ${pathname}` });
  }

  #list(query: URLSearchParams): FakeContainer[] {
    const { label } = JSON.parse(query.get('filters')!) as { label: string[] };
    const has = ({ labels }: FakeContainer, one: string) => {
      const [name, value] = one.split('=');
      return labels[name!] === value;
    };
    return [...this.containers.values()].filter((container) => label.every((one) => has(container, one)));
  }

  async #stop(id: string, response: ServerResponse): Promise<void> {
    if (!this.stuck.has(id)) return void response.writeHead(204).end();
    await new Promise((resolve) => setTimeout(resolve, this.stopMs));
    const message = `cannot stop container: ${id}: tried to kill container, but did not receive an exit event`;
    send(response, 500, { message });
  }

  async #request(request: IncomingMessage, name: string): Promise<void> {
    const body = (await json(request)) as ContainerCreateOptions;
    this.bodies.push(body);
    this.requested.push(newContainer(`id-of-${name}`, body.Labels!, name));
    if (this.createsUnanswered) this.createLate();
    request.socket.destroy();
  }

  #sendPast(query: URLSearchParams, response: ServerResponse): void {
    const { container, event } = JSON.parse(query.get('filters')!) as Record<string, string[]>;
    const [since, until] = [Number(query.get('since')) * 1e9, Number(query.get('until')) * 1e9];
    const isAsked = ({ Action, Actor, timeNano }: (typeof this.remembered)[number]) =>
      event!.includes(Action) && container!.includes(Actor.ID) && timeNano >= since && timeNano <= until;
    response.end(
      this.remembered
        .filter(isAsked)
        .map((one) => `${JSON.stringify(one)}\n`)
        .join(''),
    );
  }

  #openEvents(response: ServerResponse): void {
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  }

  #inspect(id: string, response: ServerResponse): void {
    this.inspections += 1;
    const container = this.containers.get(id);
    if (this.failingInspections > 0 || this.uninspectable.has(id)) {
      this.failingInspections = Math.max(0, this.failingInspections - 1);
      send(response, 500, { message: 'the engine is busy' });
    } else if (!container) send(response, 404, { message: 'no such container' });
    else
      send(response, 200, { Id: id, State: container.state, Config: { Env: container.environment ?? [] } });
  }
}

/** A network that keeps its containers apart. */
const network = { Options: { 'com.docker.network.bridge.enable_icc': 'false' } };

function newContainer(id: string, labels: Record<string, string>, name: string): FakeContainer {
  const state = { Running: true, OOMKilled: false, ExitCode: 0, FinishedAt: '0001-01-01T00:00:00Z' };
  return { id, name, labels, state };
}

function listed({ id, name, labels, state, listed: other }: FakeContainer) {
  const State = other ?? (state.Running ? 'running' : 'exited');
  return { Id: id, Names: [`/${name}`], Labels: labels, State, Created: 1_700_000_000 };
}

/** A log in the engine's frames. */
function framed(text: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(1);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
