/** Planned work as the operator announces it: decided here, recorded by the caller (cl. 6.2, 7.1). */
import type { WorkCancelledFact, WorkFact } from '../domain/facts/fact.ts';
import { knownAt, type Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';

/** A request that the facts do not allow; the message names the field, what was found and what is expected. */
export class WorkRefused extends Error {
  readonly code = 'work_refused';
}

export interface WorkRequest {
  readonly start: Instant;
  readonly end: Instant;
  readonly services: readonly string[] | '*';
  readonly subject?: string;
  readonly by?: string;
}

/**
 * The first revision of a new work.
 * @throws WorkRefused the window does not end after it starts or is over, or a service is unknown.
 */
export function planWork(ledger: Ledger, request: WorkRequest, now: Instant): WorkFact {
  validate(ledger, request, now);
  return { type: 'work', id: nextId(ledger), revision: 1, ...request, at: now };
}

/**
 * The next revision of a work; what the change leaves out stays as the standing revision has it.
 * @throws WorkRefused the work is unknown or cancelled, or the window is refused as in `planWork`.
 */
export function reviseWork(ledger: Ledger, id: string, change: Partial<WorkRequest>, now: Instant): WorkFact {
  const standing = requireStanding(ledger, id, now);
  const { type, revision, at: _at, ...kept } = standing;
  const request = { ...kept, ...change };
  validate(ledger, request, now);
  return { ...request, type, id, revision: revision + 1, at: now };
}

/**
 * Cancels a work from now on.
 * @throws WorkRefused the work is unknown or already cancelled.
 */
export function cancelWork(ledger: Ledger, id: string, now: Instant, by?: string): WorkCancelledFact {
  requireStanding(ledger, id, now);
  return { type: 'work-cancelled', id, at: now, ...(by === undefined ? {} : { by }) };
}

/**
 * The revision that counts: the highest recorded.
 * @throws WorkRefused the work is unknown.
 */
export function standingRevision(ledger: Ledger, id: string, now: Instant): WorkFact {
  const revisions = knownAt(ledger.work(id)?.revisions ?? [], allRecorded(ledger, now)).toSorted(
    (a, b) => a.revision - b.revision,
  );
  const standing = revisions.at(-1);
  if (standing) return standing;
  throw new WorkRefused(
    `work: found "${id}", expected one of ${ledger.works().join(', ') || 'none, for none is planned'}`,
  );
}

function requireStanding(ledger: Ledger, id: string, now: Instant): WorkFact {
  const standing = standingRevision(ledger, id, now);
  if (knownAt(ledger.work(id)?.cancellations ?? [], allRecorded(ledger, now)).length > 0) {
    throw new WorkRefused(`work: "${id}" is already cancelled`);
  }
  return standing;
}

/** Now, or later where the clock was set back behind what is recorded: two revisions must not get one number. */
function allRecorded(ledger: Ledger, now: Instant): Instant {
  return Math.max(now, ledger.latest ?? now);
}

function validate(ledger: Ledger, { start, end, services }: WorkRequest, now: Instant): void {
  if (start >= end)
    throw new WorkRefused('end: found one not after the start, expected a window that ends after it starts');
  if (end <= now)
    throw new WorkRefused('end: found an instant that has passed, expected a window that is not over yet');
  if (services === '*') return;
  const known = new Set(ledger.services());
  const unknown = services.filter((service) => !known.has(service));
  if (unknown.length > 0) {
    throw new WorkRefused(
      `services: found ${unknown.map((id) => `"${id}"`).join(', ')}, expected services of the configuration or *`,
    );
  }
  if (services.length === 0) throw new WorkRefused('services: found none, expected at least one service or *');
}

function nextId(ledger: Ledger): string {
  const taken = new Set(ledger.works());
  let number = taken.size + 1;
  while (taken.has(`w${number}`)) number += 1;
  return `w${number}`;
}
