/**
 * Without canaries the monitor cannot tell its own blindness from a provider whose every server fell. It can say that it
 * looks like either: most servers fail at once, all in ways that a broken network makes. That is said, and nothing else
 * follows from it: what was observed counts.
 */
import { type Instant, MINUTE, type Millis, SECOND } from '../domain/time/instant.ts';
import type { Sample } from './watched-check.ts';

/** A server says something for so long after a probe of it. */
const FRESH: Millis = MINUTE;
/** So many servers at least, and so many of a hundred observed, must fail. */
const LEAST_SERVERS = 5;
const LEAST_PERCENT = 80;

/** Who has a hundred thousand servers does not look at all of them at each sample. */
const LOOK_EVERY: Millis = 2 * SECOND;

/** What a broken network of our own makes of a probe. */
const OF_THE_NETWORK = /^(?:dns|connect)_|_timeout$/;

export class SelfDoubt {
  readonly #serverOf: (check: string) => string;
  readonly #newest = new Map<string, { sentAt: Instant; hasFailed: boolean }>();
  #isDoubtful = false;
  #lookedAt: Instant = Number.NEGATIVE_INFINITY;

  /** @param serverOf the server that a check is on; its service where none is named. */
  constructor(serverOf: (check: string) => string) {
    this.#serverOf = serverOf;
  }

  /** Takes samples in. @returns whether there is doubt now, where that has changed. */
  take(samples: readonly Sample[], now: Instant): boolean | undefined {
    for (const { check, sentAt, outcome, error = '' } of samples) {
      if (outcome === 'void') continue;
      const server = this.#serverOf(check);
      const known = this.#newest.get(server);
      if (known && known.sentAt > sentAt) continue;
      this.#newest.set(server, { sentAt, hasFailed: outcome === 'fail' && OF_THE_NETWORK.test(error) });
    }
    if (Math.abs(now - this.#lookedAt) < LOOK_EVERY) return undefined;
    this.#lookedAt = now;
    let observed = 0;
    let failed = 0;
    for (const [server, { sentAt, hasFailed }] of this.#newest) {
      if (Math.abs(now - sentAt) > FRESH) this.#newest.delete(server);
      else observed += 1;
      if (hasFailed && this.#newest.has(server)) failed += 1;
    }
    const isDoubtful = failed >= LEAST_SERVERS && 100 * failed >= LEAST_PERCENT * observed;
    if (isDoubtful === this.#isDoubtful) return undefined;
    this.#isDoubtful = isDoubtful;
    return isDoubtful;
  }
}
