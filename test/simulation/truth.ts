/** The hidden truth: what a request to each check's target would get at each instant of real time. */
import type { Millis } from '../../src/domain/time/instant.ts';
import { gapsOf, joined, type Span, spanAt } from './spans.ts';

/** A stretch of one answer. */
export interface TruthRun extends Span {
  readonly ok: boolean;
}

export class Truth {
  readonly #down: ReadonlyMap<string, readonly Span[]>;
  readonly #runs: ReadonlyMap<string, readonly TruthRun[]>;

  /** @param failing when each check's target fails, from whatever causes. */
  constructor(failing: ReadonlyMap<string, readonly Span[]>, length: Millis) {
    this.#down = new Map([...failing].map(([check, spans]) => [check, joined(spans)]));
    const whole = { start: 0, end: length };
    this.#runs = new Map(
      [...this.#down].map(([check, down]) => [
        check,
        [
          ...down.map((span) => ({ ...span, ok: false })),
          ...gapsOf(down, whole).map((span) => ({ ...span, ok: true })),
        ].sort((a, b) => a.start - b.start),
      ]),
    );
  }

  get checks(): readonly string[] {
    return [...this.#down.keys()];
  }

  isOk(check: string, elapsed: Millis): boolean {
    return spanAt(this.#down.get(check) ?? [], elapsed) === undefined;
  }

  /** The stretch of one answer that an instant lies in. */
  runAt(check: string, elapsed: Millis): TruthRun | undefined {
    return spanAt(this.#runs.get(check) ?? [], elapsed) as TruthRun | undefined;
  }

  runsOf(check: string): readonly TruthRun[] {
    return this.#runs.get(check) ?? [];
  }
}
