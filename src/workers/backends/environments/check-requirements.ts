import { environmentFailed } from './environment-failed.js';

const maxLines = 1_000;

/** Options that choose among the packages of an index, and which index. */
const allowedOptions =
  /^(?:(?:-i|--index-url|--extra-index-url)[\s=]+https?:\/\/\S+|(?:--pre|--prefer-binary|--require-hashes)|--(?:only|no)-binary[\s=]+[\w:,.-]+)$/;
/** A name with extras, versions and markers, or with the address of an archive or repository. */
const requirement =
  /^[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\])?\s*(?:$|[<>=!~;(]|--hash\b|@\s*(?:git\+)?https:\/\/)/;

/** Options of {@link allowedOptions} with which pip still runs no code, and asks no other index. */
const optionsForWheels = /^(?:--pre|--prefer-binary|--require-hashes)$/;

/**
 * Refuses what would read files of this machine: other requirement files, folders and local archives.
 * @param text the `requirements.txt`, in pip's format
 * @param wheelsOnly refuses also what would make pip run code of a package or connect to an address in the file
 * @throws DomainError `runtime_unavailable` with the reason `environment_failed` that names the line
 * @see https://pip.pypa.io/en/stable/reference/requirements-file-format/
 */
export function checkRequirements(text: string, wheelsOnly = false): void {
  const lines = text.split(/\r?\n/);
  if (lines.length > maxLines) throw environmentFailed(`it has more than ${maxLines} lines`);
  let whole = '';
  for (const [index, line] of lines.entries()) {
    if (line.endsWith('\\')) {
      whole += line.slice(0, -1);
      continue;
    }
    checkLine(`${whole}${line}`.replace(/(^|\s)#.*$/, '').trim(), index + 1, wheelsOnly);
    whole = '';
  }
  if (whole !== '') throw environmentFailed('its last line ends with a backslash');
}

function checkLine(line: string, number: number, wheelsOnly: boolean): void {
  if (wheelsOnly && isMoreThanWheels(line)) {
    throw environmentFailed(
      `line ${number} has an address or asks for source code, and the profile has no egress`,
    );
  }
  if (line === '' || allowedOptions.test(line) || requirement.test(line)) return;
  throw environmentFailed(`line ${number} is neither a package nor an option that is allowed here`);
}

function isMoreThanWheels(line: string): boolean {
  return line.startsWith('-')
    ? allowedOptions.test(line) && !optionsForWheels.test(line)
    : line.includes('@');
}
