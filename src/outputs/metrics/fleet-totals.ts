/** The sums over all services that `kepil_fleet_*` shows. */
import {
  type ClassTotals,
  INSTANT_CLASSES,
  type PromiseStanding,
  type Statement,
} from '../../domain/contract/statement-result.ts';

export interface FleetTotals {
  readonly standings: Readonly<Record<PromiseStanding, number>>;
  readonly month: ClassTotals;
  readonly year: ClassTotals;
  /** Minor units accrued by currency. */
  readonly credit: ReadonlyMap<string, bigint>;
}

/** Adds the statements up in one pass, so that a scrape makes none. */
export function fleetTotals(statements: readonly Statement[]): FleetTotals {
  const standings = { kept: 0, 'at-risk': 0, broken: 0 };
  const month = { up: 0, planned: 0, excluded: 0, unplanned: 0, unknown: 0, outside: 0 };
  const year = { ...month };
  const credit = new Map<string, bigint>();
  for (const statement of statements) {
    standings[statement.year.promise] += 1;
    for (const name of INSTANT_CLASSES) {
      month[name] += statement.month.ms[name];
      year[name] += statement.year.ms[name];
    }
    const { currency, minor } = statement.credit.accrued;
    credit.set(currency, (credit.get(currency) ?? 0n) + minor);
  }
  return { standings, month, year, credit };
}
