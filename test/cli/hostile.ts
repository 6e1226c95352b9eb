/** Names as a hostile customer would choose them; none may reach a terminal as it is. */
export const HOSTILE_NAMES = [
  '\x1b[2J\x1b[31mred',
  '\x1b]0;title\x07',
  '\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\',
  'c1\x9b31mred\x9d0;x\x9c',
  'two\r\nrows\nand\ttabs\u2028sep\u0085nel',
  'over\b\b\b\bwritten\x7f',
  'bidi\u202egnp.exe\u202c\u2066\u200f\u061c',
  'zero\u200b\u200d\ufeff\u00adwidth',
  `zalgo${'\u0301'.repeat(500)}`,
  'lone\ud800surrogate\udc00',
  'private\ue000use',
];

/** Whatever a terminal could obey, but for the line breaks between rows. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;
export function obeyedCharacters(text: string): string[] {
  return (text.match(OBEYED) ?? []).filter((character) => character !== '\n');
}
