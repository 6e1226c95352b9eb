/**
 * One text for one value: the JSON that entries are hashed over (docs/journal.md). Members sorted by name (UTF-16 code
 * units, as RFC 8785 does), no white space, strings and numbers as `JSON.stringify` writes them. A bigint is written as a
 * string of decimal digits: only money has one, and the reader knows where.
 */

/** Deeper nesting than any fact has; evidence beyond it is refused, so that no value can exhaust the stack. */
export const DEPTH_MAX = 64;

/**
 * The canonical text of a plain value. Members that are undefined are left out; -0 is written as 0.
 * @throws TypeError for what JSON cannot hold (NaN, infinities, functions, symbols, undefined in an array) and for
 * values nested more than `DEPTH_MAX` deep.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `"${value}"`;
    case 'object':
      break;
    default:
      throw new TypeError(`a ${typeof value} has no JSON form`);
  }
  if (value === null) return 'null';
  if (depth === DEPTH_MAX) throw new TypeError(`nested more than ${DEPTH_MAX} deep`);
  if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${write(member, depth + 1)}`;
  }
  return `{${text}}`;
}
