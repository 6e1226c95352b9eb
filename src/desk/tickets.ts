/** What happens to a request (cl. 7.2): decided here, recorded by the caller. */
import type { TicketEvent, TicketFact, TicketPriority } from '../domain/facts/fact.ts';
import { knownAt, type Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';
import { quote } from '../domain/time/text.ts';

/** An event that the facts do not allow; the message names the field, what was found and what is expected. */
export class TicketRefused extends Error {
  readonly code = 'ticket_refused';
}

export interface TicketRequest {
  readonly id: string;
  readonly event: TicketEvent;
  /** When it happened. */
  readonly at: Instant;
  /** Needed to register it; afterwards it is known. */
  readonly service?: string;
  /** Needed to register it; afterwards one that is given replaces the one before. */
  readonly priority?: TicketPriority;
}

/**
 * Which events may come next: only what is resolved is reopened, only what waits is resumed, work starts once, and a fix
 * may come before any start of work was noted.
 */
function allowedAfter(history: readonly TicketFact[]): readonly TicketEvent[] {
  const latestOf = (...events: readonly TicketEvent[]) =>
    history.findLast(({ event }) => events.includes(event))?.event;
  if (latestOf('resolved', 'reopened') === 'resolved') return ['reopened'];
  const begun = latestOf('started', 'resolved') !== undefined;
  const waits = latestOf('waiting', 'resumed', 'resolved') === 'waiting';
  return [...(begun ? [] : (['started'] as const)), waits ? 'resumed' : 'waiting', 'resolved'];
}

/**
 * The next event of a request, or its registration.
 * @throws TicketRefused it does not follow from the events before, is dated before the last of them or later than now, or
 * registers what is registered, or without a known service and a priority.
 */
export function recordTicketEvent(ledger: Ledger, request: TicketRequest, now: Instant): TicketFact {
  const { id, event, at } = request;
  if (at > now) throw new TicketRefused('at: found an instant that is still to come, expected when it happened');
  const history = historyOf(ledger, id, now);
  const last = history.at(-1);
  if (!last) return register(ledger, request, now);
  if (request.service !== undefined && request.service !== last.service) {
    throw new TicketRefused(
      `service: found ${quote(request.service)}, expected ${quote(last.service)}, where it is registered`,
    );
  }
  const allowed = allowedAfter(history);
  if (!allowed.includes(event)) {
    throw new TicketRefused(`event: found ${event} after ${last.event}, expected ${allowed.join(' or ')}`);
  }
  if (at < last.at)
    throw new TicketRefused(`at: found an instant before the request was ${last.event}, expected one after it`);
  return { type: 'ticket', id, service: last.service, priority: request.priority ?? last.priority, event, at };
}

/** The request's events in the order in which they happened. */
function historyOf(ledger: Ledger, id: string, now: Instant): readonly TicketFact[] {
  const events = ledger.services().flatMap((service) => knownAt(ledger.service(service)?.tickets ?? [], now));
  return events.filter((event) => event.id === id).toSorted((a, b) => a.at - b.at);
}

function register(ledger: Ledger, { id, event, at, service, priority }: TicketRequest, now: Instant): TicketFact {
  if (event !== 'registered') {
    throw new TicketRefused(`event: found ${event} of ${quote(id)}, which is not registered, expected registered`);
  }
  if (service === undefined) throw new TicketRefused('service: found none, expected the service that it is about');
  if (priority === undefined) throw new TicketRefused('priority: found none, expected high, medium or low');
  if (knownAt(ledger.service(service)?.definitions ?? [], now).length === 0) {
    throw new TicketRefused(`service: found ${quote(service)}, expected one of ${ledger.services().join(', ')}`);
  }
  return { type: 'ticket', id, service, priority, event, at };
}
