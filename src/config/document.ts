/** One YAML file: its values, the place of each, and what is wrong with it so far. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { quote } from '../domain/time/text.ts';
import { type Environment, refersToEnvironment } from './environment.ts';
import { formatPath, type KeyPath, type Problem } from './problem.ts';
import { keyOf, maskCredentials, ValueReader } from './yaml-values.ts';

export interface Complaint {
  readonly path: KeyPath;
  readonly expected: string;
  /** Default: what stands at the path. */
  readonly found?: string;
  readonly hint?: string;
  /** Points at this key of the mapping at the path, instead of at its value. */
  readonly key?: string;
}

const SECRET_FIELD =
  /^(?:password|bearer|bearer_token|credentials|authorization|proxy-authorization|cookie|x-api-key)$/i;

/** Whether a field's text is never shown: a password, a header of credentials, or a relay that seems to hold one. */
function isSecret(field: string | number | undefined, text: string): boolean {
  return SECRET_FIELD.test(String(field)) || (field === 'relay' && text.includes('@'));
}

/** What YAML made of a text: what is asked for the place of a value. */
interface Parsed {
  readonly lines: LineCounter;
  readonly contents: Node | null;
  readonly aliased: ReadonlyMap<Node, Node>;
}

export class SourceDocument {
  readonly file: string;
  /** False: not YAML, or empty; nothing more can be said of its contents. */
  readonly readable: boolean;
  readonly problems: Problem[] = [];
  readonly #value: unknown = null;
  #parsed: Parsed;
  /** Places that have their problem already: whoever reads the null there need not complain. */
  readonly #unreadable = new Set<string>();

  /** Reads YAML 1.2; what cannot be read becomes a problem, never an exception. */
  constructor(file: string, text: string, environment: Environment) {
    this.file = file;
    const lines = new LineCounter();
    const reader = new ValueReader(environment, (node, path, found, expected) => {
      this.#unreadable.add(formatPath(path));
      this.#record(node.range?.[0] ?? 0, path, found, expected);
    });
    this.#parsed = { lines, contents: null, aliased: reader.aliased };
    const contents = this.#parse(text, lines);
    this.#parsed = { lines, contents, aliased: reader.aliased };
    if (this.problems.length === 0 && isNothing(contents)) {
      this.#record(0, [], 'an empty file', 'a mapping of keys and values');
    }
    this.readable = this.problems.length === 0;
    if (this.readable) this.#value = reader.read(contents);
  }

  /** Plain values; null where a part could not be read. */
  get value(): unknown {
    return this.#value;
  }

  /** Records a problem at a place, unless that place could not be read at all. */
  complain({ path, expected, found, hint, key }: Complaint): void {
    if (this.#unreadable.has(formatPath(path))) return;
    this.#record(this.#offset(path, key), path, found ?? this.foundAt(path), expected, hint ?? this.#hintAt(path));
  }

  /** What stands at a place, as a problem shows it: bounded, printable, secrets and the environment's values left out. */
  foundAt(path: KeyPath): string {
    const node = this.#nodeAt(path);
    if (node === undefined || isNothing(node)) return 'nothing';
    if (isMap(node)) return 'a mapping';
    if (isSeq(node)) return 'a list';
    if (!isScalar(node)) return 'nothing';
    const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
    if (isSecret(path.at(-1), text)) return '***';
    return typeof node.value === 'string' ? quote(maskCredentials(text)) : quote(text).slice(1, -1);
  }

  /** `FILE:LINE:COLUMN` of a place. */
  placeOf(path: KeyPath): string {
    const { line, col } = this.#parsed.lines.linePos(this.#offset(path));
    return `${this.file}:${line}:${col}`;
  }

  /** Whether the text at a place takes anything from the environment. */
  isFromEnvironment(path: KeyPath): boolean {
    const node = this.#nodeAt(path);
    return isScalar(node) && typeof node.value === 'string' && refersToEnvironment(node.value);
  }

  #parse(text: string, lineCounter: LineCounter): Node | null {
    let document: Document.Parsed;
    try {
      document = parseDocument(text, {
        lineCounter,
        prettyErrors: false,
        stringKeys: true,
        resolveKnownTags: false,
        logLevel: 'error',
      });
    } catch (error) {
      // The parser is recursive: a file of nothing but brackets exhausts its stack.
      if (!(error instanceof RangeError)) throw error;
      this.#record(0, [], 'a file nested too deeply', 'YAML 1.2');
      return null;
    }
    for (const { pos, message } of [...document.errors, ...document.warnings]) {
      this.#record(pos[0], [], 'broken YAML', 'YAML 1.2', quote(maskCredentials(message)).slice(1, -1));
    }
    return document.contents;
  }

  #hintAt(path: KeyPath): string | undefined {
    return this.isFromEnvironment(path) ? 'with the environment filled in' : undefined;
  }

  #record(offset: number, path: KeyPath, found: string, expected: string, hint?: string): void {
    const { line, col } = this.#parsed.lines.linePos(offset);
    this.problems.push({
      file: this.file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      path: formatPath(path),
      found,
      expected,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Where a value begins; for one that is missing, where the mapping begins that should hold it. */
  #offset(path: KeyPath, key?: string): number {
    const node = this.#nodeAt(path);
    if (node === undefined) return path.length === 0 ? 0 : this.#offset(path.slice(0, -1));
    if (key !== undefined && isMap(node)) {
      const pair = node.items.find((item) => keyOf(item) === key);
      if (isScalar(pair?.key)) return pair.key.range?.[0] ?? 0;
    }
    return node.range?.[0] ?? 0;
  }

  #nodeAt(path: KeyPath): Node | undefined {
    let node: Node | null = this.#parsed.contents;
    for (const step of path) {
      const parent: Node | null | undefined = this.#target(node);
      if (isSeq(parent)) node = (parent.items[Number(step)] ?? null) as Node | null;
      else if (isMap(parent)) node = (parent.items.find((item) => keyOf(item) === step)?.value ?? null) as Node | null;
      else node = null;
      if (node === null) return undefined;
    }
    return this.#target(node) ?? undefined;
  }

  #target(node: Node | null): Node | null | undefined {
    let target: Node | null | undefined = node;
    while (isAlias(target)) target = this.#parsed.aliased.get(target);
    return target;
  }
}

function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}
