/** Which instants of real time a wall-clock instant was: none where the clock was set forward over it, several after it was set back. */
import type { Instant, Millis } from '../../src/domain/time/instant.ts';
import { joined, type Span } from './spans.ts';
import type { Pass } from './virtual-time.ts';

export class WallMap {
  readonly #passes: readonly Pass[];

  constructor(passes: readonly Pass[], length: Millis) {
    this.#passes = passes.map((pass) => ({ ...pass, to: Math.min(pass.to, length) }));
  }

  /** Each time that the wall clock showed an instant, ascending. */
  elapsedAt(wall: Instant): readonly Millis[] {
    return this.#passes.flatMap(({ from, to, shift }) => {
      const elapsed = wall - shift;
      return elapsed >= from && elapsed < to ? [elapsed] : [];
    });
  }

  /** The latest instant that the wall clock had shown by then. */
  latestShownBy(elapsed: Millis): Instant {
    const begun = this.#passes.filter(({ from }) => from <= elapsed);
    return Math.max(...begun.map(({ to, shift }) => Math.min(to, elapsed) + shift));
  }

  /** What the wall clock showed; at a step, what it showed before. */
  wallBefore(elapsed: Millis): Instant {
    const pass = this.#passes.find(({ from, to }) => elapsed > from && elapsed <= to) ?? this.#passes[0];
    return elapsed + (pass?.shift ?? 0);
  }

  wallAt(elapsed: Millis): Instant {
    const pass = this.#passes.find(({ from, to }) => elapsed >= from && elapsed < to) ?? this.#passes.at(-1);
    return elapsed + (pass?.shift ?? 0);
  }

  /** Every instant that the wall clock showed of a span, in one piece a pass. */
  wallSpansOf({ start, end }: Span): readonly { readonly start: Instant; readonly end: Instant }[] {
    return this.#passes.flatMap(({ from, to, shift }) => {
      const [a, b] = [Math.max(start, from), Math.min(end, to)];
      return a < b ? [{ start: a + shift, end: b + shift }] : [];
    });
  }

  /** Real time in which the wall clock showed again what it had shown before. */
  repeats(): readonly Span[] {
    let highest = Number.NEGATIVE_INFINITY;
    return joined(
      this.#passes.map(({ from, to, shift }) => {
        const end = Math.min(to, Math.max(from, highest - shift + 1));
        highest = Math.max(highest, to + shift);
        return { start: from, end };
      }),
    );
  }

  /** Wall-clock instants that never were. */
  skipped(): readonly { readonly start: Instant; readonly end: Instant }[] {
    const shown = joined(this.#passes.map(({ from, to, shift }) => ({ start: from + shift, end: to + shift })));
    return shown.slice(1).map((span, i) => ({ start: shown[i]?.end ?? 0, end: span.start }));
  }

  /** Instants of real time at which the wall clock was stepped. */
  steps(): readonly Millis[] {
    return this.#passes.slice(1).map(({ from }) => from);
  }
}
