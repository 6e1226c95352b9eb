import { describe, expect, it } from 'vitest';
import { Fleet } from '../../src/app/fleet.ts';
import { announceOutages } from '../../src/app/outage-announcer.ts';
import { metricOf } from '../../src/app/outage-outputs.ts';
import { statusOf } from '../../src/app/status.ts';
import { Contracts } from '../../src/domain/contract/contracts.ts';
import { FleetFigures } from '../../src/domain/contract/fleet-figures.ts';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { Ledger } from '../../src/domain/facts/ledger.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { checkFact, coverageFact, customerFact, edgeFact, lifecycleFact, serviceFact } from '../support/ledgers.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { at, CONTRACT } from '../support/statements.ts';

const WEB = 's1/web/home';
const MAIL = 's1/mail/smtp';

function fleetAt(start: Instant, ...facts: readonly Fact[]) {
  const clock = new ManualClock(start);
  const ledger = new Ledger('covered');
  const computed: string[] = [];
  const announced: string[] = [];
  const troubles: string[] = [];
  const ended: string[] = [];
  const figures = new FleetFigures();
  const fleet = new Fleet({
    ledger,
    contracts: new Contracts([CONTRACT], CONTRACT.id),
    clock,
    figures,
    onComputed: (now, before) => {
      computed.push(now.service);
      if (!before) return;
      announceOutages(now, before, {
        began: (_service, outage) => announced.push(`began ${outage.start}`),
        reached: (_service, _outage, reached) => announced.push(`reached ${reached}`),
        ended: (_service, outage) => announced.push(`ended ${outage.end}`),
      });
    },
    onEnded: (service) => ended.push(service),
    onTrouble: (service, error) => troubles.push(`${service} ${error instanceof Error ? error.message : error}`),
  });
  let seq = 0;
  const add = (...more: readonly Fact[]): void => {
    const entries = more.map((fact) => ({ seq: ++seq, recordedAt: clock.now(), key: null, fact, hash: '' }));
    for (const { fact, recordedAt } of entries) ledger.add(fact, recordedAt);
    fleet.noteEntries(entries);
  };
  add(...facts);
  const tell = async (...more: readonly Fact[]): Promise<readonly string[]> => {
    add(...more);
    await fleet.refresh();
    return announced.splice(0);
  };
  const shown = (): readonly string[] => [...figures.all()].map(({ service }) => service);
  const status = (service: string) => statusOf(figures.get(service)!, fleet.outagesOf(service), clock.now());
  return { clock, fleet, tell, computed, ended, troubles, shown, status };
}

const T = at('2026-03-10T12:00:00');
const components = {
  web: { checks: [WEB], require: 'all' as const, counts: true },
  mail: { checks: [MAIL], require: 'all' as const, counts: true },
};
const ONE: readonly Fact[] = [
  customerFact('c1'),
  serviceFact('s1', 'c1', { components }),
  checkFact(WEB),
  checkFact(MAIL),
  lifecycleFact('s1', at('2026-01-01T00:00:00')),
  edgeFact(WEB, 'up', T - HOUR),
  edgeFact(MAIL, 'up', T - HOUR),
  coverageFact(T - MINUTE, T),
];

