import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MonthCloser } from '../../src/app/month-closer.ts';
import { IssuedStatements } from '../../src/desk/issued-statements.ts';
import { closesAt, lastClosedMonth, monthsBetween } from '../../src/desk/month-close.ts';
import { Contracts } from '../../src/domain/contract/contracts.ts';
import { computeStatement } from '../../src/domain/contract/statement.ts';
import type { Fact, StatementIssuedFact } from '../../src/domain/facts/fact.ts';
import { HOUR, type Instant, SECOND } from '../../src/domain/time/instant.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { LedgerFeed } from '../../src/journal/ledger-feed.ts';
import { canonicalStatement } from '../../src/report/statement-json.ts';
import { checkFact, coverageFact, customerFact, edgeFact, lifecycleFact, serviceFact } from '../support/ledgers.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryJournal } from '../support/memory-journal.ts';
import { at, CONTRACT, OFFSET } from '../support/statements.ts';

const JANUARY = at('2026-01-01T00:00:00');
const CLOSING = at('2026-04-01T09:00:00');
const TIME = { sendOnDay: 1, atMs: 9 * HOUR };

async function books(recorded: readonly (readonly [Instant, readonly Fact[]])[], now = CLOSING) {
  const clock = new ManualClock(now);
  const journal = new MemoryJournal(clock);
  for (const [recordedAt, facts] of recorded) {
    for (const fact of facts)
      journal.entries.push({ seq: journal.entries.length + 1, recordedAt, key: null, fact, hash: '' });
  }
  const feed = new LedgerFeed(journal);
  const issued = new IssuedStatements();
  feed.subscribe((entries) => {
    for (const { fact } of entries) issued.add(fact);
  });
  const contracts = new Contracts([CONTRACT], CONTRACT.id);
  const closer = new MonthCloser({
    journal: journal as unknown as Journal,
    feed,
    issued,
    contracts,
    now: () => feed.ledger.asOf(clock.now()),
  });
  const statements = (): readonly StatementIssuedFact[] =>
    journal.facts.filter((fact) => fact.type === 'statement-issued');
  return { clock, journal, feed, issued, closer, statements };
}

const serviceOf = (id: string): readonly Fact[] => [serviceFact(id, 'c1'), lifecycleFact(id, JANUARY)];
const BASE: readonly Fact[] = [customerFact('c1'), ...serviceOf('s1'), checkFact('s1/web/home')];
const MARCH = at('2026-03-10T00:00:00');
const OUTAGE: readonly Fact[] = [
  edgeFact('s1/web/home', 'up', MARCH),
  edgeFact('s1/web/home', 'down', MARCH + HOUR),
  edgeFact('s1/web/home', 'up', MARCH + 2 * HOUR),
  coverageFact(at('2026-03-31T23:59:59'), at('2026-03-31T23:59:59')),
];

describe('closing a month', () => {
  it('issues one statement a service, with a digest that anyone can recompute as of its instant', async () => {
    const { closer, statements, feed, clock, journal } = await books([
      [JANUARY, BASE],
      [MARCH, OUTAGE],
    ]);
    expect(await closer.close('2026-03')).toBe(1);
    const [fact] = statements();
    expect(fact).toMatchObject({ service: 's1', customer: 'c1', month: '2026-03', revision: 1, asOf: CLOSING - 1 });
    await clock.advance(SECOND);
    const exclusion: Fact = {
      type: 'exclusion',
      id: 'x1',
      service: 's1',
      start: MARCH,
      end: MARCH + 3 * HOUR,
      reason: 'network',
      by: 'ann',
      at: clock.now(),
    };
    await journal.append([{ fact: exclusion }]);
    await feed.catchUp();
    const digestAsOf = (asOf: Instant): string => {
      const statement = computeStatement({
        ledger: feed.ledger,
        contract: CONTRACT,
        service: 's1',
        month: '2026-03',
        asOf,
      });
      return createHash('sha256').update(canonicalStatement(statement, OFFSET)).digest('hex');
    };
    expect(digestAsOf(fact!.asOf)).toBe(fact!.digest);
    expect(digestAsOf(clock.now())).not.toBe(fact!.digest);
  });

  it('issues nothing twice, in this process or in another that has read the journal', async () => {
    const { closer, statements, journal } = await books([[JANUARY, BASE]]);
    await closer.close('2026-03');
    expect(await closer.close('2026-03')).toBe(0);
    const again = await books([], CLOSING + HOUR);
    again.journal.entries.push(...journal.entries);
    expect(await again.closer.close('2026-03')).toBe(0);
    expect(statements()).toHaveLength(1);
    expect(journal.entries.at(-1)?.key).toBe('statement/s1/2026-03/1');
  });

  it('issues none for a service that the journal did not know before the end of the month', async () => {
    const { closer, statements } = await books([
      [JANUARY, BASE],
      [at('2026-04-01T00:00:00'), serviceOf('late')],
      [at('2026-04-01T00:00:00') - 1, serviceOf('just')],
    ]);
    await closer.close('2026-03');
    expect(statements().map(({ service }) => service)).toEqual(['s1', 'just']);
  });

  it('issues one all the same where observations of the month were imported with the service', async () => {
    const { closer, statements } = await books([[at('2026-04-01T00:00:00'), [...BASE, ...OUTAGE]]]);
    expect(await closer.close('2026-03')).toBe(1);
    expect(statements().map(({ service }) => service)).toEqual(['s1']);
  });

  it('issues none for a service that was not active in the month', async () => {
    const { closer, statements } = await books([
      [JANUARY, [...BASE, serviceFact('never', 'c1'), ...serviceOf('ended'), ...serviceOf('ending')]],
      [
        JANUARY,
        [
          lifecycleFact('ended', at('2026-03-01T00:00:00'), 'ended'),
          lifecycleFact('ending', at('2026-03-01T00:00:01'), 'ended'),
        ],
      ],
    ]);
    await closer.close('2026-03');
    expect(statements().map(({ service }) => service)).toEqual(['s1', 'ending']);
  });

  it('issues those that it can when one cannot be computed, and names that one', async () => {
    const { closer, statements } = await books([
      [JANUARY, [serviceFact('s0', 'c1', { contract: 'dropped' }), lifecycleFact('s0', JANUARY), ...BASE]],
    ]);
    await expect(closer.close('2026-03')).rejects.toThrow(
      '2026-03: 1 statements issued, 1 cannot be: s0: contract: found "dropped"',
    );
    expect(statements().map(({ service }) => service)).toEqual(['s1']);
  });
});

