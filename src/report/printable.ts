/** Hostile text made harmless for one line of a mail. */

/** No line of a document is longer: a last bound, above what bounded names and lists come to. */
export const LONGEST_LINE = 10_000;
/** Controls (also those that reorder text), line and paragraph separators, unassigned and lone surrogate code points. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]+/gu;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** One line without controls and without bidirectional overrides; cut after `limit` code points, with an ellipsis. */
export function printable(text: string, limit: number): string {
  const line = text.replace(UNPRINTABLE, ' ').trim();
  const points = [...line];
  return points.length <= limit ? line : `${points.slice(0, limit - 1).join('')}…`;
}

/** For HTML text and for double- or single-quoted attribute values. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? '');
}
