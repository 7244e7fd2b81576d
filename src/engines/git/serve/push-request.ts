import type { BodyReader } from './body-reader.js';
import { readPktLine } from './pkt-line.js';
import { invalidPush } from './push-refused.js';

/** One ref that a push creates (`from` null), moves, or deletes (`to` null). */
export interface RefCommand {
  /** The full name. */
  ref: string;
  from: string | null;
  to: string | null;
}

/** The commands of a push. The pack follows them. */
export interface PushRequest {
  commands: RefCommand[];
  capabilities: ReadonlySet<string>;
  /**
   * Why the whole push is refused; null when the commands are valid. Commands are unread only behind 1 MiB, or behind a name
   * that is too long to be reported.
   */
  fault: string | null;
}

const maxCommands = 1_000;
/** More than the name of any branch or tag may have. */
const maxRefBytes = 300;
const maxBytes = 1024 * 1024;
const maxOptionBytes = 64 * 1024;
const noObject = '0'.repeat(40);

/**
 * Reads the commands of a push. A client sends no commands to find out whether it may push, before it sends a large body.
 * @throws DomainError `invalid_request`
 * @see https://git-scm.com/docs/gitprotocol-pack#_reference_update_request_and_packfile_transfer
 */
export async function readPushRequest(body: BodyReader): Promise<PushRequest> {
  const commands: RefCommand[] = [];
  let capabilities: ReadonlySet<string> = new Set();
  let fault: string | null = null;
  const refused = (reason: string) => ({ commands, capabilities, fault: reason });
  for (let bytes = 0; ; ) {
    const line = await readPktLine(body);
    if (line === 'end' && bytes > 0) throw invalidPush('it ends within the commands');
    if (line === 'flush' && capabilities.has('push-options')) {
      const isShort = await dropOptions(body);
      return isShort ? { commands, capabilities, fault } : refused('its options are over 64 KiB');
    }
    if (line === 'flush' || line === 'end') return { commands, capabilities, fault };
    bytes += line.length;
    if (bytes > maxBytes) return refused('the list of refs is over 1 MiB; push in parts');
    const text = decode(line);
    // A shallow clone may lack history. Whether the pushed history is complete is checked against the repository.
    if (text.startsWith('shallow ')) continue;
    if (text.startsWith('push-cert')) throw invalidPush('signed pushes are not supported');
    const nul = text.indexOf('\0');
    if (nul >= 0 && commands.length === 0)
      capabilities = new Set(
        text
          .slice(nul + 1)
          .trim()
          .split(/ +/),
      );
    const command = parseCommand(nul >= 0 ? text.slice(0, nul) : text);
    if (Buffer.byteLength(command.ref) > maxRefBytes)
      return refused(`a ref has a name of over ${maxRefBytes} bytes`);
    if (commands.length >= maxCommands)
      fault ??= `a push may move at most ${maxCommands} refs; push in parts`;
    // Also those that are refused: a client wants a result for each of its refs.
    commands.push(command);
  }
}

/**
 * Reads the options of `git push -o`, which mean nothing here.
 * @returns false when they are too many to be read
 */
async function dropOptions(body: BodyReader): Promise<boolean> {
  for (let bytes = 0; bytes <= maxOptionBytes; ) {
    const line = await readPktLine(body);
    if (line === 'flush') return true;
    if (line === 'end') throw invalidPush('it ends within the options');
    // With its four digits, so that empty lines count too.
    bytes += line.length + 4;
  }
  return false;
}

function parseCommand(text: string): RefCommand {
  const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) (\S+)\n?$/.exec(text);
  if (!match) throw invalidPush('a command is malformed');
  const [from, to] = [match[1]!, match[2]!].map((oid) => (oid === noObject ? null : oid));
  if (from === null && to === null) throw invalidPush('a command has no object');
  return { ref: match[3]!, from: from!, to: to! };
}

function decode(line: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line);
  } catch {
    throw invalidPush('a name is not UTF-8');
  }
}
