/**
 * A target that fails by a script, on virtual time: what a probe of it shows, and when, worked out as a network would. Request
 * and reply take their way, the server its time to answer, and it may die or wake up in the middle of either.
 */
import type { Instant, Millis } from '../../src/domain/time/instant.ts';
import type { Failure, ProbeResult } from '../../src/probes/outcome.ts';
import type { SeededRandom } from '../../test/support/seeded-random.ts';

/** How a target is while it is down: its port closed, answering with an error, or hung until it wakes up. */
export const MODES = ['refuses', 'errs', 'hangs'] as const;
export type Mode = (typeof MODES)[number];

export interface TrueOutage {
  readonly start: Instant;
  readonly end: Instant;
  readonly mode: Mode;
}

/** What a probe sent at an instant comes to, `durationMs` later. */
export type Answer = Pick<ProbeResult, 'sentAt' | 'shownAt' | 'durationMs'> &
  ({ readonly outcome: 'ok' } | { readonly outcome: 'fail'; readonly error: Failure });

const FASTEST_WAY: Millis = 1;
const SLOWEST_WAY: Millis = 40;
/** As src/probes/exchange.ts reckons. */
const ANSWER_MS: Millis = 1_000;
const FASTEST_ANSWER: Millis = 1;
const SLOWEST_ANSWER: Millis = 250;

export class ScriptedTarget {
  readonly outages: readonly TrueOutage[];
  readonly #random: SeededRandom;
  #next = 0;

  /** @param outages in order of time; questions must be asked in order of time, too. */
  constructor(outages: readonly TrueOutage[], random: SeededRandom) {
    this.outages = outages;
    this.#random = random;
  }

  answer(sentAt: Instant, timeoutMs: Millis): Answer {
    const wayMs = this.#random.magnitude(FASTEST_WAY, SLOWEST_WAY);
    const workMs = this.#random.magnitude(FASTEST_ANSWER, SLOWEST_ANSWER);
    const connectedMs = 2 * wayMs;
    const arrival = sentAt + wayMs;
    const outage = this.#outageAt(arrival, sentAt);
    const ok = (ms: Millis): Answer => ({ outcome: 'ok', ...lasting(sentAt, ms) });
    const fail = (error: Failure, ms: Millis): Answer => ({ outcome: 'fail', error, ...lasting(sentAt, ms) });
    const hung = (wakes: Instant): Answer => {
      const answeredMs = wakes - sentAt + workMs + wayMs;
      if (answeredMs <= timeoutMs) return ok(answeredMs);
      return { ...fail('reply_timeout', timeoutMs), shownAt: sentAt + Math.ceil(connectedMs) + ANSWER_MS };
    };
    if (outage === undefined) return ok(connectedMs + workMs);
    if (outage.start <= arrival) {
      if (outage.mode === 'refuses') return fail('connect_refused', connectedMs);
      return outage.mode === 'errs' ? fail('http_status', connectedMs + workMs) : hung(outage.end);
    }
    // It dies while it works on the request, which came in time.
    if (outage.start - arrival >= workMs) return ok(connectedMs + workMs);
    if (outage.mode === 'hangs') return hung(outage.end);
    return fail(outage.mode === 'errs' ? 'http_status' : 'connection_closed', outage.start - sentAt + wayMs);
  }

  /** The outage that an instant lies in, or the next one. */
  #outageAt(instant: Instant, asked: Instant): TrueOutage | undefined {
    while ((this.outages[this.#next]?.end ?? Number.POSITIVE_INFINITY) < asked) this.#next += 1;
    return this.outages.slice(this.#next, this.#next + 2).find(({ end }) => end > instant);
  }
}

function lasting(sentAt: Instant, ms: Millis): { sentAt: Instant; shownAt: Instant; durationMs: Millis } {
  return { sentAt, shownAt: sentAt + Math.ceil(ms), durationMs: ms };
}
