import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Cell, type Column, formatTable } from '../../src/cli/table.ts';
import { displayWidth } from '../../src/cli/terminal-text.ts';
import { expectGolden } from './golden-text.ts';
import { HOSTILE_NAMES, obeyedCharacters } from './hostile.ts';

const PLAIN = { color: false };
const COLUMNS: readonly Column[] = [
  { title: 'Service', cut: 8 },
  { title: 'Probes' },
  { title: 'Month %', align: 'right' },
  { title: 'Customer', cut: 8, optional: true },
  { title: 'Note', optional: true },
];
const ROWS: readonly (readonly Cell[])[] = [
  ['гүлдер-дүкені.қаз', 1_440, '99.8714', 'Әсел Нұрланқызы', ''],
  ['short', 7, '100.0000', 'b', 'first month'],
  [{ text: 'печать-на-холсте-большого-формата.example', style: 'red' }, 12_345_678_901n, null, 'Ёлкин', 'x'],
];

describe('formatTable', () => {
  it('aligns Kazakh and Russian names, puts figures to the right and leaves no spaces at line ends', () => {
    const text = formatTable(COLUMNS, ROWS, PLAIN);
    expectGolden('table-wide', text);
    expect(text).not.toMatch(/ $/m);
  });

  it('cuts names and then leaves out optional columns until it fits, never a figure', () => {
    for (const width of [100, 80, 60, 45]) {
      const text = formatTable(COLUMNS, ROWS, { color: false, width });
      expectGolden(`table-${width}`, text);
      for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      expect(text).toContain('12345678901');
    }
  });

  it('overflows rather than cut a figure', () => {
    const text = formatTable([{ title: 'Money' }], [[123_456_789_012n]], { color: false, width: 5 });
    expect(text).toBe('       Money\n123456789012');
  });

  it('shows the same with colour as without, but for the colour', () => {
    const colored = formatTable(COLUMNS, ROWS, { color: true, width: 80 });
    expect(colored).toContain('\x1b[31m');
    expect(stripVTControlCharacters(colored).replace(/ +$/gm, '')).toBe(
      formatTable(COLUMNS, ROWS, { color: false, width: 80 }),
    );
  });

  it('keeps one row a line and lets no terminal escape through', () => {
    const text = formatTable(
      [{ title: 'Name' }, { title: 'n' }],
      HOSTILE_NAMES.map((name, index) => [index % 2 ? name : { text: name, style: 'red' }, index]),
      PLAIN,
    );
    expect(obeyedCharacters(text)).toEqual([]);
    const lines = text.split('\n');
    expect(lines).toHaveLength(HOSTILE_NAMES.length + 1);
    expect(new Set(lines.map(displayWidth)).size).toBe(1);
  });

  it('is its titles alone when there are no rows', () => {
    expect(formatTable([{ title: 'A' }, { title: 'B' }], [], PLAIN)).toBe('A  B');
  });
});
