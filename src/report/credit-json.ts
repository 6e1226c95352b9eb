/** How credits stand, as JSON: money as decimal strings, instants ISO 8601 on the contract clock, lengths in milliseconds. */
import type { ClaimStanding, CreditStanding } from '../domain/contract/credit-standing.ts';
import type { Fact } from '../domain/facts/fact.ts';
import { formatAmount } from '../domain/money/money.ts';
import { formatInstant } from '../domain/time/contract-calendar.ts';

/** A plain value for JSON.stringify, in a fixed order of names. */
export function creditStandingToJson(standing: CreditStanding, offsetMinutes: number): unknown {
  const { service, month, cap, claims, credits, next } = standing;
  return {
    service,
    month,
    currency: cap.currency,
    accrued: formatAmount(standing.accrued),
    claimed: formatAmount(standing.claimed),
    rejected: formatAmount(standing.rejected),
    owed: formatAmount(standing.owed),
    approved: formatAmount(standing.approved),
    posted: formatAmount(standing.posted),
    settled: formatAmount(standing.settled),
    open: formatAmount(standing.open),
    excess: formatAmount(standing.excess),
    unpaid: formatAmount(standing.unpaid),
    cap: formatAmount(cap),
    claims: claims.map((claim) => claimStandingToJson(claim, offsetMinutes)),
    credits: credits.map(({ credit, approved, reversedMinor, claims: answered, paid }) => ({
      credit,
      approved: formatAmount(approved),
      reversed: formatAmount({ ...approved, minor: reversedMinor }),
      claims: answered,
      paid: paid === undefined ? null : factToJson(paid, offsetMinutes),
    })),
    next: { ...next, approve: formatAmount(next.approve) },
  };
}

/** A claim beside its measurement (cl. 8.2). */
export function claimStandingToJson(claim: ClaimStanding, offsetMinutes: number): unknown {
  const { id, service, date, durationMs, at, by } = claim.claim;
  return {
    claim: id,
    service,
    date,
    at: formatInstant(at, offsetMinutes),
    by: by ?? null,
    state: claim.state,
    claimedMs: durationMs,
    measuredMs: claim.measuredMs,
    differenceMs: claim.differenceMs,
    outages: claim.outages.map(({ start, end }) => ({
      start: formatInstant(start, offsetMinutes),
      end: formatInstant(end, offsetMinutes),
    })),
  };
}

/** A recorded decision. */
export function factToJson(fact: Fact, offsetMinutes: number): unknown {
  return Object.fromEntries(
    Object.entries(fact).flatMap(([name, value]): [string, unknown][] => {
      if (name === 'at') return [[name, formatInstant(value as number, offsetMinutes)]];
      if (name === 'amount' && value !== undefined) {
        return [
          [name, formatAmount(value)],
          ['currency', value.currency],
        ];
      }
      return [[name, value]];
    }),
  );
}
