/** `kepil probe` on a terminal: the verdict first, then the times as a waterfall, then what the server showed. */
import { formatInstant } from '../domain/time/contract-calendar.ts';
import { DAY, type Instant } from '../domain/time/instant.ts';
import type { CertificateSeen, ProbeEvidence, ProbeResult } from '../probes/outcome.ts';
import { formatMs, isResponseCode, tellOutcome } from './probe-words.ts';
import { formatTable } from './table.ts';
import { paint, type Style, type Terminal } from './terminal.ts';
import { cutToWidth, displayWidth, printable } from './terminal-text.ts';

export interface ProbeView {
  /** As `describeTarget` puts it. */
  readonly target: string;
  /** The id of the configured check, if it is one. */
  readonly check?: string;
  readonly result: ProbeResult;
  /** The certificates that the server sent, its own first; none where there was no TLS. */
  readonly chain: readonly CertificateSeen[];
  /** One sentence on the address, or null where none was found. */
  readonly guard: string | null;
}

const OUTCOME_STYLES: Readonly<Record<ProbeResult['outcome'], Style>> = { ok: 'green', fail: 'red', void: 'yellow' };
/** Wide enough to see the parts, narrow enough to be one glance. */
const BAR_COLUMNS_MAX = 48;
const BAR_COLUMNS_MIN = 8;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const PHASE_NAMES: Readonly<Record<string, string>> = { tlsMs: 'TLS', firstByteMs: 'first byte' };
const SOON_DAYS = 14;
/** Evidence with a row of its own, or told in the first sentence. */
const SHOWN_APART: ReadonlySet<string> = new Set([
  'address',
  'status',
  'tlsProtocol',
  'certificate',
  'expected',
  'seen',
] satisfies (keyof ProbeEvidence)[]);