describe('when a month is closed', () => {
  const march = { month: '2026-03', issued: 1 };
  it.each([
    ['the hour before', at('2026-04-01T08:59:59'), []],
    ['at the hour', at('2026-04-01T09:00:00'), [march]],
    ['at a start in the middle of the month, when the hour was missed', at('2026-04-20T00:00:00'), [march]],
    ['at the start of the next', at('2026-05-01T00:00:00'), []],
  ])('%s', async (_name, now, expected) => {
    const { closer } = await books([[JANUARY, BASE]], now);
    expect(await closer.closeIfDue(TIME)).toEqual(expected);
  });

  it('closes the months that were missed since the last one closed, and not those before', async () => {
    const { closer, clock, statements } = await books([[JANUARY, BASE]], at('2026-03-01T09:00:00'));
    expect(await closer.closeIfDue(TIME)).toEqual([{ month: '2026-02', issued: 1 }]);
    await clock.advance(at('2026-06-20T00:00:00') - clock.now());
    expect(await closer.closeIfDue(TIME)).toEqual([
      { month: '2026-02', issued: 0 },
      { month: '2026-03', issued: 1 },
      { month: '2026-04', issued: 1 },
      { month: '2026-05', issued: 1 },
    ]);
    expect(statements().map(({ month }) => month)).toEqual(['2026-02', '2026-03', '2026-04', '2026-05']);
  });

  it('counts months over the end of a year', () => {
    expect(monthsBetween('2025-11', '2026-02')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
    expect(monthsBetween('2026-02', '2026-02')).toEqual(['2026-02']);
    expect(monthsBetween('2026-03', '2026-02')).toEqual(['2026-02']);
  });

  it('is on the contract clock', () => {
    expect(lastClosedMonth(at('2026-04-01T00:00:00'), OFFSET)).toBe('2026-03');
    expect(lastClosedMonth(at('2026-04-01T00:00:00') - 1, OFFSET)).toBe('2026-02');
    expect(lastClosedMonth(at('2026-01-15T00:00:00'), OFFSET)).toBe('2025-12');
    expect(closesAt('2025-12', OFFSET, HOUR)).toBe(at('2026-01-01T01:00:00'));
  });

  it('is scheduled for the day and time of the configuration', async () => {
    const { closer } = await books([]);
    const task = closer.schedule({ sendOnDay: 3, atMs: 9.5 * HOUR }, () => {});
    try {
      const next = task.getNextRun();
      const local = Temporal.Instant.fromEpochMilliseconds(next!.getTime()).toZonedDateTimeISO('+05:00');
      expect([local.day, local.hour, local.minute, local.second]).toEqual([3, 9, 30, 0]);
    } finally {
      await task.destroy();
    }
  });
});

describe('IssuedStatements', () => {
  const fact = (service: string, revision = 1): StatementIssuedFact => ({
    type: 'statement-issued',
    service,
    customer: 'c1',
    month: '2026-03',
    revision,
    asOf: 1,
    digest: 'd',
    at: 1,
  });
  const settled = { customer: 'c1', messageId: '<m@x>', response: 'r', at: 2 };

  it('are unsent until the relay took them or refused them for good', () => {
    const issued = new IssuedStatements();
    for (const service of ['s1', 's2', 's3', 's4']) issued.add(fact(service));
    issued.add({ type: 'mail-accepted', mail: 'statement/s1/2026-03/1', ...settled });
    issued.add({ type: 'mail-refused', mail: 'statement/s2/2026-03/1', permanent: true, ...settled });
    issued.add({ type: 'mail-refused', mail: 'statement/s3/2026-03/1', permanent: false, ...settled });
    expect(issued.unsent().map(({ service }) => service)).toEqual(['s3', 's4']);
  });

  it('are listed by service and month in the order they were issued', () => {
    const issued = new IssuedStatements();
    for (const one of [fact('s1'), fact('s2'), fact('s1', 2)]) issued.add(one);
    expect(issued.revisionsOf('s1', '2026-03').map(({ revision }) => revision)).toEqual([1, 2]);
    expect(issued.revisionsOf('s1', '2026-02')).toEqual([]);
  });
});
