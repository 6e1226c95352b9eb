/**
 * Reads what most services files are made of, a narrow part of YAML 1.2, some twenty times as fast as a parser that knows all of it
 * and the place of each value: at 100 000 services that parser is what an update would wait for.
 *
 * 1. What it gives, the parser gives too, without an error or a warning: a property of test/config/plain-yaml.test.ts.
 * 2. Whatever it does not know for certain it leaves to the parser as a whole: it has no errors of its own.
 *
 * It knows: mappings and lists in blocks, and in one line with brackets; keys that are words; texts bare, or in quotes and without
 * escapes, on one line; whole and decimal numbers, true, false and null; comments. It knows no anchors, tags, documents, tabs.
 */
import { type Environment, refersToEnvironment, substitute } from './environment.ts';
import { formatPath } from './problem.ts';

export interface PlainYaml {
  readonly value: unknown;
  /** Paths, as problems show them, of the texts that take something from the environment. */
  readonly filled: ReadonlySet<string>;
}

/** What is neither printable ASCII nor a letter or sign that nobody could take for a space or a control character. */
const DOUBTFUL = /[^\n -~\u00a1-\u2027\u2030-\ud7ff]/;
const KEY = /([A-Za-z][A-Za-z0-9_-]{0,99}):(?: +|(?=\n|$))/y;
const KEY_WITHIN = /([A-Za-z][A-Za-z0-9_-]{0,99}): +/y;
const BARE_START = /[A-Za-z0-9/._\u00a1-\ud7ff]/;
const BARE_WITHIN = /[A-Za-z0-9/._\u00a1-\ud7ff](?:[^\n,[\]{}:#"'`?]|:(?=[^\s,[\]{}]))*/y;
const WHOLE = /^(?:0|[1-9][0-9]{0,14})$/;
const DECIMAL = /^(?:0|[1-9][0-9]{0,8})\.[0-9]{1,6}$/;
/** A text that begins like a number and is none: something is in it that no number has, or it is an address. */
const NO_NUMBER = /[^0-9A-Fa-fxoinIN+.-]|^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/;
const LIKE_NUMBER = /^[0-9.]/;
const DEEPEST = 20;

/** Left to the parser. */
class Doubt extends Error {}

/** The values of a text; undefined where the parser has to be asked. */
export function readPlainYaml(text: string, environment: Environment): PlainYaml | undefined {
  if (DOUBTFUL.test(text)) return undefined;
  try {
    return new PlainReader(text, environment).readAll();
  } catch (error) {
    if (error instanceof Doubt) return undefined;
    throw error;
  }
}

type Mapping = Record<string, unknown>;

class PlainReader {
  readonly #text: string;
  readonly #environment: Environment;
  readonly #filled = new Set<string>();
  /** Each text once. */
  readonly #texts = new Map<string, string>();
  readonly #path: (string | number)[] = [];
  /** The line under way: where it begins, where its first sign stands, and where it ends; at the end of the text the indent is -1. */
  #lineStart = 0;
  #from = 0;
  #lineEnd = -1;
  #indent = -1;
  /** Behind what was read last. */
  #at = 0;

  constructor(text: string, environment: Environment) {
    this.#text = text;
    this.#environment = environment;
  }

  readAll(): PlainYaml {
    this.#nextLine();
    const value = this.#readMapping(0);
    if (this.#indent !== -1 || Object.keys(value).length === 0) throw new Doubt();
    return { value, filled: this.#filled };
  }

  /** Goes on to the next line with more on it than a comment. */
  #nextLine(): void {
    const text = this.#text;
    for (;;) {
      this.#lineStart = this.#lineEnd + 1;
      if (this.#lineStart >= text.length) {
        this.#indent = -1;
        return;
      }
      const end = text.indexOf('\n', this.#lineStart);
      this.#lineEnd = end === -1 ? text.length : end;
      let from = this.#lineStart;
      while (text[from] === ' ') from += 1;
      if (from >= this.#lineEnd || text[from] === '#') continue;
      this.#from = from;
      this.#indent = from - this.#lineStart;
      return;
    }
  }

  #isItem(): boolean {
    return this.#text[this.#from] === '-' && this.#text[this.#from + 1] === ' ';
  }

  #readMapping(indent: number): Mapping {
    const mapping = newMapping();
    while (this.#indent === indent && !this.#isItem()) this.#readEntry(mapping, indent, this.#from);
    return mapping;
  }

  /** Reads a key at a place of the line under way, and its value, up to the line after it. */
  #readEntry(mapping: Mapping, indent: number, at: number): void {
    KEY.lastIndex = at;
    const key = KEY.exec(this.#text)?.[1];
    if (key === undefined || key in mapping) throw new Doubt();
    this.#enter(key);
    this.#at = KEY.lastIndex;
    if (this.#at < this.#lineEnd && this.#text[this.#at] !== '#') {
      mapping[key] = this.#readInLine();
      this.#nextLine();
      // A text that goes on over several lines, or a mistake.
      if (this.#indent > indent) throw new Doubt();
    } else {
      this.#nextLine();
      const isList = this.#indent >= indent && this.#isItem();
      if (isList) mapping[key] = this.#readList(this.#indent);
      else mapping[key] = this.#indent > indent ? this.#readMapping(this.#indent) : null;
      if (this.#indent > indent) throw new Doubt();
    }
    this.#path.pop();
  }

  #readList(indent: number): unknown[] {
    const list: unknown[] = [];
    while (this.#indent === indent && this.#isItem()) {
      this.#enter(list.length);
      let at = this.#from + 1;
      while (this.#text[at] === ' ') at += 1;
      KEY.lastIndex = at;
      if (KEY.test(this.#text)) {
        const mapping = newMapping();
        const within = at - this.#lineStart;
        this.#readEntry(mapping, within, at);
        while (this.#indent === within && !this.#isItem()) this.#readEntry(mapping, within, this.#from);
        list.push(mapping);
      } else {
        this.#at = at;
        list.push(this.#readInLine());
        this.#nextLine();
      }
      if (this.#indent > indent) throw new Doubt();
      this.#path.pop();
    }
    return list;
  }

  /** The value from here to the end of the line. */
  #readInLine(): unknown {
    const first = this.#text[this.#at];
    if (first === '"' || first === "'" || first === '{' || first === '[') {
      const value = this.#readEnclosed(first);
      this.#endLine();
      return value;
    }
    const line = this.#text.slice(this.#at, this.#lineEnd);
    const comment = line.indexOf(' #');
    const bare = withoutSpaces(comment === -1 ? line : line.slice(0, comment));
    if (!BARE_START.test(bare[0] ?? '') || bare.includes(': ') || bare.endsWith(':')) throw new Doubt();
    return this.#scalar(bare);
  }

  /** Nothing more may stand on the line than a comment. */
  #endLine(): void {
    const rest = this.#text.slice(this.#at, this.#lineEnd);
    if (!/^ *(?: #.*)?$/.test(rest)) throw new Doubt();
  }

  #readEnclosed(first: '"' | "'" | '{' | '['): unknown {
    if (first === '{') return this.#readMappingInLine();
    return first === '[' ? this.#readListInLine() : this.#readQuoted(first);
  }

  #readQuoted(quote: '"' | "'"): string {
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end === -1 || end >= this.#lineEnd) throw new Doubt();
    const content = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    if (quote === '"' ? content.includes('\\') : this.#text[this.#at] === "'") throw new Doubt();
    return this.#fill(content);
  }

  #readMappingInLine(): Mapping {
    const mapping = newMapping();
    this.#at += 1;
    this.#skipSpaces();
    if (this.#takes('}')) return mapping;
    do {
      this.#skipSpaces();
      KEY_WITHIN.lastIndex = this.#at;
      const key = KEY_WITHIN.exec(this.#text)?.[1];
      if (key === undefined || key in mapping) throw new Doubt();
      this.#at = KEY_WITHIN.lastIndex;
      this.#enter(key);
      mapping[key] = this.#readWithin();
      this.#path.pop();
    } while (this.#takes(','));
    if (!this.#takes('}')) throw new Doubt();
    return mapping;
  }

  #readListInLine(): unknown[] {
    const list: unknown[] = [];
    this.#at += 1;
    this.#skipSpaces();
    if (this.#takes(']')) return list;
    do {
      this.#skipSpaces();
      this.#enter(list.length);
      list.push(this.#readWithin());
      this.#path.pop();
    } while (this.#takes(','));
    if (!this.#takes(']')) throw new Doubt();
    return list;
  }

  /** A value between brackets, and the spaces behind it. */
  #readWithin(): unknown {
    const first = this.#text[this.#at];
    let value: unknown;
    if (first === '"' || first === "'" || first === '{' || first === '[') {
      value = this.#readEnclosed(first);
    } else {
      BARE_WITHIN.lastIndex = this.#at;
      const bare = BARE_WITHIN.exec(this.#text)?.[0];
      if (bare === undefined) throw new Doubt();
      this.#at = BARE_WITHIN.lastIndex;
      value = this.#scalar(withoutSpaces(bare));
    }
    this.#skipSpaces();
    return value;
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  #takes(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  /** What a bare text stands for. */
  #scalar(bare: string): unknown {
    if (LIKE_NUMBER.test(bare)) {
      if (WHOLE.test(bare) || DECIMAL.test(bare)) return Number(bare);
      if (!NO_NUMBER.test(bare)) throw new Doubt();
      return this.#fill(bare);
    }
    if (bare.length > 5) return this.#fill(bare);
    if (bare === 'true') return true;
    if (bare === 'false') return false;
    if (bare === 'null') return null;
    if (/^(?:true|false|null)$/i.test(bare)) throw new Doubt();
    return this.#fill(bare);
  }

  #fill(raw: string): string {
    if (!raw.includes('${')) return this.#flat(raw);
    const { text, unset, malformed } = substitute(raw, this.#environment);
    if (unset.length > 0 || malformed.length > 0 || DOUBTFUL.test(text) || text.includes('\n')) throw new Doubt();
    if (refersToEnvironment(raw)) this.#filled.add(formatPath(this.#path));
    return this.#flat(text);
  }

  /** A text of its own: a part of the file's text would keep all of that in memory for as long as a service is known. */
  #flat(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const flat = Buffer.from(text).toString();
    this.#texts.set(flat, flat);
    return flat;
  }

  #enter(step: string | number): void {
    if (this.#path.push(step) > DEEPEST) throw new Doubt();
  }
}

/** No prototype, as of the parser's mappings: a key such as `constructor` is then a key like any other. */
function newMapping(): Mapping {
  return Object.create(null);
}

function withoutSpaces(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end -= 1;
  return text.slice(0, end);
}
