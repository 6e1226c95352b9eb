/** What the main thread and a prober thread say to each other. */
import type { CheckChanges } from './prober-loop.ts';
import type { Batch, CanarySettings, Jitter, ProbeLimits, WatchedCheck } from './watched-check.ts';

/** What a prober thread starts with. */
export interface ProberData {
  readonly checks: readonly WatchedCheck[];
  readonly limits: ProbeLimits;
  readonly jitter: Jitter;
  /** Absent: what is seen is taken for true. */
  readonly canaries: CanarySettings | undefined;
}

export type ToProber =
  | { readonly kind: 'stop' }
  /** A part of the next change. */
  | { readonly kind: 'changes-to-come'; readonly set: readonly WatchedCheck[] }
  | { readonly kind: 'change'; readonly changes: CheckChanges };

export type FromProber =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'sight'; readonly isBlind: boolean }
  | { readonly kind: 'stopped' };
