/** The daemon's own account of the fleet at one instant: what `kepil status` shows and the HTTP API returns. */
import type { InstantClass, PromiseStanding } from '../domain/contract/statement-result.ts';
import type { State } from '../domain/facts/fact.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';

/** An outage that has not ended. */
interface OpenOutage {
  readonly start: Instant;
  /** The class of its latest instant. */
  readonly class: Exclude<InstantClass, 'up' | 'unknown'>;
  /** From its start to `now`. */
  readonly durationMs: Millis;
}

export interface ServiceStatus {
  readonly service: string;
  readonly customer: string;
  readonly state: State;
  /** When it came into this state; null when it has been in it since before anything was recorded. */
  readonly since: Instant | null;
  /** Present while the state is `down`. */
  readonly openOutage?: OpenOutage;
  /** Percent rounded down to 4 decimals, `99.8714`, of the month and year so far; null: nothing to measure yet. */
  readonly monthAvailability: string | null;
  readonly yearAvailability: string | null;
  readonly unplannedMonthMs: Millis;
  /** Credit for the month so far, a decimal string: `312.45`. */
  readonly accrued: string;
  readonly currency: string;
  readonly promise: PromiseStanding;
}

export interface StatusView {
  readonly version: string;
  readonly startedAt: Instant;
  readonly now: Instant;
  /** Of the contract clock. */
  readonly offsetMinutes: number;
  readonly services: readonly ServiceStatus[];
  readonly journal: { readonly entries: number };
  /** The canaries do not answer, or most servers fail at once and there are none; absent while neither is so. */
  readonly sight?: 'blind' | 'doubtful';
  /** Since the daemon started; `perSecond` over the latest minute, absent before there is one. */
  readonly probes: { readonly perSecond?: number; readonly total: number; readonly failed: number };
}
