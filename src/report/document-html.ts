/**
 * A mail as HTML: one column of at most 600 px, tables for the clients that know nothing else, every colour inline for
 * those that drop the style sheet, and a dark sheet for those that ask for one. No image, no link, no script, no font
 * from elsewhere: nothing is fetched when it is read.
 */
import type { Block, Day, Entry, Figure, MailDocument, Tone } from './document.ts';
import { escapeHtml, LONGEST_LINE, printable } from './printable.ts';

/** `18 сағ 31 мин 12,345 с` fits on a line beside its label, on a phone too. */
const FIGURE_LENGTH = 24;
const FONT = "font-family:-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif";
const INK = 'color:#16202a';
const MUTED = 'color:#55626e';
const LINE = '#dde3e8';
const TONES: Readonly<Record<Tone, { readonly ink: string; readonly fill: string }>> = {
  good: { ink: '#0b6b3a', fill: '#e4f4ea' },
  warn: { ink: '#7a4b00', fill: '#fcf0d4' },
  bad: { ink: '#9b1c1c', fill: '#fde8e8' },
  info: { ink: '#1c4f8b', fill: '#e6effa' },
  plain: { ink: '#55626e', fill: '#eef1f4' },
};
const DARK_TONES: typeof TONES = {
  good: { ink: '#86dcab', fill: '#133326' },
  warn: { ink: '#f2ca74', fill: '#362a0e' },
  bad: { ink: '#ffa59c', fill: '#401c1c' },
  info: { ink: '#99c5f5', fill: '#152c45' },
  plain: { ink: '#a9b6c1', fill: '#232d36' },
};
const TABLE = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"';

const STYLE = `:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;-webkit-text-size-adjust:100%}
@media (max-width:480px){.page{padding:0!important}.card{border-radius:0!important;border-left:0!important;border-right:0!important}.in{padding-left:18px!important;padding-right:18px!important}}
@media (prefers-color-scheme:dark){
body,.page{background:#0e1317!important}.card{background:#171f26!important;border-color:#2b3741!important}
.ink{color:#e9eef2!important}.muted{color:#a9b6c1!important}.rule{border-color:#2b3741!important}
${Object.entries(DARK_TONES)
  .map(([tone, { ink, fill }]) => `.${tone}{color:${ink}!important;background:${fill}!important}`)
  .join('\n')}
}`;

