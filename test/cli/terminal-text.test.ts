import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToWidth, displayWidth, printable } from '../../src/cli/terminal-text.ts';
import { HOSTILE_NAMES, obeyedCharacters } from './hostile.ts';

describe('printable', () => {
  it.each([
    ['an escape sequence', 'a\x1b[31mb', 'a[31mb'],
    ['an eight-bit escape', 'a\x9b31mb', 'a31mb'],
    ['line breaks and tabs', 'a\r\nb\tc\u2028d', 'a  b c d'],
    ['bidirectional and zero-width characters', 'a\u202eb\u200bc', 'abc'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['a pile of accents', `e${'\u0323'.repeat(9)}x`, 'ẹ\u0323\u0323\u0323x'],
    ['Kazakh and Russian', 'Әлемдік өнер Ёлка', 'Әлемдік өнер Ёлка'],
  ])('%s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('lets nothing through that a terminal obeys', () => {
    for (const name of HOSTILE_NAMES) expect(obeyedCharacters(printable(name))).toEqual([]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toContain('\n');
        expect(obeyedCharacters(printable(text))).toEqual([]);
      }),
    );
  });
});

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['Қазақстан Ёлка', 14],
    ['и\u0306', 1],
    ['漢字', 4],
    ['🙂', 2],
  ])('%j takes %d columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });
});

describe('cutToWidth', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['Қазақстан', 4, 'Қаз…'],
    ['漢字漢字', 4, '漢…'],
    ['abc', 1, '…'],
  ])('%j in %d columns is %j', (text, columns, cut) => {
    expect(cutToWidth(text, columns)).toBe(cut);
  });

  it('never takes more columns than it may', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
        expect(displayWidth(cutToWidth(printable(text), columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