describe('announcements of outages', () => {
  it('say once that an outage began, which classes it reached, and once that it ended', async () => {
    const { clock, tell } = fleetAt(T, ...ONE);
    expect(await tell()).toEqual([]);
    await clock.advance(10 * SECOND);
    const start = T - 20 * SECOND;
    expect(await tell(edgeFact(WEB, 'down', T - 40 * SECOND, T), coverageFact(T + 5 * SECOND, clock.now()))).toEqual([
      `began ${start}`,
      'reached unplanned',
    ]);
    await clock.advance(MINUTE);
    expect(await tell(coverageFact(clock.now() - SECOND, clock.now()))).toEqual([]);
    const end = clock.now() - 4 * SECOND;
    expect(await tell(edgeFact(WEB, 'up', end - SECOND, end + SECOND))).toEqual([`ended ${end}`]);
    expect(await tell()).toEqual([]);
  });

  it('know an outage again whose beginning turns out to be earlier', async () => {
    const { clock, fleet, tell } = fleetAt(T, ...ONE);
    await tell();
    await clock.advance(10 * SECOND);
    await tell(edgeFact(WEB, 'down', T - 4 * SECOND, T), coverageFact(T + 5 * SECOND, clock.now()));
    const id = metricOf('s1', fleet.outagesOf('s1')[0]!).id;
    // The mail server timed out, so its outage was confirmed later although it had begun before.
    await clock.advance(30 * SECOND);
    expect(await tell(edgeFact(MAIL, 'down', T - 40 * SECOND, T - 20 * SECOND))).toEqual([]);
    expect(metricOf('s1', fleet.outagesOf('s1')[0]!)).toMatchObject({ id, start: T - 30 * SECOND });
    expect(fleet.outagesOf('s1')).toHaveLength(1);
  });

  it('give two outages two names', async () => {
    const { clock, fleet, tell } = fleetAt(T, ...ONE);
    await tell();
    await clock.advance(HOUR);
    await tell(
      edgeFact(WEB, 'down', T),
      edgeFact(WEB, 'up', T + MINUTE),
      edgeFact(WEB, 'down', T + 2 * MINUTE),
      edgeFact(WEB, 'up', T + 3 * MINUTE),
      coverageFact(T + HOUR, clock.now()),
    );
    expect(new Set(fleet.outagesOf('s1').map((outage) => metricOf('s1', outage).id)).size).toBe(2);
  });

  it('say that an outage ended although that was in the month before', async () => {
    const midnight = at('2026-04-01T00:00:00');
    const { clock, tell } = fleetAt(midnight - 10 * SECOND, ...ONE);
    await tell();
    await tell(edgeFact(WEB, 'down', midnight - 30 * SECOND), coverageFact(midnight - 12 * SECOND, clock.now()));
    await clock.advance(20 * SECOND);
    const end = midnight - 5 * SECOND;
    expect(await tell(edgeFact(WEB, 'up', end), coverageFact(midnight + SECOND, clock.now()))).toEqual([
      `ended ${end}`,
    ]);
    expect(await tell()).toEqual([]);
  });
});

