/**
 * A slow second reading of REPLAY.md and CONTRACT.md to hold the engine against. It shares no code with `src/domain`: it
 * cuts time at every instant at which anything could change, and asks the rules anew about each piece, one predicate for
 * each sentence. Probe histories are strings that are searched; dates are reckoned with `Date`.
 */
import type { Contract, ContractEdition } from '../../src/domain/contract/terms.ts';
import type {
  CheckFact,
  ComponentDefinition,
  EdgeFact,
  ExclusionFact,
  ObservationFact,
  ReplayFact,
  ServiceFact,
  WorkFact,
} from '../../src/domain/facts/fact.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type PlainState = 'up' | 'down' | 'unknown';
type PlainClass = 'up' | 'planned' | 'excluded' | 'unplanned' | 'unknown' | 'outside';
type PlainBoundary = CheckFact['boundary'];

export interface PlainQuestion {
  readonly facts: readonly ReplayFact[];
  readonly contract: Contract;
  readonly service: string;
  readonly month: string;
  readonly asOf: number;
}

export type PlainTotals = Record<PlainClass, number>;

export interface PlainStatement {
  readonly month: PlainTotals;
  readonly year: PlainTotals;
  readonly unplannedMinMs: number;
  readonly unplannedMaxMs: number;
  readonly outages: number;
  readonly segments: readonly { start: number; end: number; class: string; reason: string | null }[];
  readonly allowanceMs: number;
  readonly remainingMs: number;
  readonly promise: string;
  readonly accrued: bigint;
  readonly claimed: bigint;
  readonly cap: bigint;
}

/** Rules 1–3 for one stretch: where its edges lie, between `low` and `high`. */
interface PlainEdge {
  readonly to: PlainState;
  readonly from: PlainState;
  readonly low: number;
  readonly high: number;
}

function edgesOfStretch(times: readonly number[], letters: string, check: CheckFact): PlainEdge[] {
  const time = (index: number): number => times[index] as number;
  const edges: PlainEdge[] = [];
  let state: PlainState = 'unknown';
  let position = 0;
  while (true) {
    const from: PlainState = state;
    if (state === 'down') {
      const recovery = letters.indexOf('U'.repeat(check.successes), position);
      if (recovery < 0) break;
      edges.push({ to: 'up', from, low: time(letters.lastIndexOf('D', recovery)), high: time(recovery) });
      state = 'up';
      position = recovery;
      continue;
    }
    const failure = letters.indexOf('D'.repeat(check.failures), position);
    const firstOk = state === 'unknown' ? letters.indexOf('U', position) : -1;
    if (firstOk >= 0 && (failure < 0 || firstOk < failure)) {
      edges.push({ to: 'up', from, low: time(firstOk), high: time(firstOk) });
      state = 'up';
      position = firstOk;
      continue;
    }
    if (failure < 0) break;
    const lastOk = letters.lastIndexOf('U', failure);
    edges.push({ to: 'down', from, low: time(lastOk < 0 ? failure : lastOk), high: time(failure) });
    state = 'down';
    position = failure;
  }
  const last = time(times.length - 1);
  edges.push({ to: 'unknown', from: state, low: last, high: last });
  return edges;
}

function edgesOfObservations(observations: readonly ObservationFact[], check: CheckFact): PlainEdge[] {
  const told = observations.filter((o) => o.outcome !== 'void').toSorted((a, b) => a.at - b.at);
  const edges: PlainEdge[] = [];
  let times: number[] = [];
  let letters = '';
  for (const [i, o] of told.entries()) {
    times.push(o.at);
    letters += o.outcome === 'ok' ? 'U' : 'D';
    const next = told[i + 1];
    if (next && next.at - o.at <= check.maxGapMs) continue;
    edges.push(...edgesOfStretch(times, letters, check));
    times = [];
    letters = '';
  }
  return edges;
}

function edgesOfEdges(facts: readonly EdgeFact[]): PlainEdge[] {
  let from: PlainState = 'unknown';
  const ordered = facts.toSorted((a, b) => a.earliest - b.earliest || a.latest - b.latest);
  return ordered.map((fact) => {
    const edge = { to: fact.to, from, low: fact.earliest, high: fact.latest };
    from = fact.to;
    return edge;
  });
}

/** Rule 3: where an edge is placed. */
function placed(edge: PlainEdge, boundary: PlainBoundary): number {
  const middle = Math.floor((edge.low + edge.high) / 2);
  if (edge.to === 'down') {
    return { observed: edge.high, minimal: edge.high, maximal: edge.low, midpoint: middle }[boundary];
  }
  if (edge.to === 'up' && edge.from === 'down') {
    return { observed: edge.high, minimal: edge.low, maximal: edge.high, midpoint: middle }[boundary];
  }
  return edge.high;
}

