/** Changes that customers must be told of, and the notices an operator gave: decided here, recorded by the caller. */
import { concernedServices } from '../domain/contract/concerned.ts';
import type { Contracts } from '../domain/contract/contracts.ts';
import { findEdition } from '../domain/contract/editions.ts';
import { PLANNED_WORK } from '../domain/contract/notices.ts';
import type { ChangeAnnouncedFact, ChangeNotifiedFact, ChangeWithdrawnFact, NoticeFact } from '../domain/facts/fact.ts';
import { knownAt, type Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';
import { quote } from '../domain/time/text.ts';

/** A request that the facts do not allow; the message names the field, what was found and what is expected. */
export class NoticeRefused extends Error {
  readonly code = 'notice_refused';
}

export interface ChangeRequest {
  readonly kind: string;
  readonly start: Instant;
  readonly services: readonly string[] | '*';
  readonly subject: string;
  readonly by: string;
}

/**
 * A new change to tell customers of (cl. 3.5, 5.4, 6.3).
 * @throws NoticeRefused a service is unknown, none of them is active at the start, or no contract of theirs knows the kind.
 */
export function announceChange(
  { ledger, contracts }: { readonly ledger: Ledger; readonly contracts: Contracts },
  request: ChangeRequest,
  now: Instant,
): ChangeAnnouncedFact {
  if (request.kind === PLANNED_WORK) {
    throw new NoticeRefused(
      `kind: found "${PLANNED_WORK}", expected another one; windows are announced as planned work`,
    );
  }
  requireServices(ledger, request.services);
  const concerned = concernedServices(ledger, request, now);
  if (concerned.length === 0) {
    throw new NoticeRefused('services: found none that is active at the start, expected at least one');
  }
  const kinds = new Set(
    concerned.flatMap(({ contract }) => {
      const notices = findEdition(contracts.named(contract), request.start)?.notices ?? [];
      return notices.flatMap(({ kind }) => (kind === PLANNED_WORK ? [] : [kind]));
    }),
  );
  if (!kinds.has(request.kind)) {
    const expected = kinds.size === 0 ? 'a contract that owes notices' : `one of ${[...kinds].join(', ')}`;
    throw new NoticeRefused(`kind: found ${quote(request.kind)}, expected ${expected}`);
  }
  return { type: 'change-announced', id: nextId(ledger), ...request, at: now };
}

/**
 * Calls a change off.
 * @throws NoticeRefused it is unknown or already withdrawn.
 */
export function withdrawChange(ledger: Ledger, id: string, by: string, now: Instant): ChangeWithdrawnFact {
  requireChange(ledger, id, now);
  return { type: 'change-withdrawn', id, by, at: now };
}

export interface GivenNotice {
  readonly of: { readonly change: string } | { readonly work: string; readonly revision?: number };
  readonly customer: string;
  /** Other than mail, which the relay's acceptance records: `phone`, `letter`, `telegram`… */
  readonly channel: string;
  /** What shows that it was given: a call's number, a letter's receipt. */
  readonly evidence: string;
  readonly by: string;
  /** When the customer was told. */
  readonly at: Instant;
}

/**
 * A notice that was given on another channel than mail, recorded by an operator with its evidence (cl. 7.1).
 * @throws NoticeRefused the work, its revision, the change or the customer is unknown or not concerned, the channel is
 * mail, or the instant is later than now.
 */
export function recordNotice(ledger: Ledger, given: GivenNotice, now: Instant): NoticeFact | ChangeNotifiedFact {
  const { of, customer, channel, at } = given;
  if (at > now)
    throw new NoticeRefused('at: found an instant that is still to come, expected when the customer was told');
  if (/^e?-?mail$/i.test(channel)) {
    throw new NoticeRefused('channel: found mail, which only the relay’s acceptance records, expected another channel');
  }
  const event =
    'work' in of ? requireRevision(ledger, of.work, of.revision, now) : requireChange(ledger, of.change, now);
  const concerned = new Set(concernedServices(ledger, event, now).map((service) => service.customer));
  if (!concerned.has(customer)) {
    const expected = concerned.size === 0 ? 'none, for it concerns nobody' : `one of ${[...concerned].join(', ')}`;
    throw new NoticeRefused(`customer: found ${quote(customer)}, expected ${expected}`);
  }
  const told = { customer, at, channel, evidence: { note: given.evidence, by: given.by } };
  return event.type === 'work'
    ? { type: 'notice', work: event.id, revision: event.revision, ...told }
    : { type: 'change-notified', change: event.id, ...told };
}

function requireRevision(ledger: Ledger, id: string, revision: number | undefined, now: Instant) {
  const revisions = knownAt(ledger.work(id)?.revisions ?? [], now).toSorted((a, b) => a.revision - b.revision);
  if (revisions.length === 0) {
    throw new NoticeRefused(`work: found ${quote(id)}, expected ${namesOf(ledger.works())}`);
  }
  const found = revision === undefined ? revisions.at(-1) : revisions.find((one) => one.revision === revision);
  if (found) return found;
  const known = revisions.map((one) => one.revision).join(', ');
  throw new NoticeRefused(`revision: found ${revision}, expected one of ${known}`);
}

function requireChange(ledger: Ledger, id: string, now: Instant): ChangeAnnouncedFact {
  const change = ledger.change(id);
  const announced = knownAt(change?.announcements ?? [], now).at(-1);
  if (!announced) throw new NoticeRefused(`change: found ${quote(id)}, expected ${namesOf(ledger.changes())}`);
  if (knownAt(change?.withdrawals ?? [], now).length > 0) {
    throw new NoticeRefused(`change: ${quote(id)} is withdrawn`);
  }
  return announced;
}

function requireServices(ledger: Ledger, services: readonly string[] | '*'): void {
  if (services === '*') return;
  const known = new Set(ledger.services());
  const unknown = services.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new NoticeRefused(`services: found ${unknown.map(quote).join(', ')}, expected services of the journal or *`);
  }
}

function namesOf(ids: readonly string[]): string {
  return ids.length === 0 ? 'none, for none is recorded' : `one of ${ids.join(', ')}`;
}

function nextId(ledger: Ledger): string {
  const taken = new Set(ledger.changes());
  let number = taken.size + 1;
  while (taken.has(`n${number}`)) number += 1;
  return `n${number}`;
}
