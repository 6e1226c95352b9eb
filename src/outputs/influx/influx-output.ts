/**
 * Points to InfluxDB, in the order in which they came, without making anyone wait.
 *
 * 1. `sample` and `outage` return at once, whatever state the server is in.
 * 2. One batch is under way at a time, so order holds over failures. A batch is due after a second or at 5 000 points.
 * 3. While the server is away the oldest batch is tried again with growing pauses; nothing newer overtakes it.
 * 4. The queue is bounded. When it is full the oldest point goes, and is counted.
 * 5. No timer of it holds the process, except the deadline while it closes.
 *
 * What is queued when the process dies is lost: InfluxDB holds samples for charts, the journal holds the truth.
 */
import type { IPoint } from 'influx';
import type { CancelTimer, Clock } from '../../runtime/clock.ts';
import { boundedQueue } from './bounded-queue.ts';
import { createInfluxClient, type InfluxConnection } from './influx-client.ts';
import { type OutagePoint, outagePoint, type SamplePoint, samplePoint } from './point.ts';

export interface InfluxEvents {
  /** The server took the points. */
  written(points: number): void;
  /** They went unwritten: the queue was full, or the output was closed. */
  dropped(points: number): void;
  /** The server will never take them; in its words. */
  rejected(points: number, reason: string): void;
  /** A write failed after a good one (or as the first); it is tried again until `back`. */
  away(reason: string): void;
  /** A write succeeded after `away`. */
  back(): void;
  /** So many points wait now. */
  queued(points: number): void;
}

export interface InfluxOutputOptions extends InfluxConnection {
  readonly clock: Clock;
  readonly events: InfluxEvents;
  /** Points that may wait. */
  readonly maxQueue: number;
}

export interface InfluxOutput {
  sample(point: SamplePoint): void;
  outage(point: OutagePoint): void;
  /** Resolves when each point given before is written, rejected or dropped; not while the server is away. */
  flush(): Promise<void>;
  /** Takes no more points, tries to write the rest for so long, then drops it. Resolves always; once is enough. */
  close(deadlineMs: number): Promise<void>;
}

const BATCH_POINTS = 5_000;
const BATCH_AFTER_MS = 1_000;
const RETRY_FIRST_MS = 250;
const RETRY_LAST_MS = 15_000;
/** Past the client's own time limit, which an answer that stops half-way escapes. */
const WRITE_WITHIN_MS = 20_000;

/** Makes the output; it connects with the first batch. Throws when the URL or the bound is none. */
export function createInfluxOutput(options: InfluxOutputOptions): InfluxOutput {
  const { clock, events } = options;
  const client = createInfluxClient(options);
  const queue = boundedQueue<IPoint>(options.maxQueue);
  const waiting: { readonly tail: number; readonly resolve: () => void }[] = [];
  let cancelBatch: CancelTimer | undefined;
  /** Ends the pause before the next try; set while it lasts. */
  let endPause: (() => void) | undefined;
  let writing: Promise<void> | undefined;
  let away = false;
  let closed = false;
  let givenUp = false;

  const size = () => queue.tail - queue.head;

  function add(point: IPoint): void {
    if (closed) {
      events.dropped(1);
      return;
    }
    if (queue.push(point)) {
      events.dropped(1);
      release();
    }
    events.queued(size());
    if (writing) return;
    if (size() >= BATCH_POINTS) start();
    else cancelBatch ??= clock.after(BATCH_AFTER_MS, start);
  }

  function start(): void {
    cancelBatch?.();
    cancelBatch = undefined;
    if (writing || givenUp || size() === 0) return;
    writing = writeAll().finally(() => {
      writing = undefined;
      if (size() > 0 && !givenUp) cancelBatch ??= clock.after(BATCH_AFTER_MS, start);
    });
  }

  /** Writes what is due: the batch it was started for, further full ones, and all when someone waits for it. */
  async function writeAll(): Promise<void> {
    let pauseMs = RETRY_FIRST_MS;
    let due = true;
    while (size() > 0 && !givenUp && (due || size() >= BATCH_POINTS || waiting.length > 0)) {
      const first = queue.head;
      const batch = queue.peek(BATCH_POINTS);
      const result = await within(client.write(batch));
      if (givenUp) return;
      if (result.kind === 'away') {
        if (!away) events.away(result.reason);
        away = true;
        await pause(closed ? RETRY_FIRST_MS : pauseMs);
        pauseMs = Math.min(2 * pauseMs, RETRY_LAST_MS);
        continue;
      }
      pauseMs = RETRY_FIRST_MS;
      due = false;
      if (away) events.back();
      away = false;
      // What the full queue dropped meanwhile is counted as dropped already.
      const taken = queue.dropBefore(first + batch.length);
      const rejected = result.kind === 'rejected' ? Math.min(result.points, taken) : 0;
      if (result.kind === 'rejected') events.rejected(rejected, result.reason);
      if (taken > rejected) events.written(taken - rejected);
      events.queued(size());
      release();
    }
  }

  /** The result, or `away` when it takes too long. */
  function within<T>(result: Promise<T>): Promise<T | { readonly kind: 'away'; readonly reason: string }> {
    return new Promise((resolve) => {
      const reason = `no answer within ${WRITE_WITHIN_MS} ms`;
      const cancel = clock.after(WRITE_WITHIN_MS, () => resolve({ kind: 'away', reason }));
      result.then((value) => {
        cancel();
        resolve(value);
      });
    });
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        endPause = undefined;
        resolve();
      };
      const cancel = clock.after(ms, end);
      endPause = end;
    });
  }

  /** Ends the flushes whose points have all left the queue. */
  function release(): void {
    while (waiting[0] && waiting[0].tail <= queue.head) waiting.shift()?.resolve();
  }

  function flush(): Promise<void> {
    if (size() === 0) return Promise.resolve();
    const flushed = new Promise<void>((resolve) => waiting.push({ tail: queue.tail, resolve }));
    start();
    return flushed;
  }

  function giveUp(): void {
    givenUp = true;
    cancelBatch?.();
    cancelBatch = undefined;
    endPause?.();
    client.close();
    const lost = queue.dropBefore(queue.tail);
    if (lost > 0) events.dropped(lost);
    events.queued(0);
    release();
  }

  return {
    sample: (point) => add(samplePoint(point)),
    outage: (point) => add(outagePoint(point)),
    flush,
    async close(deadlineMs) {
      closed = true;
      const done = new AbortController();
      clock.sleep(deadlineMs, done.signal).then(giveUp, () => undefined);
      endPause?.();
      await flush();
      done.abort();
      giveUp();
    },
  };
}