/** The whole view, without a line break after the last line. */
export function formatProbe(view: ProbeView, terminal: Terminal): string {
  const { result } = view;
  const title = view.check === undefined ? view.target : `${view.check}: ${view.target}`;
  const blocks = [
    [...wrap(printable(title), terminal.width).map((line) => paint(terminal, 'bold', line)), verdict(result, terminal)],
    formatPhases(result, terminal),
    formatFacts(facts(view), terminal),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function verdict(result: ProbeResult, terminal: Terminal): string {
  return wrap(printable(tellOutcome(result)), terminal.width)
    .map((line) => paint(terminal, OUTCOME_STYLES[result.outcome], line))
    .join('\n');
}

/** Each phase below the one before, where it began on the way; a phase that was entered twice is drawn as one. */
function formatPhases({ phases, durationMs }: ProbeResult, terminal: Terminal): string[] {
  const spent = Object.entries(phases).filter((entry): entry is [string, number] => entry[1] !== undefined);
  if (spent.length === 0) return [];
  const rows = [...spent.map(([key, ms]) => ({ name: phaseName(key), ms })), { name: 'in all', ms: durationMs }];
  const names = Math.max(...rows.map(({ name }) => name.length));
  const times = Math.max(...rows.map(({ ms }) => formatMs(ms).length));
  const room = (terminal.width ?? Number.POSITIVE_INFINITY) - names - times - 4;
  const columns = Math.min(BAR_COLUMNS_MAX, room);
  let beganMs = 0;
  return rows.map(({ name, ms }, index) => {
    const isSum = index === rows.length - 1;
    const line = `${name.padEnd(names)}  ${formatMs(ms).padStart(times)}`;
    const bar = columns < BAR_COLUMNS_MIN || isSum ? '' : drawBar({ fromMs: beganMs, ms, ofMs: durationMs, columns });
    beganMs += ms;
    return bar === '' ? line : `${line}  ${bar}`;
  });
}

function drawBar({ fromMs, ms, ofMs, columns }: Readonly<Record<'fromMs' | 'ms' | 'ofMs' | 'columns', number>>) {
  if (ofMs <= 0) return '';
  const start = Math.min(columns - 1, Math.floor((fromMs / ofMs) * columns));
  // The start is drawn at a whole column, so the end is measured from there.
  const eighths = Math.max(1, Math.round((Math.min(1, (fromMs + ms) / ofMs) * columns - start) * 8));
  return ' '.repeat(start) + '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** `first byte` of `firstByteMs`. */
function phaseName(key: string): string {
  const known = PHASE_NAMES[key];
  return known ?? key.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

interface Row {
  readonly name: string;
  readonly text: string;
  readonly style?: Style;
}

function facts({ result, guard, chain }: ProbeView): Row[] {
  const { address, status, tlsProtocol, certificate } = result.evidence;
  const rows: Row[] = [];
  const add = (name: string, text: string | undefined): void => {
    if (text !== undefined) rows.push({ name, text });
  };
  add('Sent', formatInstant(result.sentAt, 0).replace('+00:00', 'Z'));
  add('Address', address);
  add('Guard', guard ?? undefined);
  if (status !== undefined) add(isResponseCode(status) ? 'Response code' : 'Status', String(status));
  if (result.outcome !== 'ok') add('Error', result.error);
  add('Protocol', tlsProtocol);
  for (const [key, value] of Object.entries(result.evidence)) {
    if (!SHOWN_APART.has(key)) add(evidenceName(key), formatEvidence(value));
  }
  if (certificate !== undefined) rows.push(...certificateRows(certificate, chain.slice(1), result.sentAt));
  return rows;
}

/** `HTTP version` of `httpVersion`, `Banner` of `banner`. */
function evidenceName(key: string): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^(?:http|tls|dns)\b/, upperCase);
  return words.replace(/^[a-z]/, upperCase);
}

function upperCase(text: string): string {
  return text.toUpperCase();
}

/** Evidence of a kind that is not known here: what a line can hold of it. */
function formatEvidence(value: unknown): string | undefined {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  if (Array.isArray(value)) return value.map(formatEvidence).join(', ');
  return value === undefined ? undefined : JSON.stringify(value);
}

function certificateRows(own: CertificateSeen, above: readonly CertificateSeen[], now: Instant): Row[] {
  const { subject, issuer, names, notBefore, notAfter, fingerprint256 } = own;
  return [
    { name: 'Certificate', text: subject === '' ? '(no subject)' : subject },
    { name: 'Names', text: names.length === 0 ? '(none)' : names.join(', ') },
    { name: 'Issuer', text: issuer },
    { name: 'Valid', text: `${day(notBefore)} to ${day(notAfter)}` },
    { name: 'Left', ...left(own, now) },
    ...(above.length === 0 ? [{ name: 'Chain', text: '(no other certificate was sent)' }] : []),
    ...above.map((one, index): Row => {
      const { text, ...style } = left(one, now);
      return { name: index === 0 ? 'Chain' : '', text: `${one.subject}, to ${day(one.notAfter)}: ${text}`, ...style };
    }),
    { name: 'SHA-256', text: fingerprint256 },
  ];
}

/** The days that a certificate has left. */
function left({ notBefore, notAfter }: CertificateSeen, now: Instant): Pick<Row, 'text' | 'style'> {
  const days = (from: Instant, to: Instant) => counted(Math.floor((to - from) / DAY), 'day');
  if (now < notBefore) return { text: `not valid yet, begins in ${days(now, notBefore)}`, style: 'red' };
  if (now > notAfter) return { text: `none, expired ${days(notAfter, now)} ago`, style: 'red' };
  const isSoon = notAfter - now < (SOON_DAYS + 1) * DAY;
  return { text: days(now, notAfter), ...(isSoon ? { style: 'yellow' } : {}) };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function day(instant: Instant): string {
  return formatInstant(instant, 0).slice(0, 10);
}

function formatFacts(rows: readonly Row[], terminal: Terminal): string[] {
  const names = Math.max(...rows.map(({ name }) => name.length));
  return rows.flatMap(({ name, text, style }) => {
    const lines = wrap(printable(text), terminal.width === undefined ? undefined : terminal.width - names - 2);
    return lines.map((line, index) => {
      const shown = style === undefined ? line : paint(terminal, style, line);
      return `${(index === 0 ? name : '').padEnd(names)}  ${shown}`;
    });
  });
}

/** A printable text in lines of at most `width` columns, broken between words where there are any. */
function wrap(text: string, width: number | undefined): string[] {
  if (width === undefined || displayWidth(text) <= width) return [text];
  const most = Math.max(1, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=[ ,])/)) {
    if (line !== '' && displayWidth(line + word.trimEnd()) > most) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
    while (displayWidth(line.trimEnd()) > most) {
      const part = cutToWidth(line, most + 1).slice(0, -1);
      const kept = part === '' ? line.slice(0, 1) : part;
      lines.push(kept);
      line = line.slice(kept.length);
    }
  }
  if (line.trimEnd() !== '') lines.push(line.trimEnd());
  return lines;
}

/** One line for one probe of several: its number, outcome, time and what was wrong. */
export function formatRun(number: number, result: ProbeResult, terminal: Terminal): string {
  const word = result.outcome === 'ok' ? 'ok  ' : result.outcome;
  const line = `${String(number).padStart(3)}  ${paint(terminal, OUTCOME_STYLES[result.outcome], word)}  ${formatMs(result.durationMs).padStart(8)}`;
  return result.outcome === 'ok' ? line : `${line}  ${printable(tellOutcome(result))}`;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The least, the middle (the mean of the two middle ones) and the most; undefined of nothing. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (min === undefined || max === undefined || low === undefined || high === undefined) return undefined;
  return { min, median: (low + high) / 2, max };
}

/** How often what came out, and the spread of each phase over the probes that reached it. */
export function formatSummary(results: readonly ProbeResult[], terminal: Terminal): string {
  const count = (outcome: ProbeResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const counts = `${counted(results.length, 'probe')}: ${count('ok')} ok, ${count('fail')} failed, ${count('void')} without evidence.`;
  const columns = [
    { title: 'Phase' },
    { title: 'Min', align: 'right' },
    { title: 'Median', align: 'right' },
    { title: 'Max', align: 'right' },
  ] as const;
  const rows = spreads(results).map(([name, { min, median, max }]) => [
    name,
    formatMs(min),
    formatMs(median),
    formatMs(max),
  ]);
  return `${counts}\n\n${formatTable(columns, rows, terminal)}`;
}

/** The spread of each phase by its name, in the order they were gone through, and of the whole. */
export function spreads(results: readonly ProbeResult[]): [string, Spread][] {
  const byPhase = new Map<string, number[]>();
  for (const { phases } of results) {
    for (const [key, ms] of Object.entries(phases)) {
      if (ms !== undefined) byPhase.set(key, [...(byPhase.get(key) ?? []), ms]);
    }
  }
  const all: [string, readonly number[]][] = [
    ...[...byPhase].map(([key, values]): [string, readonly number[]] => [phaseName(key), values]),
    ['in all', results.map((result) => result.durationMs)],
  ];
  return all.flatMap(([name, values]) => {
    const spread = spreadOf(values);
    return spread === undefined ? [] : [[name, spread] satisfies [string, Spread]];
  });
}
