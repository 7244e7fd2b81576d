/** How much a JSON text may have. */
export interface JsonLimits {
  /** The nesting of objects and arrays. */
  depth: number;
  /** The values of the whole text: members and items at every level. */
  values: number;
  /** The members of one object. */
  members: number;
  /** The members of the outermost object. */
  topMembers: number;
  /** The characters of one number. */
  numberLength: number;
  /** The bytes of one string, as it is written. */
  stringBytes: number;
  /** The items of one array at up to so many levels: arrays further inside may be those of a notebook. */
  lists: { depth: number; items: number };
  /** The same for members of the outermost object, by their names; default `stringBytes`. */
  memberStringBytes?: Readonly<Record<string, number>>;
}

/** Why a JSON text is refused. */
export interface JsonExcess {
  /** The member of the outermost object that has too much; null where it is the text itself. */
  member: string | null;
  /** The rest of a sentence that begins with the name of that member. */
  message: string;
  /** A stable word in snake_case for programs. */
  type: 'too_deep' | 'too_many_values' | 'too_many_members' | 'number_too_long' | 'too_long';
}

/**
 * What bodies may have that carry whole files: a notebook of 200,000 cells has 1.5 million values, with an output in each
 * cell three million. Its parser takes no more values than this.
 */
export const fileLimits: Readonly<JsonLimits> = {
  depth: 500,
  values: 5_000_000,
  members: 100_000,
  topMembers: 100,
  numberLength: 4_301,
  stringBytes: 64 * 1024 * 1024,
  lists: { depth: 2, items: 20_000 },
};

/** What all other bodies may have. */
export const smallLimits: Readonly<JsonLimits> = {
  depth: 100,
  values: 20_000,
  members: 1_000,
  topMembers: 100,
  numberLength: 4_301,
  stringBytes: 16 * 1024 * 1024,
  lists: { depth: 2, items: 20_000 },
};

/** The length of the names that {@link JsonExcess.member} may have; a longer name is not reported. */
const maxNameBytes = 64;
/** Longer strings are searched for their end by `indexOf`, which is fast but slow to begin. */
const shortStringBytes = 48;

/**
 * Counts what a JSON text has while its bytes arrive, so that a hostile text is refused before it is complete and before
 * anything is parsed. It takes about a nanosecond for a byte, and a few hundred bytes of memory. Whether the text is valid
 * JSON is for the parser to say.
 * @example
 * const bounds = new JsonBounds(smallLimits);
 * for await (const chunk of body) if (bounds.scan(chunk)) break;
 * bounds.excess; // null, or why the text is refused
 */
export class JsonBounds {
  readonly #limits: JsonLimits;
  /** By level, the members that the open object has so far. */
  readonly #members: number[] = [0];
  /** By level, the items that the open array has so far, without the first one. */
  readonly #items: number[] = [0];
  #depth = 0;
  #values = 1;
  #numberLength = 0;
  #inString = false;
  #isEscaped = false;
  #stringBytes = 0;
  /** The beginning of the last string of the outermost object, which may be the name of a member. */
  readonly #name = Buffer.alloc(maxNameBytes);
  #member: string | null = null;
  #excess: JsonExcess | null = null;

  constructor(limits: JsonLimits) {
    this.#limits = limits;
  }

  /** The first excess in the bytes so far. */
  get excess(): JsonExcess | null {
    return this.#excess;
  }

