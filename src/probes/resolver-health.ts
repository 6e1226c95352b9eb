/**
 * Whether the machine's own name servers work at all. When a lookup fails in a way that may be theirs, they are asked for what
 * every recursive name server knows, the name servers of the root; if that fails too, the target is not to blame.
 *
 * 1. They are asked at most once a second, by all probes together.
 * 2. A verdict speaks for a lookup that was still open when the verdict came: who was dead then may be well again now.
 */
import type { Clock } from '../runtime/clock.ts';
import { codeOf } from './socket-fault.ts';

/**
 * `works`: it answers for the root. `refuses`: it answers, but not for the root, as one that serves only its own names
 * does. `dead`: silent, not there, or unable to answer anything.
 */
export type ResolverVerdict = 'works' | 'refuses' | 'dead';

export interface ResolverHealth {
  /** Asks, unless that was done within the last second; resolves to the latest verdict. Never rejects. */
  ask(): Promise<ResolverVerdict>;
  /**
   * What is known about the time since `sinceMs` (monotonic): the worst verdict that came since then; `pending` when they
   * were asked and have not answered yet; `unasked`.
   */
  since(sinceMs: number): ResolverVerdict | 'pending' | 'unasked';
}

const ASK_EVERY_MS = 1_000;

/** @param askForRoot rejects with an error that has a `code` of node:dns. */
export function createResolverHealth(clock: Clock, askForRoot: () => Promise<unknown>): ResolverHealth {
  let askedMs = Number.NEGATIVE_INFINITY;
  let pending = false;
  let latest: Promise<ResolverVerdict> = Promise.resolve('works');
  /** When each verdict last came. */
  const cameMs: Record<ResolverVerdict, number> = {
    works: Number.NEGATIVE_INFINITY,
    refuses: Number.NEGATIVE_INFINITY,
    dead: Number.NEGATIVE_INFINITY,
  };
  const judge = async (): Promise<ResolverVerdict> => {
    const verdict = await askForRoot().then((): ResolverVerdict => 'works', verdictOf);
    pending = false;
    cameMs[verdict] = clock.monotonicMs();
    return verdict;
  };
  return {
    ask() {
      const nowMs = clock.monotonicMs();
      if (!pending && nowMs - askedMs >= ASK_EVERY_MS) {
        askedMs = nowMs;
        pending = true;
        latest = judge();
      }
      return latest;
    },
    since(sinceMs) {
      if (cameMs.dead >= sinceMs) return 'dead';
      if (pending) return 'pending';
      if (cameMs.refuses >= sinceMs) return 'refuses';
      return cameMs.works >= sinceMs ? 'works' : 'unasked';
    },
  };
}

function verdictOf(error: unknown): ResolverVerdict {
  switch (codeOf(error)) {
    case 'ENODATA':
    case 'ENOTFOUND':
      // An odd answer, but one that only a living name server gives.
      return 'works';
    case 'EREFUSED':
    case 'ENOTIMP':
      return 'refuses';
    default:
      return 'dead';
  }
}
