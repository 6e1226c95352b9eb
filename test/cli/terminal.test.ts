import { describe, expect, it } from 'vitest';
import { paint, terminalOf } from '../../src/cli/terminal.ts';

describe('terminalOf', () => {
  const tty = { isTTY: true, columns: 100 };
  it.each([
    ['a terminal', tty, {}, { color: true, width: 100 }],
    ['a pipe', { columns: 100 }, {}, { color: false }],
    ['NO_COLOR', tty, { NO_COLOR: '1' }, { color: false, width: 100 }],
    ['an empty NO_COLOR, which means nothing', tty, { NO_COLOR: '' }, { color: true, width: 100 }],
    ['a dumb terminal', tty, { TERM: 'dumb' }, { color: false, width: 100 }],
  ] as const)('%s', (_, stream, env, terminal) => {
    expect(terminalOf(stream, env)).toEqual(terminal);
  });
});

describe('paint', () => {
  it('colours where there is colour, whatever this process writes to', () => {
    expect(paint({ color: true }, 'red', 'down')).toBe('\x1b[31mdown\x1b[39m');
    expect(paint({ color: false }, 'red', 'down')).toBe('down');
  });
});
