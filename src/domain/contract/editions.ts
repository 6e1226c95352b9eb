/** Which edition of a contract governs when (CONTRACT.md: a new edition applies only from its date). */
import { formatInstant } from '../time/contract-calendar.ts';
import type { Instant } from '../time/instant.ts';
import { type Interval, overlap } from '../time/interval.ts';
import type { Contract, ContractEdition } from './terms.ts';

/** The parts of a period with the edition that governs each. */
export function editionsWithin(
  contract: Contract,
  period: Interval,
): readonly { readonly span: Interval; readonly edition: ContractEdition }[] {
  return contract.editions.flatMap((edition, i) => {
    const start = edition.from ?? Number.NEGATIVE_INFINITY;
    const end = contract.editions[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    const span = overlap({ start, end }, period);
    return span ? [{ span, edition }] : [];
  });
}

/** The edition in force at an instant, or undefined before the contract's first. */
export function findEdition(contract: Contract, instant: Instant): ContractEdition | undefined {
  return contract.editions.findLast((candidate) => (candidate.from ?? Number.NEGATIVE_INFINITY) <= instant);
}

/**
 * The edition in force at an instant.
 * @throws RangeError when the contract was not yet in force.
 */
export function editionAt(contract: Contract, instant: Instant): ContractEdition {
  const edition = findEdition(contract, instant);
  if (edition) return edition;
  const when = formatInstant(instant, contract.offsetMinutes);
  throw new RangeError(`contract ${contract.id}: no edition is in force at ${when}`);
}
