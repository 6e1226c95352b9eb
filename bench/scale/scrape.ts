/** One scrape, as Prometheus does it: the whole text is read, and what the daemon says of itself is kept. */
import { get } from 'node:http';

export interface Scrape {
  readonly at: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** Until the first byte of the body. */
  readonly firstByteMs: number;
  /** The value of a series by its whole name, labels included; NaN where the head of the text has none. */
  readonly value: (series: string) => number;
  /** Buckets of a histogram without labels: upper bound and count, ascending. */
  readonly buckets: (name: string) => readonly (readonly [number, number])[];
  /** The sum over all series of a name. */
  readonly sum: (name: string) => number;
  /** The sum over those of them that carry a label, such as `outcome="ok"`. */
  readonly sumOf: (name: string, label: string) => number;
}

/** The daemon's own series come first; those of the services are only counted. */
const HEAD_LENGTH = 256 * 1_024;
const WITHIN_MS = 60_000;

/** @throws when there is no answer, or none within a minute. */
export function scrape(url: string): Promise<Scrape> {
  const at = Date.now();
  const before = performance.now();
  return new Promise((resolve, reject) => {
    const request = get(url, (response) => {
      let head = '';
      let bytes = 0;
      let firstByteMs = 0;
      response.on('data', (chunk: Buffer) => {
        if (bytes === 0) firstByteMs = performance.now() - before;
        bytes += chunk.length;
        if (head.length < HEAD_LENGTH) head += chunk.toString('latin1');
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({ at, bytes, durationMs: performance.now() - before, firstByteMs, ...reader(head) }),
      );
    });
    request.setTimeout(WITHIN_MS, () => request.destroy(new Error(`no whole answer within ${WITHIN_MS} ms`)));
    request.once('error', reject);
  });
}

function reader(head: string): Pick<Scrape, 'value' | 'buckets' | 'sum' | 'sumOf'> {
  const values = new Map<string, number>();
  for (const line of head.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const space = line.lastIndexOf(' ');
    values.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  const total = (counts: (series: string) => boolean): number =>
    values.entries().reduce((sum, [series, value]) => (counts(series) ? sum + value : sum), 0);
  return {
    value: (series) => values.get(series) ?? Number.NaN,
    buckets: (name) =>
      [...values].flatMap(([series, count]) => {
        const bound = series.startsWith(`${name}_bucket{`) ? /le="([^"]+)"/.exec(series)?.[1] : undefined;
        return bound === undefined
          ? []
          : [[bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), count] as const];
      }),
    sum: (name) => total((series) => series === name || series.startsWith(`${name}{`)),
    sumOf: (name, label) => total((series) => series.startsWith(`${name}{`) && series.includes(label)),
  };
}

/** A quantile of what a histogram took in between two scrapes, as Prometheus reckons it; NaN when that is nothing. */
export function quantileBetween(name: string, first: Scrape, last: Scrape, quantile: number): number {
  const before = new Map(first.buckets(name));
  const counts = last.buckets(name).map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const);
  const rank = quantile * (counts.at(-1)?.[1] ?? 0);
  let lower: readonly [number, number] = [0, 0];
  for (const [bound, count] of counts) {
    if (count >= rank && count > 0) {
      if (!Number.isFinite(bound)) return lower[0];
      const within = count === lower[1] ? 1 : (rank - lower[1]) / (count - lower[1]);
      return lower[0] + (bound - lower[0]) * within;
    }
    lower = [bound, count];
  }
  return Number.NaN;
}
