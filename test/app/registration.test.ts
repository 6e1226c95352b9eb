import { describe, expect, it } from 'vitest';
import { definitionsOf } from '../../src/app/registration.ts';
import { placesOf, watchedChecks } from '../../src/app/watched-checks.ts';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { Ledger } from '../../src/domain/facts/ledger.ts';
import { DAY, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { atOnce } from '../../src/runtime/slices.ts';
import { configurationOf } from '../config/folder.ts';
import { type DefinitionLists, inOrder, registrationFacts } from '../support/definitions.ts';
import { checkFact, coverageFact, customerFact, edgeFact, lifecycleFact, serviceFact } from '../support/ledgers.ts';

const T = 20_513 * DAY;
const CHECK = 's1/web/home';
const DEFINITIONS: DefinitionLists = {
  customers: [customerFact('c1')],
  services: [serviceFact('s1', 'c1')],
  checks: [checkFact(CHECK)],
  fees: [{ type: 'fee', service: 's1', from: T - DAY, monthly: { minor: 1_200_000n, currency: 'KZT' } }],
  lifecycle: [lifecycleFact('s1', T - DAY)],
};

/** A ledger that took the given facts, and then the registration of each definitions a second later than the one before. */
function registered(...runs: readonly DefinitionLists[]): { ledger: Ledger; facts: (readonly Fact[])[] } {
  const ledger = new Ledger('covered');
  const facts: (readonly Fact[])[] = [];
  for (const [i, definitions] of runs.entries()) {
    const now = T + i * SECOND;
    const found = registrationFacts(ledger, inOrder(definitions), now);
    facts.push(found);
    for (const fact of found) ledger.add(fact, now);
  }
  return { ledger, facts };
}

describe('registrationFacts', () => {
  it('records everything at first, as always so, and nothing at the second time', () => {
    const { facts } = registered(DEFINITIONS, DEFINITIONS);
    expect(facts[0]?.map(({ type }) => type)).toEqual(['customer', 'service', 'check', 'fee', 'lifecycle']);
    expect(facts[0]?.every((fact) => fact.at === T)).toBe(true);
    expect(facts[0]?.filter((fact) => fact.type === 'service' || fact.type === 'check')).toEqual([
      expect.not.objectContaining({ from: expect.anything() }),
      expect.not.objectContaining({ from: expect.anything() }),
    ]);
    expect(facts[1]).toEqual([]);
  });

  it.each<[string, Partial<DefinitionLists>, object]>([
    [
      'a customer',
      { customers: [customerFact('c1', { email: 'new@example.kz' })] },
      { type: 'customer', at: T + SECOND },
    ],
    [
      'a service, from now on',
      { services: [serviceFact('s1', 'c1', { contract: 'gold' })] },
      { type: 'service', contract: 'gold', from: T + SECOND, at: T + SECOND },
    ],
    [
      'a check, from now on',
      { checks: [checkFact(CHECK, { failures: 5 })] },
      { type: 'check', failures: 5, from: T + SECOND, at: T + SECOND },
    ],
    [
      'a fee, from its own date',
      { fees: [{ type: 'fee', service: 's1', from: T - DAY, monthly: { minor: 9n, currency: 'KZT' } }] },
      { type: 'fee', from: T - DAY, at: T + SECOND },
    ],
    [
      'a date of its life',
      { lifecycle: [lifecycleFact('s1', T - DAY, 'blocked')] },
      { type: 'lifecycle', status: 'blocked' },
    ],
  ])('records only the change of %s, once', (_name, change, expected) => {
    const changed = { ...DEFINITIONS, ...change };
    const { facts } = registered(DEFINITIONS, changed, changed);
    expect(facts[1]).toEqual([expect.objectContaining(expected)]);
    expect(facts[2]).toEqual([]);
  });

  it('records a definition that is taken back, from then on', () => {
    const changed = { ...DEFINITIONS, checks: [checkFact(CHECK, { failures: 5 })] };
    const { facts } = registered(DEFINITIONS, changed, DEFINITIONS, DEFINITIONS);
    expect(facts[2]).toEqual([expect.objectContaining({ type: 'check', failures: 3, from: T + 2 * SECOND })]);
    expect(facts[3]).toEqual([]);
  });

  it('does not see a change in another order of keys', () => {
    const { components, customer, id, type } = serviceFact('s1', 'c1');
    const { facts } = registered(DEFINITIONS, { ...DEFINITIONS, services: [{ components, customer, id, type }] });
    expect(facts[1]).toEqual([]);
  });
});

describe('a check that is watched no longer as it was', () => {
  const { ledger } = registered(DEFINITIONS);
  for (const fact of [edgeFact(CHECK, 'up', T + MINUTE), coverageFact(T + 5 * MINUTE, T + 5 * MINUTE)])
    ledger.add(fact);
  const NOW = T + 10 * MINUTE;
  const closed = { type: 'edge', check: CHECK, vantage: 'local', to: 'unknown', at: NOW };
  const edges = (definitions: DefinitionLists) =>
    registrationFacts(ledger, inOrder(definitions), NOW).filter((fact) => fact.type === 'edge');

  it.each<[string, Partial<DefinitionLists>]>([
    ['it is removed', { services: [], checks: [] }],
    ['its interval changes', { checks: [checkFact(CHECK, { intervalMs: 30 * SECOND })] }],
    ['its vantage point changes', { checks: [checkFact(CHECK, { vantages: ['far'] })] }],
  ])('is unknown from where it was covered when %s', (_name, change) => {
    const through = T + 5 * MINUTE;
    expect(edges({ ...DEFINITIONS, ...change })).toEqual([{ ...closed, earliest: through, latest: through }]);
  });

  it('is closed once', () => {
    const removed = { ...DEFINITIONS, services: [], checks: [] };
    const after = new Ledger('covered');
    for (const fact of registrationFacts(after, inOrder(DEFINITIONS), T)) after.add(fact, T);
    after.add(edgeFact(CHECK, 'up', T + MINUTE));
    for (const fact of registrationFacts(after, inOrder(removed), NOW)) after.add(fact, NOW);
    expect(registrationFacts(after, inOrder(removed), NOW + 1)).toEqual([]);
  });

  it('goes on when only its policy changes', () => {
    expect(edges({ ...DEFINITIONS, checks: [checkFact(CHECK, { failures: 9, maxGapMs: MINUTE })] })).toEqual([]);
  });
});

describe('the checks of a configuration', () => {
  it('are registered, placed and watched under the same ids, with phases spread over each interval', async () => {
    const checks =
      '[{ id: home, http: "https://acme.kz/" }, { id: shop, http: "https://acme.kz/shop", interval: 30s }, { id: blog, http: "https://acme.kz/blog" }]';
    const configuration = await configurationOf({
      'services/acme.yaml': `customers: [{ id: c1, name: Acme, email: ops@acme.kz, locale: kk }]
services: [{ id: s1, customer: c1, components: { web: { checks: ${checks} } } }]
`,
    });
    const ledger = new Ledger('covered');
    const definitions = [...definitionsOf(configuration)];
    for (const fact of registrationFacts(ledger, definitions, T)) ledger.add(fact, T);
    ledger.add(edgeFact('s1/web/home', 'down', T, T + 1));
    const found = atOnce(watchedChecks(configuration, ledger, T + MINUTE));
    expect(found.map((check) => check.id)).toEqual(
      definitions.flatMap((fact) => (fact.type === 'check' ? fact.id : [])),
    );
    expect(found.map((check) => [check.intervalMs, check.phaseMs])).toEqual([
      [MINUTE, 30_000],
      [30 * SECOND, 0],
      [MINUTE, 0],
    ]);
    expect(found.map((check) => check.recorded)).toEqual([
      { state: 'down', since: T + 1, through: T + 1 },
      undefined,
      undefined,
    ]);
    const places = atOnce(placesOf(configuration));
    expect([...places.keys()]).toEqual(found.map((check) => check.id));
    expect(places.get('s1/web/shop')).toEqual({
      service: 's1',
      component: 'web',
      kind: 'http',
      server: 'service s1',
    });
  });
});
