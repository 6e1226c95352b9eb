/** Makes what a target sent fit for a log, a label, a mail or a page: printable ASCII of a bounded length, on one line. */

/**
 * Escapes every character outside printable ASCII (control characters, bidirectional marks, bytes of other scripts) and
 * cuts the rest at `maxLength` characters of the input, with `...` in its place.
 */
export function printable(text: string, maxLength = 200): string {
  const cut = text.length > maxLength ? text.slice(0, maxLength) : text;
  const safe = cut.replace(/[^\x20-\x7e]/g, escapeUnit);
  return cut.length < text.length ? `${safe}...` : safe;
}

function escapeUnit(unit: string): string {
  const code = unit.charCodeAt(0);
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
