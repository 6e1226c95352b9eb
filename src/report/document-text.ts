/** A mail as plain text, at most 72 characters a line, with every number that the HTML has. */
import type { Block, MailDocument } from './document.ts';
import { LONGEST_LINE, printable } from './printable.ts';

const WIDTH = 72;

/** The text part; lines end with `\n`. */
export function renderText(document: MailDocument): string {
  const { verdict } = document;
  const headline = verdict.figure ? [`${verdict.figure.label}: ${verdict.figure.value}`] : [];
  const blocks = [
    [...wrap(document.sender), ...wrap(document.title), ...document.about.flatMap((line) => wrap(line))],
    [verdict.line, ...headline, ...verdict.lines].flatMap((line) => wrap(line)),
    ...document.blocks.map(renderBlock),
    ['-'.repeat(WIDTH)],
    ...document.smallPrint.map((line) => wrap(line)),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function renderBlock(block: Block): readonly string[] {
  switch (block.kind) {
    case 'heading': {
      const lines = wrap(block.text);
      return [...lines, '='.repeat(Math.max(...lines.map((line) => [...line].length)))];
    }
    case 'paragraph':
      return wrap(block.text);
    case 'figures':
      return block.figures.flatMap(({ label, value, note }) =>
        wrap(`${label}: ${value}${note ? ` (${note})` : ''}`, 2),
      );
    case 'entries':
      return block.entries.flatMap(({ badge, value, note, lines }) => [
        ...wrap(`* ${badge}: ${value}${note ? ` (${note})` : ''}`, 2),
        ...lines.flatMap((line) => wrap(`  ${printable(line, LONGEST_LINE)}`, 2)),
      ]);
    case 'days':
      return [];
  }
}

/**
 * Breaks at spaces, never inside a number (its spaces do not break), except where one word is longer than a line.
 * Following lines are indented by `indent`.
 */
function wrap(text: string, indent = 0): string[] {
  const start = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = start;
  let empty = true;
  const room = (): number => WIDTH - [...line].length - (empty ? 0 : 1);
  const next = (): void => {
    lines.push(line);
    line = ' '.repeat(indent);
    empty = true;
  };
  for (const word of printable(text, LONGEST_LINE).split(/ +/)) {
    let rest = [...word];
    if (!empty && rest.length > room()) next();
    while (rest.length > room()) {
      const cut = room();
      line += rest.slice(0, cut).join('');
      rest = rest.slice(cut);
      next();
    }
    line += `${empty ? '' : ' '}${rest.join('')}`;
    empty = false;
  }
  return [...lines, line];
}
