/** Tables for a terminal. Cells are hostile text: they are made printable here and nowhere else. */
import { paint, type Style, type Terminal } from './terminal.ts';
import { cutToWidth, displayWidth, printable } from './terminal-text.ts';

export interface Column {
  readonly title: string;
  /** Default: right where every cell is a number, else left. */
  readonly align?: 'left' | 'right';
  /** Its cells may be cut, with `…`, to no less than so many columns where the terminal is narrow. Not for figures. */
  readonly cut?: number;
  /** It is left out, the last such column first, where the terminal is too narrow even so; a last line says it was. */
  readonly optional?: boolean;
}

/** Null is a value that there is not: `–`. */
export type Cell = string | number | bigint | null | { readonly text: string; readonly style: Style };

const GAP = '  ';

interface Laid {
  readonly column: Column;
  /** Printable, the title first. */
  readonly texts: readonly string[];
  readonly styles: readonly (Style | undefined)[];
  readonly right: boolean;
}

/**
 * Rows under their titles, columns two spaces apart, no spaces at the ends of lines, no line break after the last.
 * With a width, cells and columns that may be are cut or left out until it fits; a table that cannot fit overflows
 * rather than lose a figure.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  terminal: Terminal,
): string {
  const kept = columns.map((column, index) =>
    layOut(
      column,
      rows.map((row) => row[index] ?? null),
    ),
  );
  const left: string[] = [];
  let widths = fitWidths(kept, terminal.width);
  while (terminal.width !== undefined && total(widths) > terminal.width) {
    const last = kept.findLastIndex(({ column }) => column.optional);
    if (last < 0) break;
    left.unshift(...kept.splice(last, 1).map(({ column }) => column.title));
    widths = fitWidths(kept, terminal.width);
  }
  const lines = Array.from({ length: rows.length + 1 }, (_, line) =>
    kept
      .map((laid, index) => place(laid, line, { width: widths[index] ?? 0, last: index === kept.length - 1, terminal }))
      .join(GAP)
      .trimEnd(),
  );
  if (left.length > 0) lines.push(paint(terminal, 'dim', `(no room for: ${left.join(', ')})`));
  return lines.join('\n');
}

function layOut(column: Column, cells: readonly Cell[]): Laid {
  const isFigure = (cell: Cell) => cell === null || typeof cell === 'number' || typeof cell === 'bigint';
  const right = column.align === undefined ? cells.length > 0 && cells.every(isFigure) : column.align === 'right';
  const styled = (cell: Cell) => typeof cell === 'object' && cell !== null;
  return {
    column,
    right,
    texts: [
      column.title,
      ...cells.map((cell) => (cell === null ? '–' : printable(styled(cell) ? cell.text : String(cell)))),
    ],
    styles: ['bold', ...cells.map((cell) => (styled(cell) ? cell.style : undefined))],
  };
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);
}

/** Natural widths, with the widest columns that may be cut narrowed as far as the terminal asks and sense allows. */
function fitWidths(laid: readonly Laid[], room: number | undefined): number[] {
  const widths = laid.map(({ texts }) => texts.reduce((widest, text) => Math.max(widest, displayWidth(text)), 0));
  if (room === undefined) return widths;
  const least = laid.map(({ column }) => Math.max(column.cut ?? Number.POSITIVE_INFINITY, displayWidth(column.title)));
  for (let excess = total(widths) - room; excess > 0; excess -= 1) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      if (width > (least[index] ?? 0) && width > (widths[widest] ?? 0)) widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function place(
  { texts, styles, right }: Laid,
  line: number,
  { width, last, terminal }: { readonly width: number; readonly last: boolean; readonly terminal: Terminal },
): string {
  const text = cutToWidth(texts[line] ?? '', width);
  const style = styles[line];
  const shown = style && text !== '' ? paint(terminal, style, text) : text;
  const padding = ' '.repeat(Math.max(0, width - displayWidth(text)));
  if (right) return padding + shown;
  return last ? shown : shown + padding;
}