/** One question, its facts sorted out. */
class Reading {
  readonly question: PlainQuestion;
  readonly known: readonly ReplayFact[];
  readonly offsetMs: number;
  readonly definition: ServiceFact;
  readonly placement: PlainBoundary | undefined;
  readonly #byType = new Map<string, readonly ReplayFact[]>();
  readonly #histories = new Map<string, { at: number; to: PlainState }[]>();

  constructor(question: PlainQuestion, placement?: PlainBoundary) {
    this.question = question;
    this.placement = placement;
    this.known = question.facts.filter((fact) => fact.at === undefined || fact.at <= question.asOf);
    this.offsetMs = question.contract.offsetMinutes * 60_000;
    this.definition = this.all('service').find((fact) => fact.id === question.service) as ServiceFact;
    for (const check of this.all('check')) {
      for (const vantage of check.vantages)
        this.#histories.set(`${check.id} ${vantage}`, this.#history(check, vantage));
    }
  }

  all<T extends ReplayFact['type']>(type: T): readonly Extract<ReplayFact, { type: T }>[] {
    let facts = this.#byType.get(type);
    if (!facts) {
      facts = this.known.filter((fact) => fact.type === type);
      this.#byType.set(type, facts);
    }
    return facts as readonly Extract<ReplayFact, { type: T }>[];
  }

