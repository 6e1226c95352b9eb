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

/** Long enough that a turn costs little beside the printing, short enough that no probe's reply waits for it. */
const CHUNK_LENGTH = 64 * 1024;

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

/** Prints gauge families, leaving the event loop to others between chunks. */
export async function* printGauges(families: readonly Family[]): AsyncGenerator<string> {
  let chunk = '';
  for (const { name, help, samples } of families) {
    chunk += `\n# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
    for (const { labels, value } of samples()) {
      chunk += `${name}${labels} ${value}\n`;
      if (chunk.length >= CHUNK_LENGTH) {
        yield chunk;
        chunk = '';
        await nextTurn();
      }
    }
  }
  if (chunk !== '') yield chunk;
}
