import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ComputedService, FleetFigures, type ServiceFigures } from '../../../src/domain/contract/fleet-figures.ts';
import { INSTANT_CLASSES } from '../../../src/domain/contract/statement-result.ts';
import { shown, statement } from '../../outputs/metrics/sample-metrics.ts';

const totals = fc.record({ up: fc.maxSafeNat(), planned: fc.nat(), unplanned: fc.nat(), outside: fc.maxSafeNat() });
const change = fc.record({
  service: fc.constantFrom('s1', 's2', 's3', 's4'),
  gone: fc.boolean(),
  state: fc.constantFrom('up', 'down', 'unknown'),
  since: fc.option(fc.maxSafeNat(), { nil: undefined }),
  components: fc.dictionary(fc.constantFrom('web', 'mail'), fc.constantFrom('up', 'down', 'unknown')),
  promise: fc.constantFrom('kept', 'at-risk', 'broken'),
  month: totals,
  year: totals,
  remainingMs: fc.maxSafeInteger(),
  accruedMinor: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
});

/** Everything that is read of a row. */
function read(row: ServiceFigures) {
  const { service, customer, state, since, components, promise, remainingMs, accrued, claimed } = row;
  const ms = (['month', 'year'] as const).map((period) => INSTANT_CLASSES.map((name) => row.ms(period, name)));
  return { service, customer, state, since, components, promise, remainingMs, accrued, claimed, ms };
}

/** The same of what was given. */
function meant({ service, customer, state, since, components, statement: { month, year, credit } }: ComputedService) {
  const ms = [month, year].map((period) => INSTANT_CLASSES.map((name) => period.ms[name]));
  const { promise, remainingMs } = year;
  const { accrued, claimed } = credit;
  return { service, customer, state, since, components, promise, remainingMs, accrued, claimed, ms };
}

function filled(services: Iterable<ComputedService>): FleetFigures {
  const figures = new FleetFigures();
  for (const one of services) figures.set(one);
  return figures;
}

describe('FleetFigures', () => {
  it('are those of each service as last computed, to the millisecond and the minor unit, and their sums', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 24 }), (changes) => {
        const figures = new FleetFigures();
        const last = new Map<string, ComputedService>();
        for (const { service, gone, state, since, components, ...rest } of changes) {
          const next = shown(statement({ service, ...rest }), { state, since, components });
          if (gone) figures.delete(service);
          else figures.set(next);
          if (gone) last.delete(service);
          else last.set(service, next);
        }
        const rows = [...figures.all()];
        expect(new Set(rows.map(({ service }) => service))).toEqual(new Set(last.keys()));
        for (const row of rows) {
          expect(read(row)).toEqual(meant(last.get(row.service) as ComputedService));
          expect(figures.get(row.service)).toBe(row);
        }
      }),
    );
  });

  it('have the sums of the services shown, however they came to be so', () => {
    // Sums of doubles are exact below 2^53 only, and so are those of a fleet for 285 000 service years.
    const small = change.map((one) => ({ ...one, month: { up: one.month.planned }, year: { up: one.year.planned } }));
    fc.assert(
      fc.property(fc.array(small, { maxLength: 24 }), (changes) => {
        const changed = new FleetFigures();
        const last = new Map<string, ComputedService>();
        for (const { service, gone, state, ...rest } of changes) {
          const next = shown(statement({ service, ...rest }), { state });
          if (gone) changed.delete(service);
          else changed.set(next);
          if (gone) last.delete(service);
          else last.set(service, next);
        }
        const credit = (figures: FleetFigures) => new Map(figures.totals.credit());
        const fresh = filled(last.values());
        expect(changed.totals.states).toEqual(fresh.totals.states);
        expect(changed.totals.standings).toEqual(fresh.totals.standings);
        expect(changed.totals.month).toEqual(fresh.totals.month);
        expect(changed.totals.year).toEqual(fresh.totals.year);
        expect(credit(changed)).toEqual(credit(fresh));
      }),
    );
  });

  it('hold more services than one block of rows, and use the rows of those that went again', () => {
    const services = Array.from({ length: 3_000 }, (_, n) =>
      shown(statement({ service: `s${n}`, month: { up: n }, accruedMinor: BigInt(n) })),
    );
    const figures = filled(services);
    for (let n = 0; n < 3_000; n += 2) figures.delete(`s${n}`);
    for (let n = 3_000; n < 4_500; n += 1) figures.set(shown(statement({ service: `s${n}`, month: { up: n } })));
    expect([...figures.all()]).toHaveLength(3_000);
    for (const row of figures.all()) expect(row.ms('month', 'up')).toBe(Number(row.service.slice(1)));
  });

  it('refuse an amount that they cannot keep exactly', () => {
    const figures = new FleetFigures();
    const tooMuch = shown(statement({ service: 's1', accruedMinor: 2n ** 63n }));
    expect(() => figures.set(tooMuch)).toThrow(
      'credit: found 9223372036854775808 minor units, expected less than 2^63',
    );
    expect([...figures.all()]).toEqual([]);
  });
});