/** The HTML part, a whole document. */
export function renderHtml(document: MailDocument): string {
  const { verdict } = document;
  return `<!DOCTYPE html>
<html lang="${document.locale}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${safe(document.subject)}</title>
<style>
${STYLE}
</style>
</head>
<body style="margin:0;padding:0;background:#eef1f4">
<div style="display:none;max-height:0;overflow:hidden">${safe(verdict.line)}</div>
<table ${TABLE}><tr><td class="page" align="center" style="padding:24px 12px;background:#eef1f4">
<table ${TABLE} class="card" style="max-width:600px;background:#ffffff;border:1px solid ${LINE};border-radius:14px;${FONT};font-size:17px;line-height:1.45;${INK};text-align:left">
<tr><td class="in" style="padding:26px 30px 0">
<div class="muted" style="font-size:15px;${MUTED}">${safe(document.sender)}</div>
<h1 class="ink" style="margin:4px 0 2px;font-size:25px;line-height:1.25;${INK}">${safe(document.title)}</h1>
${document.about.map((line) => `<div class="ink" style="font-size:17px;overflow-wrap:anywhere;${INK}"><bdi>${safe(line)}</bdi></div>`).join('\n')}
</td></tr>
<tr><td class="in" style="padding:20px 30px 4px">
${renderVerdict(verdict)}
</td></tr>
${document.blocks.map(renderBlock).join('\n')}
<tr><td class="in" style="padding:22px 30px 28px">
<div class="muted rule" style="border-top:1px solid ${LINE};padding-top:16px;font-size:13px;line-height:1.5;overflow-wrap:anywhere;${MUTED}">
${document.smallPrint.map((line) => `<p style="margin:0 0 8px">${safe(line)}</p>`).join('\n')}
</div>
</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

function renderVerdict({ tone, line, figure, lines }: MailDocument['verdict']): string {
  const big = figure
    ? `<div style="margin-top:12px;font-size:34px;line-height:1.15;font-weight:700">${safe(figure.value)}</div>
<div style="font-size:15px">${safe(figure.label)}</div>`
    : '';
  return `<table ${TABLE}><tr><td class="${tone}" style="padding:18px 20px;border-radius:12px;${toneStyle(tone)}">
<div style="font-size:20px;line-height:1.35;font-weight:700">${safe(line)}</div>
${big}
${lines.map((text) => `<p class="ink" style="margin:12px 0 0;font-size:16px;${INK}">${safe(text)}</p>`).join('\n')}
</td></tr></table>`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return row(
        '26px',
        `<h2 class="ink" style="margin:0;font-size:20px;line-height:1.3;${INK}">${safe(block.text)}</h2>`,
      );
    case 'paragraph':
      return row(
        '10px',
        `<p class="ink" style="margin:0;font-size:16px;overflow-wrap:anywhere;${INK}">${safe(block.text)}</p>`,
      );
    case 'figures':
      return row('6px', `<table ${TABLE}>\n${block.figures.map(renderFigure).join('\n')}\n</table>`);
    case 'entries':
      return row('6px', `<table ${TABLE}>\n${block.entries.map(renderEntry).join('\n')}\n</table>`);
    case 'days':
      return row('12px', renderDays(block));
  }
}

function row(top: string, content: string): string {
  return `<tr><td class="in" style="padding:${top} 30px 0">${content}</td></tr>`;
}

function renderFigure({ label, value, note }: Figure): string {
  const cell = `padding:10px 0;border-bottom:1px solid ${LINE};vertical-align:top;font-size:16px`;
  return `<tr><td class="muted rule" style="${cell};padding-right:14px;${MUTED}">${safe(label)}</td>
<td class="ink rule" align="right" style="${cell};font-weight:600;${breaking(value)};${INK}"><bdi>${safe(value)}</bdi>${small(note)}</td></tr>`;
}

function renderEntry({ tone, badge, value, note, lines }: Entry): string {
  const [first, ...rest] = lines;
  return `<tr><td class="rule" style="padding:12px 0;border-bottom:1px solid ${LINE}">
<table ${TABLE}><tr><td style="vertical-align:top"><span class="${tone}" style="display:inline-block;padding:2px 10px;border-radius:10px;font-size:14px;font-weight:600;${toneStyle(tone)}">${safe(badge)}</span></td>
<td class="ink" align="right" style="vertical-align:top;font-size:16px;font-weight:600;${breaking(value)};${INK}"><bdi>${safe(value)}</bdi>${small(note)}</td></tr></table>
${first === undefined ? '' : `<div class="ink" style="margin-top:4px;font-size:16px;overflow-wrap:anywhere;${INK}">${safe(first)}</div>`}
${rest.map((line) => `<div class="muted" style="font-size:15px;overflow-wrap:anywhere;${MUTED}">${safe(line)}</div>`).join('\n')}
</td></tr>`;
}

function renderDays({ caption, weekdays, lead, days }: Block & { kind: 'days' }): string {
  const names = weekdays.map(
    (name) => `<td class="muted" align="center" style="font-size:13px;${MUTED}">${safe(name)}</td>`,
  );
  const cells = [...Array<string>(lead).fill('<td></td>'), ...days.map(renderDay)];
  while (cells.length % 7 !== 0) cells.push('<td></td>');
  const weeks = Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7).join(''));
  return `<div class="muted" style="margin-bottom:6px;font-size:15px;${MUTED}">${safe(caption)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="4" border="0" style="table-layout:fixed">
<tr>${names.join('')}</tr>
${weeks.map((week) => `<tr>${week}</tr>`).join('\n')}
</table>`;
}

function renderDay({ day, mark, tone }: Day): string {
  return `<td class="${tone}" align="center" style="height:42px;border-radius:8px;font-size:14px;line-height:1.2;${toneStyle(tone)}">${safe(day)}${mark ? `<br><b style="font-size:12px">${safe(mark)}</b>` : ''}</td>`;
}

function small(note: string | undefined): string {
  return note
    ? `<div class="muted" style="font-size:13px;font-weight:400;${breaking(note)};${MUTED}">${safe(note)}</div>`
    : '';
}

/** A figure stays on one line and two of them break between; a longer word breaks rather than widen the page. */
function breaking(value: string): string {
  if ([...value].length <= FIGURE_LENGTH) return 'white-space:nowrap';
  const longest = Math.max(...value.split(' ').map((word) => [...word].length));
  return longest <= FIGURE_LENGTH ? 'overflow-wrap:normal' : 'overflow-wrap:anywhere';
}

function toneStyle(tone: Tone): string {
  return `color:${TONES[tone].ink};background:${TONES[tone].fill}`;
}

/** The only way a value enters the page. */
function safe(text: string): string {
  return escapeHtml(printable(text, LONGEST_LINE));
}
