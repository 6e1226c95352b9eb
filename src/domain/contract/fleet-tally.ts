/**
 * Tallies of many services added up: sums of milliseconds, never averages of percentages, so that a fleet's availability
 * is that of all its service time together.
 */
import type { Millis } from '../time/instant.ts';
import { type ClassTotals, INSTANT_CLASSES, type PromiseStanding } from './statement-result.ts';
import type { Coverage, Tally } from './tally.ts';

export interface TallySum {
  readonly services: number;
  readonly ms: ClassTotals;
  readonly unplannedMinMs: Millis;
  readonly unplannedMaxMs: Millis;
  readonly outages: number;
  readonly coverage: Coverage;
  readonly allowanceMs: Millis;
  /** Of the sum: what one service overspends, another's rest makes up here, but not in `promises`. */
  readonly remainingMs: Millis;
  /** How many services stand how; those whose period promises nothing are in none. */
  readonly promises: Readonly<Record<PromiseStanding, number>>;
}

/** The sum of tallies; zero in everything for none. */
export function sumOfTallies(tallies: readonly Tally[]): TallySum {
  const sum = (pick: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + pick(tally), 0);
  const standing = (of: PromiseStanding): number => sum(({ promise }) => (promise === of ? 1 : 0));
  return {
    services: tallies.length,
    ms: Object.fromEntries(INSTANT_CLASSES.map((name) => [name, sum(({ ms }) => ms[name])])) as ClassTotals,
    unplannedMinMs: sum((tally) => tally.unplannedMinMs),
    unplannedMaxMs: sum((tally) => tally.unplannedMaxMs),
    outages: sum((tally) => tally.outages),
    coverage: {
      observedMs: sum(({ coverage }) => coverage.observedMs),
      activeMs: sum(({ coverage }) => coverage.activeMs),
    },
    allowanceMs: sum((tally) => tally.allowanceMs),
    remainingMs: sum((tally) => tally.remainingMs),
    promises: { kept: standing('kept'), 'at-risk': standing('at-risk'), broken: standing('broken') },
  };
}

/** The sums that a fleet is looked at by. */
export interface FleetSums {
  readonly fleet: TallySum;
  /** By name, in the order of the services. */
  readonly contracts: ReadonlyMap<string, TallySum>;
  /** Of services that name a plan, by the plan they have at the instant of knowledge. */
  readonly plans: ReadonlyMap<string, TallySum>;
}

/** Sums over all tallies, by contract and by plan. */
export function fleetSumsOf(tallies: readonly Tally[]): FleetSums {
  return {
    fleet: sumOfTallies(tallies),
    contracts: sumsBy(tallies, (tally) => tally.contract),
    plans: sumsBy(tallies, (tally) => tally.plan),
  };
}

function sumsBy(tallies: readonly Tally[], nameOf: (tally: Tally) => string | null): ReadonlyMap<string, TallySum> {
  const groups = Map.groupBy(tallies, nameOf);
  return new Map([...groups].flatMap(([name, group]) => (name === null ? [] : [[name, sumOfTallies(group)] as const])));
}
