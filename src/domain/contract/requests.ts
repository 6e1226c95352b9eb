/** Requests and their clocks (CONTRACT.md, Requests; cl. 7.2). */
import type { TicketFact } from '../facts/fact.ts';
import { dateOf, dayInterval } from '../time/contract-calendar.ts';
import { DAY, type Instant, type Millis } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import { type IntervalSet, intersect, measure, normalize } from '../time/interval-set.ts';
import { findEdition } from './editions.ts';
import type { TicketResult } from './statement-result.ts';
import type { Contract, ContractEdition, RequestClock } from './terms.ts';
import { isWorkingDay } from './working-days.ts';

/** Where a request is: `waiting` for the customer its resolution clock stands still. */
export type RequestState = 'registered' | 'started' | 'waiting' | 'resolved';

/** A request as a statement shows it, and what whoever works on it has to know. */
export interface MeasuredRequest extends TicketResult {
  readonly registeredAt: Instant;
  readonly state: RequestState;
  /** Left on the request's clock, negative when it is over; null once work has started / it is resolved. */
  readonly responseLeftMs: Millis | null;
  readonly resolutionLeftMs: Millis | null;
}

/**
 * The requests registered in a period, each measured on its priority's clock: response from registration to the start
 * of work, resolution from registration to the fix without the time spent waiting for the customer or already fixed. The
 * edition in force at registration governs; before the contract's first there is nothing to keep.
 * @param events of one service, as known at `asOf`.
 */
export function ticketsOf(
  contract: Contract,
  events: readonly TicketFact[],
  period: Interval,
  asOf: Instant,
): readonly MeasuredRequest[] {
  const byTicket = Map.groupBy(events, (event) => event.id);
  return [...byTicket.values()].flatMap((history) => {
    const ordered = history.toSorted((a, b) => a.at - b.at);
    const registered = ordered.find((event) => event.event === 'registered');
    if (!registered || registered.at < period.start || registered.at >= period.end) return [];
    const edition = findEdition(contract, registered.at);
    return edition ? [measureTicket({ contract, edition, ordered, registered, asOf })] : [];
  });
}

function measureTicket(ticket: {
  readonly contract: Contract;
  readonly edition: ContractEdition;
  readonly ordered: readonly TicketFact[];
  readonly registered: TicketFact;
  readonly asOf: Instant;
}): MeasuredRequest {
  const { contract, edition, ordered, registered, asOf } = ticket;
  const { priority } = ordered.at(-1) ?? registered;
  const terms = edition.requests[priority];
  const elapsed = (spans: IntervalSet): Millis => elapsedOn(terms.clock, spans, contract.offsetMinutes);

  const begun = ordered.find(({ event }) => event === 'started' || event === 'resolved');
  const responseMs = elapsed(normalize([{ start: registered.at, end: begun?.at ?? asOf }]));
  const { worked, resolved, running } = workedSpans(ordered, registered.at, asOf);
  const resolutionMs = elapsed(worked);
  return {
    id: registered.id,
    priority,
    responseMs: begun ? responseMs : null,
    resolutionMs: resolved ? resolutionMs : null,
    responseKept: keptOf(responseMs, terms.responseMs, begun !== undefined),
    resolutionKept: keptOf(resolutionMs, terms.resolutionMs, resolved),
    registeredAt: registered.at,
    state: resolved ? 'resolved' : !running ? 'waiting' : begun ? 'started' : 'registered',
    responseLeftMs: begun ? null : terms.responseMs - responseMs,
    resolutionLeftMs: resolved ? null : terms.resolutionMs - resolutionMs,
  };
}

function keptOf(elapsedMs: Millis, limitMs: Millis, finished: boolean): boolean | null {
  if (elapsedMs > limitMs) return false;
  return finished ? true : null;
}

/** When the resolution clock could run: not while waiting for the customer, nor between a fix and its reopening. */
function workedSpans(
  ordered: readonly TicketFact[],
  registeredAt: Instant,
  asOf: Instant,
): { worked: IntervalSet; resolved: boolean; running: boolean } {
  const worked: Interval[] = [];
  let runningSince: Instant | undefined = registeredAt;
  let resolved = false;
  for (const { event, at } of ordered) {
    if (event === 'waiting' || event === 'resolved') {
      if (runningSince !== undefined) worked.push({ start: runningSince, end: at });
      runningSince = undefined;
      resolved = event === 'resolved';
    } else if (event === 'resumed' || event === 'reopened') {
      runningSince ??= at;
      resolved = false;
    }
  }
  if (runningSince !== undefined) worked.push({ start: runningSince, end: asOf });
  return { worked: normalize(worked), resolved, running: runningSince !== undefined };
}

function elapsedOn(clock: RequestClock, spans: IntervalSet, offsetMinutes: number): Millis {
  if (clock.kind === 'always') return measure(spans);
  return spans.reduce((total, span) => total + measure(intersect([span], workingHours(clock, offsetMinutes, span))), 0);
}

/** Day by day: the hours of two days may touch, and then the first must not speak for the second. */
function workingHours(
  clock: Extract<RequestClock, { kind: 'working-hours' }>,
  offsetMinutes: number,
  within: Interval,
): IntervalSet {
  const { hours } = clock;
  const lengthMs = hours.endMs > hours.startMs ? hours.endMs - hours.startMs : hours.endMs + DAY - hours.startMs;
  const worked: Interval[] = [];
  const first = dayInterval(dateOf(within.start - DAY, offsetMinutes), offsetMinutes).start;
  for (let midnight = first; midnight < within.end; midnight += DAY) {
    if (!isWorkingDay(Temporal.PlainDate.from(dateOf(midnight, offsetMinutes)), clock)) continue;
    worked.push({ start: midnight + hours.startMs, end: midnight + hours.startMs + lengthMs });
  }
  return normalize(worked);
}
