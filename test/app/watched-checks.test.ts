import { describe, expect, it } from 'vitest';
import { watchedChecks } from '../../src/app/watched-checks.ts';
import { Ledger } from '../../src/domain/facts/ledger.ts';
import { HOUR, MINUTE } from '../../src/domain/time/instant.ts';
import { atOnce } from '../../src/runtime/slices.ts';
import { DENSE, scenarioOf } from '../simulation/scenario.ts';
import { registrationFacts } from '../support/definitions.ts';

const { configuration } = scenarioOf(1, DENSE, 'unused');
const [check] = [...configuration.services].flatMap((service) => service.checks);
const id = check?.fact.id ?? '';
const noon = Date.UTC(2026, 2, 10, 12);

/** A ledger in which the first check was found up at 11:00 and down at 12:00, and was covered for a minute after. */
function ledgerOfOutage(): Ledger {
  const ledger = new Ledger('covered');
  const edge = { type: 'edge', check: id, vantage: 'local' } as const;
  for (const { fact } of [...configuration.services].flatMap((service) => service.checks))
    ledger.add(fact, noon - 2 * HOUR);
  ledger.add({ ...edge, to: 'up', earliest: noon - HOUR, latest: noon - HOUR, at: noon - HOUR }, noon - HOUR);
  ledger.add({ ...edge, to: 'down', earliest: noon - MINUTE, latest: noon, at: noon }, noon);
  const intervalMs = check?.fact.intervalMs ?? 0;
  ledger.add(
    { type: 'coverage', vantage: 'local', intervalMs, through: noon + MINUTE, at: noon + MINUTE },
    noon + MINUTE,
  );
  return ledger;
}

describe('after a restart with the clock set back behind the last edge', () => {
  const now = noon - 30 * MINUTE;

  it('goes on from that edge, and not from the state that the journal has left', () => {
    const watched = atOnce(watchedChecks(configuration, ledgerOfOutage(), now)).find((each) => each.id === id);
    expect(watched?.recorded).toEqual({ state: 'down', since: noon, through: noon + MINUTE });
  });

  it('closes the newest state of a check that is no longer watched', () => {
    const facts = registrationFacts(ledgerOfOutage(), [], now);
    const through = noon + MINUTE;
    expect(facts).toEqual([
      { type: 'edge', check: id, vantage: 'local', to: 'unknown', earliest: through, latest: through, at: now },
    ]);
  });
});
