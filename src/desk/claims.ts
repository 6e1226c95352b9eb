/** A customer's claim as the operator takes it down (cl. 8.1): decided here, recorded by the caller. */
import { CreditRefused } from '../domain/contract/credit-decisions.ts';
import type { Contract } from '../domain/contract/terms.ts';
import type { ClaimFact } from '../domain/facts/fact.ts';
import { knownAt, type Ledger } from '../domain/facts/ledger.ts';
import { dateOf } from '../domain/time/contract-calendar.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import { quote } from '../domain/time/text.ts';

export interface ClaimRequest {
  readonly service: string;
  /** Contract-clock day, a calendar date. */
  readonly date: string;
  readonly durationMs: Millis;
  readonly by: string;
  /** The ticket's, say; the same claim with the same id is one. Without it the next free one is taken. */
  readonly id?: string;
}

/** The journal key of a claim. */
export function claimKey({ id }: ClaimFact): string {
  return `claim/${id}`;
}

/**
 * The claim to record, or the one that the same request recorded before.
 * @throws CreditRefused the day is yet to come, the duration is none, or the id names another claim.
 */
export function takeClaim(ledger: Ledger, contract: Contract, request: ClaimRequest, now: Instant): ClaimFact {
  const { service, date, durationMs, by } = request;
  const claims = ledger.services().flatMap((id) => knownAt(ledger.service(id)?.claims ?? [], now));
  const earlier = claims.find((claim) => claim.id === request.id);
  if (earlier) {
    if (earlier.service === service && earlier.date === date && earlier.durationMs === durationMs) return earlier;
    throw new CreditRefused(
      'id',
      `${quote(earlier.id)}, which names the claim of ${earlier.service} for ${earlier.date}`,
      'an id of its own for another claim',
    );
  }
  const today = dateOf(now, contract.offsetMinutes);
  if (date > today) throw new CreditRefused('date', date, `a day up to ${today}`);
  if (durationMs === 0) throw new CreditRefused('duration', '0s', 'a length of downtime');
  return { type: 'claim', id: request.id ?? nextId(claims), service, date, durationMs, at: now, by };
}

function nextId(claims: readonly ClaimFact[]): string {
  const taken = new Set(claims.map((claim) => claim.id));
  let number = taken.size + 1;
  while (taken.has(`q${number}`)) number += 1;
  return `q${number}`;
}
