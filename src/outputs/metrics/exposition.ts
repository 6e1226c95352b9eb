/**
 * Prometheus text format 0.0.4 for families with a series or more per service. prom-client holds an object and a hash key
 * a series, which at 100 000 services is more memory than the daemon has; these families are printed from the values
 * that the caller keeps anyway, in chunks.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** One printed sample: `labels` as `labelSet` makes them, and a decimal number. */
export interface Sample {
  readonly labels: string;
  readonly value: string;
}

/** One metric family; `samples` is read while it is printed. */
export interface Family {
  readonly name: string;
  readonly help: string;
  samples(): Iterable<Sample>;
}

/**
 * Some 2 ms of printing. While a round or a mass outage is worked on, each turn of the event loop takes as long as a slice of
 * that: many short chunks would make a scrape wait for as many slices, and 2 000 of them took longer than Prometheus waits.
 */
const CHUNK_LENGTH = 256 * 1024;
/** Text that grows is a tree of its pieces until it is made flat: while it is small, that stays young and costs a fifth. */
const PIECE_LENGTH = 8 * 1024;

/** `{service="s1",class="up"}`, with the three characters that the format reserves escaped. */
export function labelSet(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return `{${parts.join(',')}}`;
}

/** Backslash, quote and line feed escaped, as the text format asks of a label value. */
export function escapeLabel(value: string): string {
  return /[\\"\n]/.test(value) ? value.replace(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`)) : value;
}

/**
 * Milliseconds as seconds, exactly: 59123 is "59.123". The nearest double of a whole number of thousandths prints as
 * those thousandths as long as it has at most 15 digits, which is 31 000 years.
 */
export function secondsText(ms: number): string {
  return String(ms / 1_000);
}

/** Prints gauge families in UTF-8, leaving the event loop to others between chunks. */
export async function* printGauges(families: readonly Family[]): AsyncGenerator<Buffer> {
  let text = '';
  let chunk: Buffer[] = [];
  let length = 0;
  for (const { name, help, samples } of families) {
    text += `\n# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
    for (const { labels, value } of samples()) {
      text += `${name}${labels} ${value}\n`;
      if (text.length < PIECE_LENGTH) continue;
      chunk.push(Buffer.from(text));
      length += text.length;
      text = '';
      if (length < CHUNK_LENGTH) continue;
      yield Buffer.concat(chunk);
      chunk = [];
      length = 0;
      await nextTurn();
    }
  }
  if (text !== '') chunk.push(Buffer.from(text));
  if (chunk.length > 0) yield Buffer.concat(chunk);
}
