/** What a prober loop has found and not handed over yet, and when it is time to: soon after an edge, else regularly. */
import { type Millis, SECOND } from '../domain/time/instant.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import type { Batch, FoundEdge, Sample } from './watched-check.ts';

const EVERY: Millis = SECOND;
/** In a mass outage edges come one after the other: each is handed over within this time, many at once. */
const APART: Millis = 100;

type Found = { -readonly [K in 'edges' | 'samples' | 'blips' | 'skipped']: Batch[K] } & {
  readonly edges: FoundEdge[];
  readonly samples: Sample[];
  readonly blips: string[];
};

export class HandOver {
  readonly #clock: Clock;
  readonly #deliver: () => void;
  #found = nothing();
  #lastMs: Millis = Number.NEGATIVE_INFINITY;
  #running = false;
  #cancel: CancelTimer = () => {};

  /** @param deliver called when it is time; it calls `take`. */
  constructor(clock: Clock, deliver: () => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  start(): void {
    this.#running = true;
    this.#regularly();
  }

  /** Delivers no more by itself; what was found can still be taken. */
  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  edge(edge: FoundEdge): void {
    if (this.#found.edges.length === 0 && this.#running) {
      const rest = Math.max(0, this.#lastMs + APART - this.#clock.monotonicMs());
      this.#after(rest);
    }
    this.#found.edges.push(edge);
  }

  sample(sample: Sample): void {
    this.#found.samples.push(sample);
  }

  blip(check: string): void {
    this.#found.blips.push(check);
  }

  skip(slots: number): void {
    this.#found.skipped += slots;
  }

  /** Everything found since the last time. */
  take(): Found {
    const found = this.#found;
    this.#found = nothing();
    this.#lastMs = this.#clock.monotonicMs();
    return found;
  }

  #regularly(): void {
    this.#deliver();
    this.#after(EVERY);
  }

  #after(ms: Millis): void {
    this.#cancel();
    this.#cancel = this.#clock.after(ms, () => this.#regularly());
  }
}

function nothing(): Found {
  return { edges: [], samples: [], blips: [], skipped: 0 };
}