  #history(check: CheckFact, vantage: string): { at: number; to: PlainState }[] {
    const seen = this.all('observation').filter((o) => o.check === check.id && o.vantage === vantage);
    const edges = this.all('edge').filter((e) => e.check === check.id && e.vantage === vantage);
    const found = seen.length > 0 ? edgesOfObservations(seen, check) : edgesOfEdges(edges);
    return found.map((edge) => ({ at: placed(edge, this.placement ?? check.boundary), to: edge.to }));
  }

  /** Every instant at which the state of anything may change. */
  stateChanges(): number[] {
    return [...this.#histories.values()].flatMap((history) => history.map((edge) => edge.at));
  }

  vantageAt(check: CheckFact, vantage: string, t: number): PlainState {
    if (t >= this.question.asOf) return 'unknown';
    return this.#histories.get(`${check.id} ${vantage}`)?.findLast((edge) => edge.at <= t)?.to ?? 'unknown';
  }

  /** Rule 4. */
  checkAt(id: string, t: number): PlainState {
    const check = this.all('check').find((fact) => fact.id === id) as CheckFact;
    const states = check.vantages.map((vantage) => this.vantageAt(check, vantage, t));
    const alive = states.filter((state) => state !== 'unknown').length;
    if (alive === 0) return 'unknown';
    const quorum = check.quorum === 'majority' ? Math.floor(alive / 2) + 1 : check.quorum;
    return states.filter((state) => state === 'down').length >= Math.min(quorum, alive) ? 'down' : 'up';
  }

  /** Rule 5, for a component. */
  componentAt(component: ComponentDefinition, t: number): PlainState {
    const { require, checks } = component;
    const k = require === 'all' ? checks.length : require === 'any' ? 1 : require;
    const states = checks.map((id) => this.checkAt(id, t));
    const ups = states.filter((state) => state === 'up').length;
    const unknowns = states.filter((state) => state === 'unknown').length;
    return ups >= k ? 'up' : ups + unknowns < k ? 'down' : 'unknown';
  }

  /** Rule 5, for the service. */
  serviceAt(t: number): PlainState {
    const states = Object.values(this.definition.components)
      .filter((component) => component.counts)
      .map((component) => this.componentAt(component, t));
    if (states.includes('down')) return 'down';
    return states.includes('unknown') || states.length === 0 ? 'unknown' : 'up';
  }

  activeAt(t: number): boolean {
    const changes = this.all('lifecycle').filter((fact) => fact.service === this.question.service && fact.from <= t);
    return changes.toSorted((a, b) => a.from - b.from).at(-1)?.status === 'active';
  }

  editionAt(t: number): ContractEdition {
    return this.question.contract.editions
      .filter((edition) => (edition.from ?? -Infinity) <= t)
      .at(-1) as ContractEdition;
  }

  quietAt(t: number): boolean {
    const sinceMidnight = (((t + this.offsetMs) % DAY) + DAY) % DAY;
    return this.editionAt(t).plannedWork.quietHours.some(({ startMs, endMs }) =>
      startMs < endMs
        ? startMs <= sinceMidnight && sinceMidnight < endMs
        : startMs <= sinceMidnight || sinceMidnight < endMs,
    );
  }

  /** R1, R2 and R3 of CONTRACT.md. */
  plannedAt(t: number): boolean {
    if (!this.quietAt(t)) return false;
    const works = this.all('work');
    return [...new Set(works.map((work) => work.id))].some((id) => {
      const revisions = works.filter((work) => work.id === id);
      const standing = revisions.toSorted((a, b) => a.revision - b.revision).at(-1) as WorkFact;
      const holds = (revision: WorkFact): boolean =>
        revision.start <= t &&
        t < revision.end &&
        (revision.services === '*' || revision.services.includes(this.question.service));
      if (!holds(standing)) return false;
      if (this.all('work-cancelled').some((cancelled) => cancelled.id === id && cancelled.at <= t)) return false;
      return revisions.some(
        (revision) =>
          holds(revision) &&
          this.all('notice').some(
            (notice) =>
              notice.work === id &&
              notice.revision === revision.revision &&
              notice.customer === this.definition.customer &&
              revision.start - notice.at >= this.editionAt(revision.start).plannedWork.leadMs,
          ),
      );
    });
  }

  exclusionAt(t: number): ExclusionFact | undefined {
    const withdrawn = new Set(this.all('exclusion-withdrawn').map((fact) => fact.id));
    return this.all('exclusion')
      .filter((fact) => fact.service === this.question.service && !withdrawn.has(fact.id))
      .toSorted((a, b) => a.at - b.at)
      .find((fact) => fact.start <= t && t < fact.end);
  }

  /** Rule 6. */
  classAt(t: number): { class: PlainClass; reason: string | null } {
    if (!this.activeAt(t)) return { class: 'outside', reason: null };
    const state = this.serviceAt(t);
    if (state !== 'down') return { class: state, reason: null };
    if (this.plannedAt(t)) return { class: 'planned', reason: null };
    const exclusion = this.exclusionAt(t);
    return exclusion ? { class: 'excluded', reason: exclusion.reason } : { class: 'unplanned', reason: null };
  }

  feeAt(t: number): bigint {
    const fees = this.all('fee').filter((fact) => fact.service === this.question.service && fact.from <= t);
    return fees.toSorted((a, b) => a.from - b.from).at(-1)?.monthly.minor ?? 0n;
  }

  /** Every instant at which a class, a fee or a term may change. */
  cuts(): number[] {
    const works = this.all('work');
    const first = Math.min(...works.map((work) => work.start));
    const last = Math.max(...works.map((work) => work.end));
    const quiet: number[] = [];
    for (
      let midnight = Math.floor((first + this.offsetMs) / DAY) * DAY - this.offsetMs - DAY;
      midnight < last;
      midnight += DAY
    ) {
      for (const { plannedWork } of this.question.contract.editions) {
        for (const { startMs, endMs } of plannedWork.quietHours) quiet.push(midnight + startMs, midnight + endMs);
      }
    }
    return [
      ...this.stateChanges(),
      ...quiet,
      ...works.flatMap((work) => [work.start, work.end]),
      ...this.all('work-cancelled').map((fact) => fact.at),
      ...this.all('exclusion').flatMap((fact) => [fact.start, fact.end]),
      ...this.all('lifecycle').map((fact) => fact.from),
      ...this.all('fee').map((fact) => fact.from),
      ...this.question.contract.editions.flatMap((edition) => edition.from ?? []),
      this.question.asOf,
    ];
  }

  /** A contract-clock midnight. */
  midnight(year: number, month: number, day: number): number {
    return Date.UTC(year, month - 1, day) - this.offsetMs;
  }

  /** The tally's year that contains the last instant before `until`, or the month's first where that is later. */
  tally(monthStart: number, until: number): { start: number; end: number } {
    const end = Math.max(monthStart + 1, until);
    const { tally } = this.editionAt(end - 1);
    if (tally === 'rolling') return { start: until - 365 * DAY, end: until };
    const last = new Date(end - 1 + this.offsetMs);
    const starts = this.all('lifecycle')
      .map((fact) => fact.from)
      .filter((from) => this.activeAt(from));
    const begun = Math.min(...starts);
    if (tally === 'service' && begun < end) {
      const origin = new Date(begun + this.offsetMs);
      const anniversary = (years: number): number => {
        const year = origin.getUTCFullYear() + years;
        const lastDay = new Date(Date.UTC(year, origin.getUTCMonth() + 1, 0)).getUTCDate();
        const day = Math.min(origin.getUTCDate(), lastDay);
        return this.midnight(year, origin.getUTCMonth() + 1, day) + ((begun + this.offsetMs) % DAY);
      };
      let years = 0;
      while (anniversary(years + 1) < end) years += 1;
      return { start: anniversary(years), end: anniversary(years + 1) };
    }
    return { start: this.midnight(last.getUTCFullYear(), 1, 1), end: this.midnight(last.getUTCFullYear() + 1, 1, 1) };
  }
}