describe('Fleet', () => {
  it('computes what has news and what is down at once, and all others in turn', async () => {
    const many = Array.from({ length: 450 }, (_, n) => [
      serviceFact(`n${n}`, 'c1'),
      lifecycleFact(`n${n}`, at('2026-01-01T00:00:00')),
    ]).flat();
    const { tell, computed, clock } = fleetAt(T, ...many, ...ONE);
    await tell();
    expect(new Set(computed).size).toBe(451);
    await tell(edgeFact(WEB, 'down', T - SECOND), coverageFact(T, T));
    await clock.advance(SECOND);
    const turns: string[][] = [];
    for (let turn = 0; turn < 60; turn += 1) {
      computed.length = 0;
      await tell();
      turns.push([...computed]);
    }
    expect(turns.every((turn) => turn.includes('s1') && turn.length <= 11)).toBe(true);
    expect(new Set(turns.flat()).size).toBe(451);
  });

  it('takes the withdrawal of an exclusion for news of its own service', async () => {
    const many = Array.from({ length: 100 }, (_, n) => [
      serviceFact(`n${n}`, 'c1'),
      lifecycleFact(`n${n}`, at('2026-01-01T00:00:00')),
    ]).flat();
    const exclusion = { id: 'x1', service: 's1', start: T - HOUR, end: T, reason: 'network', by: 'a', at: T } as const;
    const { tell, computed } = fleetAt(T, ...many, ...ONE, { type: 'exclusion', ...exclusion });
    await tell();
    computed.length = 0;
    await tell({ type: 'exclusion-withdrawn', id: 'x1', at: T, by: 'a' });
    // Besides it, those whose turn it is.
    expect(computed).toContain('s1');
    expect(computed.length).toBeLessThanOrEqual(11);
  });

  it('computes those that are down in turn, where they are many', async () => {
    const dead = Array.from({ length: 900 }, (_, n) => {
      const check = `n${n}/web/home`;
      return [
        serviceFact(`n${n}`, 'c1', { components: { web: { ...components.web, checks: [check] } } }),
        checkFact(check),
        lifecycleFact(`n${n}`, at('2026-01-01T00:00:00')),
        edgeFact(check, 'down', T - HOUR),
      ];
    }).flat();
    const { tell, computed, clock } = fleetAt(T, ...dead, coverageFact(T, T));
    await tell();
    expect(computed).toHaveLength(900);
    computed.length = 0;
    for (let turn = 0; turn < 3; turn += 1) {
      await clock.advance(SECOND);
      await tell();
    }
    expect(new Set(computed).size).toBe(900);
    expect(computed.length).toBeLessThanOrEqual(3 * 600);
  });

  it('computes only the services of a customer who was given notice', async () => {
    const others = Array.from({ length: 40 }, (_, n) => [
      serviceFact(`n${n}`, 'c2'),
      lifecycleFact(`n${n}`, at('2026-01-01T00:00:00')),
    ]).flat();
    const { tell, computed } = fleetAt(T, ...others, ...ONE);
    await tell();
    for (let turn = 0; turn < 41; turn += 1) await tell();
    computed.length = 0;
    const work = { type: 'work', id: 'w1', revision: 1, start: T + HOUR, end: T + 2 * HOUR, at: T } as const;
    await tell({ ...work, services: '*' });
    expect(new Set(computed).size).toBe(41);
    computed.length = 0;
    await tell({ type: 'notice', work: 'w1', revision: 1, customer: 'c1', at: T, channel: 'mail' });
    expect(computed).toContain('s1');
    expect(computed.length).toBeLessThanOrEqual(11);
  });

  it('says once that a service has ended', async () => {
    const { shown, tell, ended } = fleetAt(T, ...ONE);
    await tell();
    await tell(lifecycleFact('s1', T - SECOND, 'ended'));
    await tell();
    expect(ended).toEqual(['s1']);
    expect(shown()).toEqual([]);
  });

  it('computes all but those that cannot be computed, and says which and when they can again', async () => {
    const bad = serviceFact('s0', 'c1', { contract: 'dropped' });
    const { shown, tell, troubles } = fleetAt(T, bad, ...ONE);
    await tell();
    await tell();
    expect(shown()).toEqual(['s1']);
    expect(troubles).toEqual(['s0 contract: found "dropped", expected one of builder']);
    await tell({ ...bad, contract: 'builder', from: T });
    expect(troubles).toEqual([expect.anything(), 's0 undefined']);
    expect(shown()).toHaveLength(2);
  });

  it('runs one refresh at a time', async () => {
    const { fleet, computed } = fleetAt(T, ...ONE);
    await Promise.all([fleet.refresh(), fleet.refresh()]);
    expect(computed).toEqual(['s1']);
  });
});

describe('statusOf', () => {
  it('shows an up service without an outage', async () => {
    const { status, tell } = fleetAt(T, ...ONE);
    await tell();
    expect(status('s1')).toMatchObject({
      service: 's1',
      customer: 'c1',
      state: 'up',
      since: T - HOUR,
      accrued: '0.00',
    });
    expect(status('s1')).not.toHaveProperty('openOutage');
    expect(status('s1').monthAvailability).toBe('100.0000');
  });

  it('shows the open outage with the class of its latest instant', async () => {
    const { clock, status, tell } = fleetAt(T, ...ONE);
    await clock.advance(2 * MINUTE);
    await tell(edgeFact(WEB, 'down', T), coverageFact(T + MINUTE, clock.now()));
    expect(status('s1').openOutage).toEqual({
      start: T,
      class: 'unplanned',
      durationMs: 2 * MINUTE,
    });
    await tell(lifecycleFact('s1', T + 30 * SECOND, 'suspended'));
    expect(status('s1').openOutage?.class).toBe('outside');
  });
});
