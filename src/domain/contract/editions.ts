/**
 * Which edition of a contract governs when (CONTRACT.md: a new edition applies only from its date). What came before the
 * first edition is judged by the first, for there is nothing else to judge it by.
 */
import type { Instant } from '../time/instant.ts';
import { type Interval, overlap } from '../time/interval.ts';
import type { Contract, ContractEdition } from './terms.ts';

/** The parts of a period with the edition that governs each. */
export function editionsWithin(
  contract: Contract,
  period: Interval,
): readonly { readonly span: Interval; readonly edition: ContractEdition }[] {
  return contract.editions.flatMap((edition, i) => {
    const start = i === 0 ? Number.NEGATIVE_INFINITY : (edition.from ?? Number.NEGATIVE_INFINITY);
    const end = contract.editions[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    const span = overlap({ start, end }, period);
    return span ? [{ span, edition }] : [];
  });
}

/**
 * The edition in force at an instant.
 * @throws RangeError when the contract has no edition.
 */
export function editionAt(contract: Contract, instant: Instant): ContractEdition {
  const begun = contract.editions.findLast((edition) => (edition.from ?? Number.NEGATIVE_INFINITY) <= instant);
  const edition = begun ?? contract.editions[0];
  if (!edition) throw new RangeError(`contract ${contract.id}: found no edition, expected at least one`);
  return edition;
}
