/**
 * Foreign text on a terminal. Names come from customers and targets: a terminal obeys escape sequences, a bidirectional
 * control or a line break can make one row look like another, and a pile of accents can overrun its neighbours.
 */

/** More marks on one letter than any language writes. */
const MARKS_MAX = 3;
const PILED_MARKS = new RegExp(`(\\p{M}{${MARKS_MAX}})\\p{M}+`, 'gu');
/** East Asian wide and emoji: two columns each. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const MARK = /\p{M}/u;

/**
 * The text on one line without anything a terminal obeys: line breaks and tabs become spaces; control, format (bidirectional,
 * zero-width), private and unassigned characters are taken out; lone surrogates become `�`.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\p{C}/gu, '')
    .normalize('NFC')
    .replace(PILED_MARKS, '$1');
}

function widthOf(character: string): number {
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** How many columns of a terminal a printable text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** A printable text in at most so many columns (1 or more), the last of them `…` where something was cut. */
export function cutToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