/** A piece of time in which nothing changes. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly class: PlainClass;
  readonly reason: string | null;
  /** Which outage it belongs to; 0: none. */
  readonly outage: number;
}

function piecesOf(reading: Reading, cuts: readonly number[], until: number): Piece[] {
  const sorted = [...new Set(cuts)].filter((cut) => Number.isFinite(cut) && cut <= until).sort((a, b) => a - b);
  const pieces: Piece[] = [];
  let outage = 0;
  let down = false;
  for (const [i, start] of sorted.entries()) {
    const end = sorted[i + 1];
    if (end === undefined) break;
    const isDown = reading.serviceAt(start) === 'down';
    if (isDown && !down) outage += 1;
    down = isDown;
    pieces.push({ start, end, ...reading.classAt(start), outage: isDown ? outage : 0 });
  }
  return pieces;
}

function inside(pieces: readonly Piece[], start: number, end: number): Piece[] {
  return pieces.filter((piece) => piece.start >= start && piece.end <= end);
}

function totals(pieces: readonly Piece[]): PlainTotals {
  const sums: PlainTotals = { up: 0, planned: 0, excluded: 0, unplanned: 0, unknown: 0, outside: 0 };
  for (const piece of pieces) sums[piece.class] += piece.end - piece.start;
  return sums;
}

function segments(pieces: readonly Piece[]): PlainStatement['segments'] {
  const joined: { start: number; end: number; class: string; reason: string | null; outage: number }[] = [];
  for (const piece of pieces) {
    if (!['planned', 'excluded', 'unplanned'].includes(piece.class)) continue;
    const last = joined.at(-1);
    const same =
      last &&
      last.end === piece.start &&
      last.class === piece.class &&
      last.reason === piece.reason &&
      last.outage === piece.outage;
    if (same) last.end = piece.end;
    else joined.push({ ...piece });
  }
  return joined.map(({ start, end, class: of, reason }) => ({ start, end, class: of, reason }));
}

/** Half away from zero, of amounts that are never negative. */
function rounded(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator;
  return (numerator % denominator) * 2n >= denominator ? whole + 1n : whole;
}

function highestFee(reading: Reading, start: number, end: number): bigint {
  const changes = reading.all('fee').filter((fact) => fact.from > start && fact.from < end);
  return [start, ...changes.map((fact) => fact.from)]
    .map((t) => reading.feeAt(t))
    .reduce((highest, candidate) => (candidate > highest ? candidate : highest), 0n);
}

/** Compensation of some of the month's unplanned pieces; editions of one contract differ in percent and cap only. */
function credit(
  reading: Reading,
  month: readonly Piece[],
  chosen: readonly Piece[],
  cap: bigint,
  span: [number, number],
): bigint {
  const total = chosen.reduce((sum, piece) => sum + piece.end - piece.start, 0);
  if (total === 0) return 0n;
  const { scheme } = reading.editionAt(span[0]).credit;
  if (scheme.kind === 'tiered') {
    const sums = totals(month);
    const measured = BigInt(sums.up + sums.unplanned);
    const served = measured - BigInt(total);
    const reached = scheme.tiers
      .filter(({ below }) => served * below.denominator < below.numerator * measured)
      .toSorted((a, b) => Number(a.below.numerator * b.below.denominator - b.below.numerator * a.below.denominator))[0];
    if (!reached) return 0n;
    const owed = rounded(highestFee(reading, ...span) * reached.share.numerator, reached.share.denominator);
    return owed > cap ? cap : owed;
  }
  const counted = { exact: total, full: Math.floor(total / HOUR) * HOUR, started: Math.ceil(total / HOUR) * HOUR }[
    scheme.hours
  ];
  let numerator = 0n;
  let denominator = 1n;
  for (const piece of chosen) {
    const terms = reading.editionAt(piece.start).credit.scheme;
    if (terms.kind !== 'hourly') throw new Error('a contract of one kind of scheme expected');
    const { perHour } = terms;
    const part = reading.feeAt(piece.start) * BigInt(piece.end - piece.start) * perHour.numerator;
    numerator = numerator * perHour.denominator + part * denominator;
    denominator *= perHour.denominator;
  }
  const owed = rounded(numerator * BigInt(counted), denominator * BigInt(HOUR) * BigInt(total));
  return owed > cap ? cap : owed;
}

