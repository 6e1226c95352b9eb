/** Which edition of a contract governs when (CONTRACT.md: a new edition applies only from its date). */
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
  return contract.editions.findLast((edition) => (edition.from ?? Number.NEGATIVE_INFINITY) <= instant);
}

/**
 * The edition whose settings apply at an instant where some must: the one in force, and before the first the first.
 * @throws RangeError when the contract has no edition.
 */
export function editionAt(contract: Contract, instant: Instant): ContractEdition {
  const edition = findEdition(contract, instant) ?? contract.editions[0];
  if (!edition) throw new RangeError(`contract ${contract.id}: found no edition, expected at least one`);
  return edition;
}
