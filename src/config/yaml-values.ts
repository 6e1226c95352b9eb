/**
 * From YAML nodes to plain values. Everything that a file can do to its reader is bounded here: aliases, depth, control
 * characters. `${NAME}` is filled in, in text values only.
 */
import {
  type DocumentOptions,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type ParseOptions,
  type Scalar,
  type SchemaOptions,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { quote } from '../domain/time/text.ts';
import { type Environment, substitute } from './environment.ts';
import type { KeyPath } from './problem.ts';

/** Values that aliases may add to a file, so that a few lines cannot become gigabytes. */
const MOST_ALIASED_VALUES = 100_000;
const DEEPEST = 50;

/** How a text is parsed: YAML 1.2 with its core schema, and keys that are texts. */
export const PARSING = {
  prettyErrors: false,
  stringKeys: true,
  resolveKnownTags: false,
  logLevel: 'error',
} as const satisfies ParseOptions & DocumentOptions & SchemaOptions;

/** A part that cannot be read; its value is null. */
export type ReportUnreadable = (node: Node, path: KeyPath, found: string, expected: string) => void;

export class ValueReader {
  /** What each alias stands for, so that a place inside it can be found. */
  readonly aliased: Map<Node, Node> = new Map();
  readonly #environment: Environment;
  readonly #report: ReportUnreadable;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  /** Each text once. */
  readonly #texts = new Map<string, string>();
  #aliasedValues = 0;

  constructor(environment: Environment, report: ReportUnreadable) {
    this.#environment = environment;
    this.#report = report;
  }

  read(node: Node | null, path: KeyPath = [], insideAlias = false): unknown {
    if (node === null) return null;
    if (path.length > DEEPEST) {
      return this.#refuse(node, path, 'a value nested too deeply', `at most ${DEEPEST} levels`);
    }
    if (insideAlias) this.#aliasedValues += 1;
    if (this.#aliasedValues > MOST_ALIASED_VALUES) {
      if (this.#aliasedValues === MOST_ALIASED_VALUES + 1) {
        this.#refuse(node, path, 'aliases that multiply', `aliases that add at most ${MOST_ALIASED_VALUES} values`);
      }
      return null;
    }
    if (isAlias(node)) return this.#readAlias(node, path);
    const anchored = node as Scalar | YAMLMap | YAMLSeq;
    if (anchored.anchor !== undefined) this.#anchors.set(anchored.anchor, node);
    if (isScalar(node)) return typeof node.value === 'string' ? this.#readText(node, node.value, path) : node.value;
    this.#open.add(node);
    const value = isSeq(node)
      ? node.items.map((item, index) => this.read(item as Node, [...path, index], insideAlias))
      : isMap(node)
        ? this.#readMapping(node, path, insideAlias)
        : null;
    this.#open.delete(node);
    return value;
  }

  #readMapping(node: YAMLMap, path: KeyPath, insideAlias: boolean): unknown {
    // No prototype: a key such as `__proto__` is then a key like any other, and refused as unknown.
    const mapping: Record<string, unknown> = Object.create(null);
    for (const pair of node.items) {
      const key = keyOf(pair);
      mapping[key] = this.read(pair.value as Node | null, [...path, key], insideAlias);
    }
    return mapping;
  }

  #readAlias(alias: Node & { source: string }, path: KeyPath): unknown {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) {
      return this.#refuse(alias, path, `the alias *${alias.source}`, `an anchor &${alias.source} before it`);
    }
    if (this.#open.has(target)) {
      return this.#refuse(alias, path, `the alias *${alias.source} inside itself`, 'a value that ends');
    }
    this.aliased.set(alias, target);
    return this.read(target, path, true);
  }

  #readText(node: Scalar, raw: string, path: KeyPath): unknown {
    const { text, unset, malformed } = substitute(raw, this.#environment);
    if (malformed[0] !== undefined) {
      return this.#refuse(node, path, `\${${malformed[0]}}`, 'the name of an environment variable between the braces');
    }
    if (unset[0] !== undefined) {
      return this.#refuse(node, path, `\${${unset[0]}}`, `the environment variable ${unset[0]} to be set`);
    }
    if (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text)) {
      return this.#refuse(node, path, quote(maskCredentials(raw)), 'text on one line without control characters');
    }
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

  #refuse(node: Node, path: KeyPath, found: string, expected: string): null {
    this.#report(node, path, found, expected);
    return null;
  }
}

/** A mapping's key as text. Keys are never filled in from the environment. */
export function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

/** Hides `user:password@` in a text that is about to be shown. */
export function maskCredentials(text: string): string {
  return text.replace(/(\/\/)\S*@|[^\s/:]*:(?!\/\/)\S*@/g, (_, slashes: string | undefined) => `${slashes ?? ''}***@`);
}
