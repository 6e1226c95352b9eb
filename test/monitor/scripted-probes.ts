/** Checks whose probes answer as a script says, on a virtual clock: what a prober loop is tested with. */
import type { Outcome } from '../../src/domain/facts/fact.ts';
import { type Instant, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { ProberLoop, type ProberLoopOptions } from '../../src/monitor/prober-loop.ts';
import type { Batch, FoundEdge, Sample, WatchedCheck } from '../../src/monitor/watched-check.ts';
import type { ProbeResult } from '../../src/probes/outcome.ts';
import type { ManualClock } from '../support/manual-clock.ts';

/** How one probe goes: what it shows, and how long after it was sent that is known. */
export interface Answer {
  readonly outcome: Outcome;
  readonly tookMs?: Millis;
}

export type Script = (check: string, sentAt: Instant) => Answer;

export function watched(id: string, settings: Partial<WatchedCheck> = {}): WatchedCheck {
  const intervalMs = settings.intervalMs ?? 60 * SECOND;
  return {
    id,
    intervalMs,
    phaseMs: 0,
    policy: { maxGapMs: 3 * intervalMs, failures: 3, successes: 2 },
    request: { target: { kind: 'smtp', host: 'mail.example.kz', port: 25, security: 'plain' }, timeoutMs: 10 * SECOND },
    allow: [],
    ...settings,
  };
}

function resultOf(outcome: Outcome, sentAt: Instant, durationMs: Millis): ProbeResult {
  const run = {
    sentAt,
    shownAt: sentAt + durationMs,
    durationMs,
    phases: {},
    evidence: { seen: `${outcome} of ${sentAt}` },
  };
  if (outcome === 'ok') return { outcome, ...run };
  if (outcome === 'void') return { outcome, error: 'internal_error', ...run };
  return { outcome, error: 'connect_refused', ...run };
}

export interface ScriptedLoop {
  readonly loop: ProberLoop;
  readonly batches: Batch[];
  /** Probes in the order they were sent. */
  readonly sent: { readonly check: string; readonly at: Instant }[];
  /** The most probes that one check ever had in flight. */
  readonly mostInFlight: () => number;
  readonly edges: () => readonly FoundEdge[];
  readonly samples: () => readonly Sample[];
}

/** A loop that is not started yet. An aborted probe ends at once, as the real ones do. */
export function scriptedLoop(options: {
  readonly clock: ManualClock;
  readonly checks: readonly WatchedCheck[];
  readonly script: Script;
  readonly onBatch?: (batch: Batch) => void;
  /** What stands between the loop and its probes. */
  readonly wrap?: (probe: ProberLoopOptions['probe']) => ProberLoopOptions['probe'];
}): ScriptedLoop {
  const { clock, checks, script } = options;
  const batches: Batch[] = [];
  const sent: { check: string; at: Instant }[] = [];
  const inFlight = new Map<string, number>();
  let most = 0;
  const probe = (check: WatchedCheck, signal: AbortSignal): Promise<ProbeResult> => {
    const sentAt = clock.now();
    sent.push({ check: check.id, at: sentAt });
    const now = (inFlight.get(check.id) ?? 0) + 1;
    inFlight.set(check.id, now);
    most = Math.max(most, now);
    const { outcome, tookMs = 0 } = script(check.id, sentAt);
    return new Promise((resolve) => {
      const end = (how: Outcome): void => {
        cancel();
        signal.removeEventListener('abort', abort);
        inFlight.set(check.id, (inFlight.get(check.id) ?? 0) - 1);
        resolve(resultOf(how, sentAt, tookMs));
      };
      const abort = (): void => end('void');
      const cancel = clock.after(tookMs, () => end(outcome));
      signal.addEventListener('abort', abort, { once: true });
    });
  };
  const loop = new ProberLoop({
    clock,
    checks,
    probe: options.wrap?.(probe) ?? probe,
    handOver: (batch) => {
      batches.push(batch);
      options.onBatch?.(batch);
    },
  });
  return {
    loop,
    batches,
    sent,
    mostInFlight: () => most,
    edges: () => batches.flatMap((batch) => batch.edges),
    samples: () => batches.flatMap((batch) => batch.samples),
  };
}
