import type { ContainerInspectInfo } from 'dockerode';
import { shortlyMs } from './container-exit.js';
import type { DockerEngine } from './docker-engine.js';
import { readJsonLines } from './json-lines.js';

const maxReadMs = 5_000;
/** How long after the end the engine may report it. */
const lateMs = 1_000;

/**
 * When the memory of a container ran out shortly before its end, in ms by the clock of the engine; undefined when the engine
 * does not remember that, or does not answer. Never throws.
 */
export async function missedMemoryEvent(
  engine: Pick<DockerEngine, 'pastEvents'>,
  { Id, State }: ContainerInspectInfo,
): Promise<number | undefined> {
  const endedAt = Date.parse(State.FinishedAt);
  const since = Math.floor((endedAt - shortlyMs) / 1_000);
  const until = Math.ceil((endedAt + lateMs) / 1_000);
  try {
    const stream = await engine.pastEvents(Id, 'oom', since, until);
    const timer = setTimeout(() => stream.destroy(), maxReadMs);
    let at: number | undefined;
    try {
      for await (const event of readJsonLines(stream)) at = (event as { timeNano: number }).timeNano / 1e6;
    } finally {
      clearTimeout(timer);
    }
    return at;
  } catch {
    return undefined;
  }
}
