import type { Contract, ContractEdition } from '../domain/contract/terms.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { Interval } from '../domain/time/interval.ts';

/** The edition in force at an instant; before the first one's date, the first. */
export function editionAt(contract: Contract, instant: Instant): ContractEdition {
  const inForce = contract.editions.findLast(({ from }) => from === undefined || from <= instant);
  const edition = inForce ?? contract.editions[0];
  if (!edition) throw new RangeError(`contract ${contract.id}: found no edition, expected at least one`);
  return edition;
}

/** The editions in force at some instant of a period, in the order of their dates. */
export function editionsWithin(contract: Contract, period: Interval): readonly ContractEdition[] {
  const first = editionAt(contract, period.start);
  return contract.editions.filter(
    (edition) =>
      edition === first || (edition.from !== undefined && edition.from > period.start && edition.from < period.end),
  );
}