function allowance(
  reading: Reading,
  tally: { start: number; end: number },
  end: number,
  cuts: readonly number[],
): number {
  let numerator = 0n;
  let denominator = 1n;
  const sorted = [...new Set([...cuts, tally.start, tally.end, end])].filter(Number.isFinite).sort((a, b) => a - b);
  const projects = end < tally.end && reading.activeAt(end - 1);
  for (const [i, start] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next === undefined || start < tally.start || next > tally.end) continue;
    if (start >= end ? !projects : !reading.activeAt(start)) continue;
    const { target } = reading.editionAt(start);
    const part = BigInt(next - start) * (target.denominator - target.numerator);
    numerator = numerator * target.denominator + part * denominator;
    denominator *= target.denominator;
  }
  return Number(numerator / denominator);
}

/** The statement as the text says it, one sentence after the other. */
export function plainStatement(question: PlainQuestion): PlainStatement {
  const reading = new Reading(question);
  const [year = 0, month = 0] = question.month.split('-').map(Number);
  const monthStart = reading.midnight(year, month, 1);
  const monthEnd = reading.midnight(year, month + 1, 1);
  const end = Math.min(monthEnd, question.asOf);
  const tally = reading.tally(monthStart, end);
  const bounds = [monthStart, monthEnd, tally.start, end];
  const cuts = [...reading.cuts(), ...bounds];
  const pieces = piecesOf(reading, cuts, question.asOf);
  const monthPieces = inside(pieces, monthStart, end);
  const yearTotals = totals(inside(pieces, tally.start, end));
  const unplanned = monthPieces.filter((piece) => piece.class === 'unplanned');

  const unplannedWith = (placement: PlainBoundary): number => {
    const other = new Reading(question, placement);
    return totals(inside(piecesOf(other, [...other.cuts(), ...bounds], question.asOf), monthStart, end)).unplanned;
  };

  const claimedOutages = new Set<number>();
  for (const claim of reading.all('claim')) {
    if (claim.service !== question.service) continue;
    const [claimYear = 0, claimMonth = 0, claimDay = 0] = claim.date.split('-').map(Number);
    const dayStart = reading.midnight(claimYear, claimMonth, claimDay);
    for (const piece of pieces) {
      if (piece.outage > 0 && piece.start < dayStart + DAY && piece.end > dayStart) claimedOutages.add(piece.outage);
    }
  }

  const capRatios = [monthStart, ...question.contract.editions.flatMap((edition) => edition.from ?? [])]
    .filter((t) => t >= monthStart && t < monthEnd)
    .map((t, i, all) => ({
      ratio: reading.editionAt(t).credit.cap,
      fee: highestFee(reading, t, all[i + 1] ?? monthEnd),
    }));
  const cap = capRatios
    .map(({ ratio, fee }) => rounded(fee * ratio.numerator, ratio.denominator))
    .reduce((highest, candidate) => (candidate > highest ? candidate : highest), 0n);
  const span: [number, number] = [monthStart, monthEnd];

  const allowanceMs = allowance(reading, tally, end, cuts);
  const remainingMs = allowanceMs - yearTotals.unplanned;
  const { target } = reading.editionAt(Math.max(tally.start, end - 1));
  const measured = BigInt(yearTotals.up + yearTotals.unplanned);
  const under = BigInt(yearTotals.up) * target.denominator < target.numerator * measured;
  return {
    month: totals(monthPieces),
    year: yearTotals,
    unplannedMinMs: unplannedWith('minimal'),
    unplannedMaxMs: unplannedWith('maximal'),
    outages: new Set(
      monthPieces.flatMap((piece) => (piece.outage > 0 && piece.class !== 'outside' ? [piece.outage] : [])),
    ).size,
    segments: segments(monthPieces),
    allowanceMs,
    remainingMs,
    promise: remainingMs < 0 ? 'broken' : under ? 'at-risk' : 'kept',
    accrued: credit(reading, monthPieces, unplanned, cap, span),
    claimed: credit(
      reading,
      monthPieces,
      unplanned.filter((piece) => claimedOutages.has(piece.outage)),
      cap,
      span,
    ),
    cap,
  };
}