  /** Reads the next bytes of the text. @returns {@link excess} */
  scan(chunk: Uint8Array): JsonExcess | null {
    const { length } = chunk;
    let at = 0;
    while (at < length && this.#excess === null) {
      if (this.#inString) at = this.#skipString(chunk, at);
      else at = this.#skipPlain(chunk, at);
    }
    return this.#excess;
  }

  /** Reads up to the next string, and enters it. @returns the position after the last byte read */
  #skipPlain(chunk: Uint8Array, from: number): number {
    const { length } = chunk;
    const maxNumber = this.#limits.numberLength;
    let inNumber = this.#numberLength;
    for (let at = from; at < length; at++) {
      const byte = chunk[at]!;
      const kind = kinds[byte]!;
      if (kind === ofNumber) {
        if (++inNumber <= maxNumber) continue;
        this.#refuse('number_too_long', `has a number of more than ${maxNumber} characters`);
        return length;
      }
      inNumber = 0;
      if (kind === ofStructure) {
        this.#structure(byte);
        if (this.#excess !== null) return length;
      } else if (kind === ofString) {
        this.#numberLength = 0;
        this.#inString = true;
        this.#stringBytes = 0;
        return at + 1;
      }
    }
    this.#numberLength = inNumber;
    return length;
  }

  #structure(byte: number): void {
    const { depth, values, members, topMembers, lists } = this.#limits;
    if (byte === openObject || byte === openArray) {
      this.#values++;
      this.#members[++this.#depth] = 0;
      this.#items[this.#depth] = 0;
      if (this.#depth > depth) this.#refuse('too_deep', `nests deeper than ${depth} levels`);
    } else if (byte === closeObject || byte === closeArray) {
      if (this.#depth > 0) this.#depth--;
      if (this.#depth === 1) this.#member = null;
    } else if (byte === comma) {
      this.#values++;
      // An object would have a member before its first comma.
      if (this.#depth <= lists.depth && this.#members[this.#depth] === 0) this.#countItem();
      if (this.#depth === 1) this.#member = null;
    } else if (byte === colon) {
      const count = ++this.#members[this.#depth]!;
      if (this.#depth === 1) this.#enterMember();
      const max = this.#depth === 1 ? topMembers : members;
      if (this.#depth === 1 && count > max) this.#member = null;
      if (count > max) this.#refuse('too_many_members', `has an object with more than ${max} members`);
    }
    if (this.#values > values) this.#refuse('too_many_values', `has more than ${values} values`);
  }

  #countItem(): void {
    const { items } = this.#limits.lists;
    if (++this.#items[this.#depth]! >= items)
      this.#refuse('too_long', `has a list of more than ${items} items`);
  }

  #enterMember(): void {
    const length = this.#stringBytes;
    this.#member = length > maxNameBytes ? null : this.#name.toString('utf8', 0, length);
  }

  /** Reads up to the end of a string. @returns the position after the last byte read */
  #skipString(chunk: Uint8Array, from: number): number {
    const end = this.#endOfString(chunk, from);
    const to = end === -1 ? chunk.length : end;
    if (this.#depth === 1 && this.#stringBytes < maxNameBytes)
      this.#name.set(
        chunk.subarray(from, Math.min(to, from + maxNameBytes - this.#stringBytes)),
        this.#stringBytes,
      );
    this.#stringBytes += to - from;
    const max = this.#maxStringBytes();
    if (this.#stringBytes > max) this.#refuse('too_long', `has a text of more than ${max} bytes`);
    if (end === -1) return chunk.length;
    this.#inString = false;
    return end + 1;
  }

  #maxStringBytes(): number {
    const { stringBytes, memberStringBytes } = this.#limits;
    const member = this.#depth === 1 ? this.#member : null;
    return member !== null && memberStringBytes && Object.hasOwn(memberStringBytes, member)
      ? memberStringBytes[member]!
      : stringBytes;
  }

  /** The position of the quote that ends the string; -1 where it comes later than this chunk. */
  #endOfString(chunk: Uint8Array, from: number): number {
    const soon = Math.min(chunk.length, from + shortStringBytes);
    let at = from;
    for (; at < soon; at++) {
      const byte = chunk[at]!;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) return at;
    }
    while (at < chunk.length) {
      const found = chunk.indexOf(quote, at);
      const end = found === -1 ? chunk.length : found;
      const isEscaped = isEscapedAt(chunk, at, end, this.#isEscaped);
      this.#isEscaped = found === -1 && isEscaped;
      if (found === -1) return -1;
      if (!isEscaped) return found;
      at = found + 1;
    }
    return -1;
  }

  #refuse(type: JsonExcess['type'], message: string): void {
    this.#excess ??= { member: this.#member, message, type };
  }
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openArray = 0x5b;
const backslash = 0x5c;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

const ofNumber = 1;
const ofString = 2;
const ofStructure = 3;

/** What each byte outside of a string belongs to; white space and the letters of words have none of these kinds. */
const kinds = new Uint8Array(256);
for (const sign of '0123456789+-.eE') kinds[sign.charCodeAt(0)] = ofNumber;
for (const sign of ',:[]{}') kinds[sign.charCodeAt(0)] = ofStructure;
kinds[quote] = ofString;

/** Whether the byte at `end` is escaped by the backslashes before it. @param isFirst whether the byte at `from` is */
function isEscapedAt(chunk: Uint8Array, from: number, end: number, isFirst: boolean): boolean {
  let before = end - 1;
  while (before >= from && chunk[before] === backslash) before--;
  const backslashes = end - 1 - before;
  const isOdd = backslashes % 2 === 1;
  // An escaped first byte that is itself a backslash escapes nothing.
  return before < from && isFirst ? !isOdd : isOdd;
}
