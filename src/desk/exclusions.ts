/** Decisions that downtime is not the provider's (cl. 8.5): decided here, recorded by the caller. Nothing is deleted. */
import type { Contracts } from '../domain/contract/contracts.ts';
import { editionsWithin } from '../domain/contract/editions.ts';
import type { Contract } from '../domain/contract/terms.ts';
import type { ExclusionFact, ExclusionWithdrawnFact } from '../domain/facts/fact.ts';
import { knownAt, type Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { Interval } from '../domain/time/interval.ts';
import { quote } from '../domain/time/text.ts';

/** A request that the facts do not allow; the message names the field, what was found and what is expected. */
export class ExclusionRefused extends Error {
  readonly code = 'exclusion_refused';
}

export interface ExclusionRequest {
  readonly service: string;
  readonly start: Instant;
  readonly end: Instant;
  /** One that the contract knows, in every edition in force in that time. */
  readonly reason: string;
  readonly by: string;
  readonly note?: string;
  /** Its name; the next free one where none is given. */
  readonly id?: string;
}

/**
 * A new exclusion.
 * @throws ExclusionRefused the service is unknown, the time is empty, or the contract does not know the reason.
 */
export function addExclusion(
  { ledger, contracts }: { readonly ledger: Ledger; readonly contracts: Contracts },
  request: ExclusionRequest,
  now: Instant,
): ExclusionFact {
  const contract = contracts.ofService(ledger, request.service, now);
  if (!contract) {
    throw new ExclusionRefused(
      `service: found ${quote(request.service)}, expected ${oneOf(ledger.services(), 'is defined')}`,
    );
  }
  if (request.start >= request.end) {
    throw new ExclusionRefused('end: found one not after the start, expected a time that ends after it starts');
  }
  const reasons = reasonsWithin(contract, request);
  if (!reasons.includes(request.reason)) {
    const expected =
      reasons.length === 0 ? 'none, for the contract excludes nothing then' : `one of ${reasons.join(', ')}`;
    throw new ExclusionRefused(`reason: found ${quote(request.reason)}, expected ${expected}`);
  }
  return { type: 'exclusion', ...request, id: request.id ?? nextId(ledger), at: now };
}

/** The reasons that every edition of the contract in force in a time knows. */
export function reasonsWithin(contract: Contract, time: Interval): readonly string[] {
  const editions = editionsWithin(contract, time).map(({ edition }) => edition.exclusions.map(({ id }) => id));
  const [first = [], ...later] = editions;
  return first.filter((reason) => later.every((known) => known.includes(reason)));
}

/**
 * Withdraws an exclusion: from now on its time counts again.
 * @throws ExclusionRefused it is unknown or already withdrawn.
 */
export function withdrawExclusion(ledger: Ledger, id: string, by: string, now: Instant): ExclusionWithdrawnFact {
  const exclusion = ledger.exclusions().get(id);
  if (!exclusion || exclusion.knownAt > now) {
    const expected = oneOf(
      exclusionsOf(ledger, now).map((one) => one.id),
      'is recorded',
    );
    throw new ExclusionRefused(`exclusion: found ${quote(id)}, expected ${expected}`);
  }
  if (knownAt(ledger.withdrawalsOf(id), now).length > 0) {
    throw new ExclusionRefused(`exclusion: ${quote(id)} is already withdrawn`);
  }
  return { type: 'exclusion-withdrawn', id, at: now, by };
}

/** An exclusion with how it stands. */
export interface ExclusionRecord extends ExclusionFact {
  /** The clause of its reason (cl. 8.5), as the edition in force at its start has it; null where that has it not. */
  readonly clause: string | null;
  readonly withdrawn: ExclusionWithdrawnFact | null;
}

/** Every exclusion known, withdrawn ones too, in the order of recording. */
export function listExclusions(ledger: Ledger, contracts: Contracts, now: Instant): readonly ExclusionRecord[] {
  return exclusionsOf(ledger, now).map((exclusion) => {
    const contract = contracts.ofService(ledger, exclusion.service, now) ?? contracts.default;
    const [first] = editionsWithin(contract, exclusion);
    const reason = first?.edition.exclusions.find(({ id }) => id === exclusion.reason);
    const [withdrawn = null] = knownAt(ledger.withdrawalsOf(exclusion.id), now);
    return { ...exclusion, clause: reason?.clause ?? null, withdrawn };
  });
}

function exclusionsOf(ledger: Ledger, now: Instant): readonly ExclusionFact[] {
  return knownAt([...ledger.exclusions().values()], now);
}

function nextId(ledger: Ledger): string {
  const taken = ledger.exclusions();
  let number = taken.size + 1;
  while (taken.has(`x${number}`)) number += 1;
  return `x${number}`;
}

/** More than a person reads; of a hundred thousand the message would be the whole screen, and many more. */
const SHOWN_MOST = 20;

/**
 * What was expected, as a message says it: one of those that there are, the first of them where they are many.
 * @param there what is said of them: `is recorded`.
 */
export function oneOf(ids: readonly string[], there: string): string {
  if (ids.length === 0) return `none, for none ${there}`;
  const more = ids.length > SHOWN_MOST ? ` and ${ids.length - SHOWN_MOST} more` : '';
  return `one of ${ids.slice(0, SHOWN_MOST).join(', ')}${more}`;
}
