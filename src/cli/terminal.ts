/** What a stream can show, and colour for it. */
import { styleText } from 'node:util';

export interface Terminal {
  readonly color: boolean;
  /** Columns; absent where nobody looks: a file or a pipe gets lines as long as they are. */
  readonly width?: number | undefined;
}

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green';

/** Colour and width only on a terminal; no colour under `NO_COLOR` (no-color.org) or on a dumb one. */
export function terminalOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  if (!stream.isTTY) return { color: false };
  return { color: !env.NO_COLOR && env.TERM !== 'dumb', width: stream.columns };
}

/** The text in a style, or as it is where there is no colour. */
export function paint(terminal: Terminal, style: Style, text: string): string {
  return terminal.color ? styleText(style, text, { validateStream: false }) : text;
}
