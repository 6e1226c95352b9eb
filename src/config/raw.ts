/**
 * Careful looks into values of which nothing is known yet. Rules that span fields or files use them, so that one bad
 * field does not hide the other mistakes.
 */
import type { Millis } from '../domain/time/instant.ts';
import { parseDuration, parseInstant } from '../domain/time/text.ts';
import type { KeyPath } from './problem.ts';

type Step = string | number;

/** What stands at a path, or undefined. */
export function valueAt(value: unknown, ...path: readonly Step[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<Step, unknown>)[step];
  }
  return current;
}

export function textAt(value: unknown, ...path: readonly Step[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function has(value: unknown, key: string): boolean {
  return valueAt(value, key) !== undefined;
}

export interface RawItem {
  readonly value: unknown;
  readonly path: KeyPath;
}

/** The items of the list at a path, with their paths; none when there is no list. */
export function itemsAt(value: unknown, base: KeyPath, ...path: readonly Step[]): RawItem[] {
  const found = valueAt(value, ...path);
  if (!Array.isArray(found)) return [];
  return found.map((item: unknown, index) => ({ value: item, path: [...base, ...path, index] }));
}

/** The entries of the mapping at a path, with their paths; none when there is no mapping. */
export function entriesAt(value: unknown, base: KeyPath, key: string): RawItem[] {
  const found = valueAt(value, key);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return [];
  return Object.entries(found).map(([name, item]) => ({ value: item, path: [...base, key, name] }));
}

/** The duration at a path in milliseconds; undefined when there is none that can be read. */
export function durationAt(value: unknown, ...path: readonly Step[]): Millis | undefined {
  return readable(textAt(value, ...path), parseDuration);
}

/** The instant at a path; undefined when there is none that can be read. */
export function instantAt(value: unknown, ...path: readonly Step[]): Millis | undefined {
  return readable(textAt(value, ...path), parseInstant);
}

/** A text read by a parser, or undefined where the parser refuses it: the shape's check says why. */
function readable<Value>(found: string | undefined, parse: (text: string) => Value): Value | undefined {
  if (found === undefined) return undefined;
  try {
    return parse(found);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
