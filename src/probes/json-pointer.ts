/** Finds one value in a JSON text that a target sent. */

export type Found =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Deeper than any status page; a text of nothing but brackets becomes objects by the hundred thousand. */
const DEEPEST = 64;

/** The steps of a JSON pointer (RFC 6901, section 3), or null when it is none. */
export function parsePointer(pointer: string): readonly string[] | null {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return null;
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What stands at the steps of a pointer in a JSON text of bounded length. Does not throw. */
export function findValue(text: string, steps: readonly string[]): Found {
  if (depthOf(text) > DEEPEST) return { kind: 'unreadable', why: `nested more than ${DEEPEST} levels deep` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', why: 'not JSON' };
  }
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return { kind: 'missing' };
    if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(step)) return { kind: 'missing' };
    if (!Object.hasOwn(value, step)) return { kind: 'missing' };
    value = (value as Record<string, unknown>)[step];
  }
  return { kind: 'value', value };
}

/** The deepest nesting of brackets outside strings. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (quoted) {
      if (unit === 0x5c) at += 1;
      else if (unit === 0x22) quoted = false;
    } else if (unit === 0x22) {
      quoted = true;
    } else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (unit === 0x5d || unit === 0x7d) {
      depth -= 1;
    }
  }
  return deepest;
}
