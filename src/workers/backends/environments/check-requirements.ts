import { environmentFailed } from './environment-failed.js';

const maxLines = 1_000;

/** Options that choose among the packages of an index, and which index. */
const allowedOptions =
  /^(?:(?:-i|--index-url|--extra-index-url)[\s=]+https?:\/\/\S+|(?:--pre|--prefer-binary|--require-hashes)|--(?:only|no)-binary[\s=]+[\w:,.-]+)$/;
/** A name with extras, versions and markers, or with the address of an archive or repository. */
const requirement =
  /^[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]/]*\])?\s*(?:$|[<>=!~;(][^/]*$|@\s*(?:git\+)?https:\/\/)/;
/** The only options of a single package: others exclude wheels, so that code of packages runs. */
const hashes = /(?:\s+--hash[\s=]\s*sha(?:256|384|512):[0-9a-f]+)+$/;
/** With it an address may be read as the path of a folder of this machine. */
const upwards = /\/\.\.(?:\/|$|\s)/;
/** Where pip begins a new line but an editor may not, and what no requirement needs. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const maxLength = 4_096;

/** Options of {@link allowedOptions} with which pip still runs no code, and asks no other index. */
const optionsForWheels = /^(?:--pre|--prefer-binary|--require-hashes)$/;

/**
 * Refuses what would read files of this machine: other requirement files, folders and local archives.
 * @param text the `requirements.txt`, in pip's format
 * @param wheelsOnly refuses also what would make pip run code of a package or connect to an address in the file
 * @returns the lines that were checked, without comments and continuations, which pip may read in another way: in a comment,
 *   a file can even choose another encoding
 * @throws DomainError `runtime_unavailable` with the reason `environment_failed` that names the line
 * @see https://pip.pypa.io/en/stable/reference/requirements-file-format/
 */
export function checkRequirements(text: string, wheelsOnly = false): string {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.length > maxLines) throw environmentFailed(`it has more than ${maxLines} lines`);
  const checked: string[] = [];
  let whole = '';
  for (const [index, line] of lines.entries()) {
    const isComment = /^\s*#/.test(line);
    if (line.endsWith('\\') && !isComment) {
      whole += line.slice(0, -1);
      continue;
    }
    const plain = `${whole}${isComment ? ' ' : ''}${line}`.replace(/(^|\s)#.*$/s, '').trim();
    if (plain !== '') checked.push(checkLine(plain.replace(/\t/g, ' '), index + 1, wheelsOnly));
    whole = '';
  }
  if (whole !== '') throw environmentFailed('its last line ends with a backslash');
  return checked.map((line) => `${line}\n`).join('');
}

function checkLine(line: string, number: number, wheelsOnly: boolean): string {
  if (wheelsOnly && isMoreThanWheels(line)) {
    throw environmentFailed(
      `line ${number} has an address or asks for source code, and the profile has no egress`,
    );
  }
  if (isAllowed(line)) return line;
  throw environmentFailed(`line ${number} is neither a package nor an option that is allowed here`);
}

function isAllowed(line: string): boolean {
  if (line.length > maxLength || controls.test(line) || line.endsWith('\\')) return false;
  if (allowedOptions.test(line)) return true;
  const unhashed = line.replace(hashes, '');
  return requirement.test(unhashed) && !/\s-/.test(unhashed) && !upwards.test(unhashed);
}

function isMoreThanWheels(line: string): boolean {
  return line.startsWith('-')
    ? allowedOptions.test(line) && !optionsForWheels.test(line)
    : line.includes('@');
}
