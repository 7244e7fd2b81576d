import { storageUnavailable } from '../durability/storage-error.js';
import type { Commit, RecordedRename, Signature } from '../git-types.js';
import type { Identity } from '../identity.js';
import { decodeText } from './decode-text.js';
import { decodeRenames, encodeRenames } from './rename-header.js';

const idLength = 40;
const treeStart = 'tree ';
const parentStart = 'parent ';
const encodingStart = 'encoding ';
const committerStart = '\ncommitter ';
/** The end of the year 9999, the last one in RFC 3339. */
const maxTime = 253_402_300_799;
const maxTimeLength = 40;

/** The contents of a new commit object. */
export interface NewCommit {
  treeOid: string;
  parents: string[];
  author: Identity;
  committer: Identity;
  /** Of author and committer; fractions of a second are dropped. */
  date: Date;
  message: string;
  /** What the commit records; null to leave its renames to be guessed. */
  renames: RecordedRename[] | null;
}

/**
 * A commit object's bytes. Characters that could forge a header (line breaks, angle brackets, NUL) are removed from the
 * identities, and NUL from the message, which gets a final newline. isomorphic-git would write them as they are.
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_git_commit_objects
 */
export function encodeCommit(commit: NewCommit): Buffer {
  const time = `${Math.floor(commit.date.getTime() / 1000)} +0000`;
  const message = commit.message.replaceAll('\0', '');
  const lines = [
    `tree ${commit.treeOid}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${identity(commit.author)} ${time}`,
    `committer ${identity(commit.committer)} ${time}`,
    ...(commit.renames ? [encodeRenames(commit.renames)] : []),
    '',
    message.endsWith('\n') ? message : `${message}\n`,
  ];
  return Buffer.from(lines.join('\n'));
}

/**
 * Reads a commit object. A malformed identity is returned unchanged as the name, and a malformed time is the epoch. A time
 * outside of the years 1970 to 9999 becomes the nearest one inside, because neither PostgreSQL nor RFC 3339 has others.
 * isomorphic-git is not used: it throws at a malformed identity or time, which git accepts, and changes the message's line
 * breaks. Names and message are decoded as the header `encoding` says, by default as UTF-8.
 * @throws DomainError `storage_unavailable` when it names no tree
 */
export function decodeCommit(oid: string, bytes: Buffer): Commit {
  const utf8 = bytes.toString();
  const stored = headersOf(utf8);
  const encoding = stored.find((line) => line.startsWith(encodingStart))?.slice(encodingStart.length);
  const text = (encoding === undefined ? null : decodeText(bytes, encoding)) ?? utf8;
  const headers = text === utf8 ? stored : headersOf(text);
  const end = text.indexOf('\n\n');
  const values = (key: string) =>
    headers.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const treeOid = values('tree')[0];
  if (!treeOid) throw storageUnavailable(new Error(`commit ${oid} is malformed`));
  const parents = values('parent');
  return {
    oid,
    treeOid,
    parents,
    author: signature(values('author')[0]),
    committer: signature(values('committer')[0]),
    message: end < 0 ? '' : text.slice(end + 2),
    renames: parents.length === 1 ? decodeRenames(stored) : null,
  };
}

function headersOf(text: string): string[] {
  const end = text.indexOf('\n\n');
  return (end < 0 ? text : text.slice(0, end)).split('\n');
}

/** The parts of a commit that a walk through the history needs. */
export interface CommitLinks {
  oid: string;
  treeOid: string;
  parents: string[];
  /** The committer's time in seconds, limited as in {@link decodeCommit}. */
  time: number;
}

/**
 * Reads the links of a commit object, in a tenth of the time of {@link decodeCommit}.
 * @throws DomainError `storage_unavailable` when it names no tree
 */
export function decodeCommitLinks(oid: string, bytes: Buffer): CommitLinks {
  if (bytes.toString('latin1', 0, treeStart.length) !== treeStart) {
    throw storageUnavailable(new Error(`commit ${oid} is malformed`));
  }
  let at = treeStart.length + idLength + 1;
  const treeOid = bytes.toString('latin1', treeStart.length, at - 1);
  const parents: string[] = [];
  while (bytes.toString('latin1', at, at + parentStart.length) === parentStart) {
    parents.push(bytes.toString('latin1', at + parentStart.length, at + parentStart.length + idLength));
    at += parentStart.length + idLength + 1;
  }
  const line = bytes.indexOf(committerStart, at - 1, 'latin1');
  const end = line < 0 ? -1 : bytes.indexOf(0x0a, line + 1);
  const text = line < 0 ? '' : bytes.toString('latin1', line, end < 0 ? bytes.length : end);
  return { oid, treeOid, parents, time: seconds(text) };
}

function identity({ name, email }: Identity): string {
  const clean = (text: string) => text.replace(/[\p{Cc}<>]/gu, '').trim();
  return `${clean(name) || 'unknown'} <${clean(email)}>`;
}

function signature(line = ''): Signature {
  const date = new Date(seconds(line) * 1000);
  const open = line.indexOf('<');
  const close = line.indexOf('>', open);
  if (open < 0 || close < 0) return { name: line, email: '', date };
  return { name: line.slice(0, open).trimEnd(), email: line.slice(open + 1, close), date };
}

/** The time after an identity. Its zone does not change the time. */
function seconds(line: string): number {
  const end = line.lastIndexOf('>');
  const digits = end < 0 ? null : /^ *(-?\d+)/.exec(line.slice(end + 1, end + 1 + maxTimeLength));
  return Math.min(Math.max(Number(digits?.[1] ?? 0), 0), maxTime);
}
