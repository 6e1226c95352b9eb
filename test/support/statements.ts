/** Hand-made contracts and statements for tests of what is printed; their totals add up as a real statement's do. */
import type {
  ClassTotals,
  PromiseStanding,
  Segment,
  Statement,
  TicketResult,
} from '../../src/domain/contract/statement-result.ts';
import type { Contract, ContractEdition } from '../../src/domain/contract/terms.ts';
import { parseMoney } from '../../src/domain/money/money.ts';
import { monthInterval, parseMonth, yearInterval } from '../../src/domain/time/contract-calendar.ts';
import { DAY, HOUR, type Instant, type Millis } from '../../src/domain/time/instant.ts';

export const OFFSET = 300;
const always = { kind: 'always' } as const;

export const EDITION: ContractEdition = {
  name: '17.02.2026',
  target: { numerator: 998n, denominator: 1000n },
  tally: 'calendar',
  plannedWork: { quietHours: [{ startMs: HOUR, endMs: 6 * HOUR }], leadMs: 48 * HOUR, clause: '7.1' },
  exclusions: ['force-majeure', 'customer', 'third-party-software', 'network', 'dns-propagation'].map((id) => ({
    id,
    clause: '8.5',
  })),
  credit: {
    scheme: { kind: 'hourly', perHour: { numerator: 1n, denominator: 100n }, hours: 'exact' },
    cap: { numerator: 1n, denominator: 1n },
    mode: 'on-claim',
    clause: '8.3',
    claimClause: '8.1',
  },
  notices: [{ kind: 'planned-work', leadMs: 48 * HOUR, clause: '7.1' }],
  requests: {
    high: { responseMs: HOUR, resolutionMs: 8 * HOUR, clock: always },
    medium: { responseMs: 2 * HOUR, resolutionMs: DAY, clock: always },
    low: { responseMs: 4 * HOUR, resolutionMs: 3 * DAY, clock: always },
  },
  lifecycle: { restoreDays: 7, fullRefundDays: 14, settlementWorkingDays: 15 },
};

export const CONTRACT: Contract = {
  id: 'builder',
  provider: 'Example Hosting LLP',
  offsetMinutes: OFFSET,
  currency: 'KZT',
  editions: [EDITION],
};

/** The instant of a contract-clock wall time: `at('2026-03-10T00:30:00')`. */
export function at(local: string): Instant {
  return Temporal.Instant.from(`${local}+05:00`).epochMilliseconds;
}

/** A segment from wall times of the contract clock. */
export function segment(start: string, end: string, kind: Segment['class'], reason: string | null = null): Segment {
  return { start: at(start), end: at(end), class: kind, reason };
}

export interface StatementSketch {
  readonly month?: string;
  readonly segments?: readonly Segment[];
  readonly unknownMs?: Millis;
  readonly outsideMs?: Millis;
  readonly bounds?: { readonly minMs: Millis; readonly maxMs: Millis };
  readonly outages?: number;
  /** Unplanned time of the year before this month. */
  readonly earlierUnplannedMs?: Millis;
  readonly promise?: PromiseStanding;
  readonly accrued?: string;
  readonly claimed?: string;
  readonly cap?: string;
  readonly tickets?: readonly TicketResult[];
}

/** A statement of service `s1` whose totals follow from its segments; a quiet month when nothing is said. */
export function statement(sketch: StatementSketch = {}): Statement {
  const month = monthInterval(parseMonth(sketch.month ?? '2026-03'), OFFSET);
  const year = { start: yearInterval(2026, OFFSET).start, end: month.end };
  const segments = sketch.segments ?? [];
  const of = (kind: Segment['class']) =>
    segments.filter((s) => s.class === kind).reduce((total, s) => total + s.end - s.start, 0);
  const down = { planned: of('planned'), excluded: of('excluded'), unplanned: of('unplanned') };
  const unknown = sketch.unknownMs ?? 0;
  const outside = sketch.outsideMs ?? 0;
  const rest = down.planned + down.excluded + down.unplanned + unknown + outside;
  const ms: ClassTotals = { up: month.end - month.start - rest, ...down, unknown, outside };
  const earlier = sketch.earlierUnplannedMs ?? 0;
  const allowanceMs = 63_072_000;
  const remainingMs = allowanceMs - earlier - down.unplanned;
  const money = (amount: string) => parseMoney(amount, 'KZT');
  return {
    service: 's1',
    customer: 'c1',
    month: {
      period: month,
      ms,
      unplannedMinMs: sketch.bounds?.minMs ?? down.unplanned,
      unplannedMaxMs: sketch.bounds?.maxMs ?? down.unplanned,
      outages: sketch.outages ?? 0,
    },
    year: {
      period: year,
      ms: { ...ms, up: ms.up + month.start - year.start - earlier, unplanned: ms.unplanned + earlier },
      allowanceMs,
      remainingMs,
      promise: sketch.promise ?? (remainingMs < 0 ? 'broken' : 'kept'),
    },
    segments,
    credit: {
      currency: 'KZT',
      accrued: money(sketch.accrued ?? '0.00'),
      claimed: money(sketch.claimed ?? '0.00'),
      cap: money(sketch.cap ?? '12000.00'),
    },
    tickets: sketch.tickets ?? [],
  };
}

/** March 2026 with every class of downtime, a blind hour, an open ticket and a promise that this month broke. */
export function eventfulStatement(): Statement {
  return statement({
    segments: [
      segment('2026-03-10T00:30:00', '2026-03-10T01:00:00', 'unplanned'),
      segment('2026-03-10T01:00:00', '2026-03-10T05:00:00', 'planned'),
      segment('2026-03-10T05:00:00', '2026-03-10T06:30:00.250', 'unplanned'),
      segment('2026-03-18T22:00:00', '2026-03-19T02:00:00', 'excluded', 'force-majeure'),
      segment('2026-03-19T02:00:00', '2026-03-19T08:00:00', 'unplanned'),
      segment('2026-03-31T21:59:50', '2026-04-01T00:00:00', 'unplanned'),
    ],
    unknownMs: HOUR + 12_345,
    bounds: { minMs: 35_890_250, maxMs: 36_130_250 },
    outages: 3,
    earlierUnplannedMs: 9 * HOUR,
    accrued: '1200.34',
    claimed: '720.00',
    tickets: [
      {
        id: 'T-1042',
        priority: 'high',
        responseMs: 1_500_000,
        resolutionMs: 30_600_000,
        responseKept: true,
        resolutionKept: false,
      },
      {
        id: 'T-1057',
        priority: 'low',
        responseMs: 3_600_000,
        resolutionMs: null,
        responseKept: true,
        resolutionKept: null,
      },
    ],
  });
}
