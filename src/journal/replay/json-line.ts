/**
 * One line as a JSON object, read more strictly than `JSON.parse` does: a name that stands twice in one object is refused,
 * since readers differ in which of the two they take, and so is nesting that only an attacker writes.
 */
import { quote } from '../../domain/time/text.ts';
import { DEPTH_MAX } from '../canonical-json.ts';
import { describeFound } from '../found.ts';
import type { Complain } from './problem.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

const EXPECTED = 'one JSON object';

/** The object that a line holds, or undefined after a complaint. */
export function readJsonLine(text: string, complain: Complain): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1];
    complain(
      '',
      quote(text),
      position === undefined ? EXPECTED : `${EXPECTED} (unreadable at column ${Number(position) + 1})`,
    );
    return undefined;
  }
  if (!isObject(value)) {
    complain('', describeFound(value), EXPECTED);
    return undefined;
  }
  const { members, depth } = scan(text);
  if (depth > DEPTH_MAX) {
    complain('', `${depth} levels of nesting`, `at most ${DEPTH_MAX}`);
    return undefined;
  }
  if (members !== countMembers(value)) {
    complain(repeatedName(text), 'the field twice', 'it once');
    return undefined;
  }
  return value;
}

/** Whether a value from `JSON.parse` is an object with members. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
/** `[` and `{` differ in one bit, and so do their counterparts. */
const CASE_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** How many members a valid JSON text writes, repeated ones included, and how deep it nests. */
function scan(text: string): { members: number; depth: number } {
  let members = 0;
  let depth = 0;
  let level = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === COLON) members += 1;
    else if ((code | CASE_BIT) === OPENING) {
      level += 1;
      if (level > depth) depth = level;
    } else if ((code | CASE_BIT) === CLOSING) level -= 1;
  }
  return { members, depth };
}

/** The index of the quote that ends the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item);
    return count;
  }
  const members = value as JsonObject;
  for (const name of Object.keys(members)) {
    const member = members[name];
    count += typeof member === 'object' ? 1 + countMembers(member) : 1;
  }
  return count;
}

/** The first name that stands twice in one object of a valid JSON text that has such a name. */
function repeatedName(text: string): string {
  const open: Set<string>[] = [];
  let last = '';
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      const end = endOfString(text, i);
      last = text.slice(i, end + 1);
      i = end;
    } else if ((code | CASE_BIT) === OPENING) open.push(new Set());
    else if ((code | CASE_BIT) === CLOSING) open.pop();
    else if (code === COLON) {
      const name: unknown = JSON.parse(last);
      const names = open.at(-1);
      if (names?.has(String(name))) return quote(String(name)).slice(1, -1);
      names?.add(String(name));
    }
  }
  return '';
}
