/** Runs the checks in worker threads and merges what they find. A worker that dies is replaced, and said so. */
import { Worker } from 'node:worker_threads';
import type { Instant, Millis } from '../domain/time/instant.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import type { Batch, Coverage, WatchedCheck } from './watched-check.ts';

export interface MonitorOptions {
  readonly clock: Clock;
  readonly threads: number;
  /**
   * The checks to run, asked again when a worker is replaced, so that each goes on from what has been recorded by then.
   */
  readonly checks: () => readonly WatchedCheck[];
  /** Receives what the workers found, coverage already merged over all of them. */
  readonly onBatch: (batch: Batch) => void;
  readonly onWorkerLost: (reason: unknown) => void;
}

const RESTART_DELAY: Millis = 1_000;
const STOP_DEADLINE: Millis = 1_500;

interface Crew {
  /** Absent from its end until it is replaced. */
  worker: Worker | undefined;
  /** Through when each interval of this worker is covered; absent until its first word. */
  coverage: ReadonlyMap<Millis, Instant | null> | undefined;
  inFlight: number;
}

export class Monitor {
  readonly #options: MonitorOptions;
  readonly #crews = new Map<number, Crew>();
  readonly #restarts = new Set<CancelTimer>();
  #stopping = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  /** Starts the worker threads. */
  start(): void {
    for (let shard = 0; shard < this.#options.threads; shard += 1) this.#startShard(shard);
  }

  /** Stops all workers; what they found until then has been handed over when it resolves. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const cancel of this.#restarts) cancel();
    const workers = [...this.#crews.values()].flatMap(({ worker }) => worker ?? []);
    const stopped = workers.map(
      (worker) =>
        new Promise<void>((resolve) => {
          const force = this.#options.clock.after(STOP_DEADLINE, () => void worker.terminate());
          worker.once('exit', () => {
            force();
            resolve();
          });
          worker.postMessage('stop');
        }),
    );
    await Promise.all(stopped);
    this.#crews.clear();
  }

  #startShard(shard: number): void {
    const { threads } = this.#options;
    const checks = this.#options.checks().filter((_, ordinal) => ordinal % threads === shard);
    if (checks.length === 0) return;
    const worker = new Worker(new URL('./prober-worker.ts', import.meta.url), { workerData: { checks } });
    const crew: Crew = { worker, coverage: undefined, inFlight: 0 };
    this.#crews.set(shard, crew);
    worker.on('message', (message: { kind: 'batch'; batch: Batch } | { kind: 'stopped' }) => {
      if (message.kind !== 'batch') return;
      crew.coverage = new Map(message.batch.coverage.map(({ intervalMs, through }) => [intervalMs, through]));
      crew.inFlight = message.batch.inFlight;
      const inFlight = this.#crews.values().reduce((total, one) => total + one.inFlight, 0);
      this.#options.onBatch({ ...message.batch, coverage: this.#mergedCoverage(), inFlight });
    });
    let reason: unknown;
    worker.on('error', (error) => {
      reason = error;
    });
    worker.on('exit', (code) => {
      Object.assign(crew, { worker: undefined, coverage: undefined, inFlight: 0 });
      if (this.#stopping) {
        if (reason !== undefined) this.#options.onWorkerLost(reason);
        return;
      }
      this.#options.onWorkerLost(reason ?? new Error(`a prober thread exited with code ${code}`));
      const cancel = this.#options.clock.after(RESTART_DELAY, () => {
        this.#restarts.delete(cancel);
        this.#startShard(shard);
      });
      this.#restarts.add(cancel);
    });
  }

  /** Covered is what every worker covers: nothing, until each has spoken. */
  #mergedCoverage(): Coverage[] {
    const merged = new Map<Millis, Instant | null>();
    for (const { coverage } of this.#crews.values()) {
      if (!coverage) return [];
      for (const [intervalMs, through] of coverage) {
        const lowest = merged.get(intervalMs) ?? null;
        merged.set(intervalMs, through === null ? lowest : lowest === null ? through : Math.min(lowest, through));
      }
    }
    return [...merged].map(([intervalMs, through]) => ({ intervalMs, through }));
  }
}
