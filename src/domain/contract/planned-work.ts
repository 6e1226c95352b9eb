/**
 * When planned work excuses downtime for one customer (CONTRACT.md, Planned work; cl. 7.1, 6.2): inside the window as it
 * stands (R1), in quiet hours (R2), and inside a revision the customer was notified of in time (R3).
 */
import type { NoticeFact, WorkFact } from '../facts/fact.ts';
import { knownAt, type Ledger, type WorkRecord } from '../facts/ledger.ts';
import type { Instant } from '../time/instant.ts';
import { type Interval, overlap } from '../time/interval.ts';
import { EMPTY, type IntervalSet, intersect, normalize, union } from '../time/interval-set.ts';
import { editionsWithin, findEdition } from './editions.ts';
import { quietHoursWithin } from './quiet-hours.ts';
import type { Contract } from './terms.ts';

export interface PlannedWorkQuestion {
  readonly ledger: Ledger;
  readonly contract: Contract;
  readonly service: string;
  readonly customer: string;
  readonly asOf: Instant;
  readonly period: Interval;
}

/** The instants of a period at which downtime of this service is planned for its customer. */
export function plannedSpans(question: PlannedWorkQuestion): IntervalSet {
  const excused = question.ledger
    .worksOf(question.service)
    .map((work) => excusedByWork(work, question))
    .reduce(union, EMPTY);
  if (excused.length === 0) return EMPTY;
  return intersect(excused, quietHours(question));
}

/**
 * The window of a work as it stands: its highest revision, up to its cancellation; undefined where nothing of it is
 * left or it does not address the service (R1).
 */
function standingWindow(work: WorkRecord, service: string, asOf: Instant): Interval | undefined {
  const standing = knownAt(work.revisions, asOf).reduce<WorkFact | undefined>(
    (highest, revision) => (highest && highest.revision >= revision.revision ? highest : revision),
    undefined,
  );
  if (!standing || !addresses(standing, service)) return undefined;
  const cancelledAt = Math.min(...knownAt(work.cancellations, asOf).map((fact) => fact.at));
  return overlap(standing, { start: Number.NEGATIVE_INFINITY, end: cancelledAt });
}

/**
 * Whether a notice reached the customer early enough before the revision's start (R3; exactly the lead time is). What
 * starts before the contract's first edition is no planned work of it.
 */
export function noticeInTime(revision: WorkFact, notice: NoticeFact, contract: Contract): boolean {
  const edition = findEdition(contract, revision.start);
  return edition !== undefined && notice.at <= revision.start - edition.plannedWork.leadMs;
}

function excusedByWork(work: WorkRecord, question: PlannedWorkQuestion): IntervalSet {
  const { service, customer, contract, asOf, period } = question;
  const standing = standingWindow(work, service, asOf);
  const relevant = standing && overlap(standing, period);
  if (!relevant) return EMPTY;
  const notices = knownAt(work.notices, asOf).filter((notice) => notice.customer === customer);
  const notified = knownAt(work.revisions, asOf).filter(
    (revision) =>
      addresses(revision, service) &&
      notices.some((notice) => notice.revision === revision.revision && noticeInTime(revision, notice, contract)),
  );
  return intersect(normalize(notified), [relevant]);
}

function addresses(revision: WorkFact, service: string): boolean {
  return revision.services === '*' || revision.services.includes(service);
}

function quietHours({ contract, period }: PlannedWorkQuestion): IntervalSet {
  return editionsWithin(contract, period)
    .map(({ span, edition }) => quietHoursWithin(edition.plannedWork.quietHours, contract.offsetMinutes, span))
    .reduce(union, EMPTY);
}
