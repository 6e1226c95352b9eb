/** What is down away from the provider's addresses is proposed for exclusion; nothing is excluded but by someone's will. */
import { describe, expect, it, vi } from 'vitest';
import { booksOn, openBooks } from '../../src/app/books.ts';
import { ExclusionProposer } from '../../src/app/exclusion-proposer.ts';
import { requireConfiguration } from '../../src/app/load.ts';
import { outagesWithin } from '../../src/domain/contract/outages.ts';
import type { EdgeFact, Evidence, Fact, LifecycleStatus, ProposedReason } from '../../src/domain/facts/fact.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createLog } from '../../src/runtime/log.ts';
import { CONTRACT, inFolder, MAIN } from '../config/folder.ts';
import { AGREEMENT } from '../support/contracts.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryJournal } from '../support/memory-journal.ts';
import { at, check, fee, lifecycle, service, type When } from '../support/world.ts';

const NOW = at('2026-03-20');
const reasons = (...ids: string[]) => `exclusions: [${ids.map((id) => `{ id: ${id}, clause: "8.5" }`).join(', ')}]`;

function edge(to: 'up' | 'down' | 'unknown', when: When, evidence?: Evidence, of = 's1/web'): EdgeFact {
  const instant = at(when);
  return {
    type: 'edge',
    check: of,
    vantage: 'local',
    to,
    earliest: instant,
    latest: instant,
    at: instant,
    ...(evidence === undefined ? {} : { evidence }),
  };
}

const failing = (address?: string) => ({ error: 'connect_refused', ...(address === undefined ? {} : { address }) });

/** A check was down, and what all of its failed probes showed is on the edge of its recovery, unless told otherwise. */
function down(
  [start, end]: readonly [When, When],
  address?: string,
  { of = 's1/web', failed = {} as object | null } = {},
): readonly Fact[] {
  const all = {
    since: at(start),
    probes: 40,
    errors: ['connect_refused'],
    addresses: address === undefined ? [] : [address],
    addressed: address === undefined ? 0 : 40,
  };
  return [
    edge('down', start, failing(address), of),
    edge('up', end, failed === null ? {} : { failed: { ...all, ...failed } }, of),
  ];
}

interface World {
  readonly edges: readonly Fact[];
  readonly active?: When;
  readonly known?: readonly string[];
  readonly autoAccept?: readonly ProposedReason[];
  readonly status?: LifecycleStatus;
  /** When it is looked at first. */
  readonly now?: When;
  /** Recorded between the first look and the second. */
  readonly afterwards?: readonly Fact[];
}

/** Proposes on s1, with a site and a mailbox, as if its outages were new; gives what was recorded beyond the edges. */
async function proposedOn({
  edges,
  active = '2026-01-01',
  known = ['customer', 'dns-propagation'],
  autoAccept = [],
  status = 'active',
  now = NOW,
  afterwards = [],
}: World) {
  const files = {
    'kepil.yaml': MAIN.replace('../data', 'data'),
    'contracts/basic.yaml': CONTRACT.replace('exclusions: []', reasons(...known)),
  };
  return inFolder(files, async (path) => {
    const clock = new ManualClock(at(now));
    const books = await openBooks(await requireConfiguration(path, {}), clock);
    try {
      const facts = [
        ...service('s1', { web: ['s1/web'], mail: ['s1/mail'] }),
        ...['s1/web', 's1/mail'].flatMap((id) => check(id)),
        lifecycle(active, status),
        fee(active, '12000.00'),
      ] as Fact[];
      const seen = [edge('up', '2026-03-01'), edge('up', '2026-03-01', undefined, 's1/mail'), ...edges];
      const covered: Fact = { type: 'coverage', vantage: 'local', intervalMs: 60_000, through: at(now), at: at(now) };
      await books.journal.append([...facts, ...seen, covered].map((fact) => ({ fact })));
      await books.feed.catchUp();
      const proposer = new ExclusionProposer({
        books,
        clock,
        log: createLog('silent'),
        addresses: ['203.0.113.0/24', '2001:db8::/32'],
        autoAccept,
      });
      const before = (await books.journal.read(0, 1_000)).length;
      const look = async (): Promise<void> => {
        const asOf = books.now();
        const question = { ledger: books.feed.ledger, contract: books.contracts.default, service: 's1', asOf };
        const outages = outagesWithin(question, { start: at('2026-03-01'), end: asOf });
        proposer.note(
          { service: 's1', outages: outages.map((outage) => ({ ...outage, id: `s1 ${outage.start}` })) },
          undefined,
        );
        await proposer.run();
        expect(proposer.waiting).toBe(0);
      };
      await look();
      await clock.advance(NOW - at(now));
      const end: Fact = { type: 'coverage', vantage: 'local', intervalMs: 60_000, through: NOW, at: NOW };
      await books.journal.append([...afterwards, end].map((fact) => ({ fact })));
      await books.feed.catchUp();
      await look();
      const recorded = (await books.journal.read(before, 1_000)).map(({ fact }) => fact);
      return recorded.filter(({ type }) => type.startsWith('exclusion'));
    } finally {
      await books.journal.close();
    }
  });
}

const OUTAGE = ['2026-03-10 10:00', '2026-03-10 14:00'] as const;
const away = (address?: string, failed: object = {}): readonly Fact[] => down(OUTAGE, address, { failed });

describe('an outage', () => {
  it('whose site has another address than the provider’s is proposed once, with the evidence', async () => {
    expect(await proposedOn({ edges: away('198.51.100.7') })).toEqual([
      {
        type: 'exclusion-proposed',
        id: 'p1',
        service: 's1',
        start: at(OUTAGE[0]),
        end: at(OUTAGE[1]),
        reason: 'customer',
        evidence: {
          rule: 'address-elsewhere',
          probes: [{ check: 's1/web', at: at(OUTAGE[0]), address: '198.51.100.7', error: 'connect_refused' }],
        },
        at: NOW,
      },
    ]);
  });

  it('that lasts is proposed without an end', async () => {
    const [proposal] = await proposedOn({ edges: [edge('down', OUTAGE[0], failing('2a00::1'))] });
    expect(proposal).toMatchObject({ id: 'p1', start: at(OUTAGE[0]) });
    expect(proposal).not.toHaveProperty('end');
  });

  it('within three days of the service’s beginning is one of names not known everywhere yet', async () => {
    const [proposal] = await proposedOn({ edges: away('198.51.100.7'), active: '2026-03-08' });
    expect(proposal).toMatchObject({ reason: 'dns-propagation' });
  });

  it.each<[string, World]>([
    ['at the provider’s address', { edges: away('203.0.113.80') }],
    ['at its IPv6 address', { edges: away('2001:db8::80') }],
    ['without any address', { edges: away() }],
    [
      'whose mail failed at the provider’s',
      {
        edges: [
          ...away('198.51.100.7'),
          ...down(['2026-03-10 13:00', '2026-03-10 15:00'], '203.0.113.25', { of: 's1/mail' }),
        ],
      },
    ],
    ['under a contract that has no such reason', { edges: away('198.51.100.7'), known: ['network'] }],
  ])('%s is proposed by nobody', async (_what, world) => {
    expect(await proposedOn(world)).toEqual([]);
  });

  it('that was long over when the mail failed is judged by itself', async () => {
    const edges = [...away('198.51.100.7'), ...down(['2026-03-12', '2026-03-13'], '203.0.113.25', { of: 's1/mail' })];
    expect(await proposedOn({ edges })).toMatchObject([{ id: 'p1', start: at(OUTAGE[0]), end: at(OUTAGE[1]) }]);
  });

  it('is excluded at once where a rule of the operator says so, and its reason is among those', async () => {
    const world = { edges: away('198.51.100.7') };
    expect(await proposedOn({ ...world, autoAccept: ['customer'] })).toMatchObject([
      { type: 'exclusion-proposed', id: 'p1' },
      {
        type: 'exclusion',
        id: 'p1',
        start: at(OUTAGE[0]),
        end: at(OUTAGE[1]),
        reason: 'customer',
        by: 'rule exclusions.autoAccept',
      },
    ]);
    expect(await proposedOn({ ...world, autoAccept: ['dns-propagation'] })).toHaveLength(1);
  });

  it('is excluded by no rule where its end speaks against what its beginning gave, and the proposal is dismissed', async () => {
    const world = { edges: [], autoAccept: ['customer'] as const };
    const lasting = await proposedOn({
      ...world,
      edges: [edge('down', OUTAGE[0], failing('198.51.100.7'))],
      afterwards: [
        down(OUTAGE, '198.51.100.7', { failed: { addresses: ['198.51.100.7', '203.0.113.80'] } })[1] as Fact,
      ],
    });
    expect(lasting).toMatchObject([
      { type: 'exclusion-proposed', id: 'p1' },
      { type: 'exclusion-dismissed', id: 'p1', by: 'the end of its outage' },
    ]);
    const borneOut = await proposedOn({
      ...world,
      edges: [edge('down', OUTAGE[0], failing('198.51.100.7'))],
      afterwards: [away('198.51.100.7')[1] as Fact],
    });
    expect(borneOut).toMatchObject([
      { type: 'exclusion-proposed' },
      { type: 'exclusion', id: 'p1', start: at(OUTAGE[0]), end: at(OUTAGE[1]) },
    ]);
  });

  it('is not covered by what was proposed of an earlier one that lasted then', async () => {
    const later = ['2026-03-10 16:00', '2026-03-10 17:00'] as const;
    const facts = await proposedOn({
      edges: [edge('down', OUTAGE[0], failing('198.51.100.7'))],
      now: '2026-03-10 11:00',
      afterwards: [down(OUTAGE, '198.51.100.7', { failed: null })[1] as Fact, ...down(later, '198.51.100.7')],
      autoAccept: ['customer'],
    });
    expect(facts).toMatchObject([
      { type: 'exclusion-proposed', id: 'p1', start: at(OUTAGE[0]) },
      { type: 'exclusion-proposed', id: 'p2', start: at(later[0]), end: at(later[1]) },
      { type: 'exclusion', id: 'p2', start: at(later[0]), end: at(later[1]) },
    ]);
  });

  it('of a service that is known to be blocked is proposed by nobody', async () => {
    expect(await proposedOn({ edges: away('198.51.100.7'), status: 'blocked' })).toEqual([]);
  });

  it('that lasts is excluded by no rule', async () => {
    expect(
      await proposedOn({ edges: [edge('down', OUTAGE[0], failing('2a00::1'))], autoAccept: ['customer'] }),
    ).toHaveLength(1);
  });
});

describe('a mass outage', () => {
  const OUTAGES = 5_000;

  /** So many services, each down for a while. */
  async function mass(elsewhere: (n: number) => boolean, autoAccept: readonly ProposedReason[] = []) {
    const clock = new ManualClock(NOW);
    const journal = new MemoryJournal(clock);
    const contract = { ...AGREEMENT, id: 'agreement' };
    const books = booksOn(
      journal as unknown as Journal,
      { contracts: [contract], defaultContract: contract.id },
      clock,
    );
    const ids = Array.from({ length: OUTAGES }, (_, n) => `s${n}`);
    const facts = ids.flatMap((id, n) => {
      const address = elsewhere(n) ? '198.51.100.7' : '203.0.113.80';
      return [
        ...service(id, { web: [`${id}/web`] }),
        check(`${id}/web`),
        lifecycle('2026-01-01', 'active', id),
        edge('up', '2026-03-01', undefined, `${id}/web`),
        ...down(OUTAGE, address, { of: `${id}/web` }),
      ] as Fact[];
    });
    for (const fact of facts) books.feed.ledger.add(fact, NOW);
    const proposer = new ExclusionProposer({
      books,
      clock,
      log: createLog('silent'),
      addresses: ['203.0.113.0/24'],
      autoAccept,
    });
    const outage = { start: at(OUTAGE[0]), end: at(OUTAGE[1]), open: false, parts: [] };
    for (const id of ids) proposer.note({ service: id, outages: [{ ...outage, id }] }, undefined);
    return { ledger: books.feed.ledger, journal, proposer };
  }

  it('costs each outage a look at its own service and at no other', async () => {
    const { ledger, proposer, journal } = await mass((n) => n % 25 === 0, ['customer']);
    const looks = vi.spyOn(ledger, 'service');
    const walks = [vi.spyOn(ledger, 'services'), vi.spyOn(ledger, 'checks')];
    let runs = 0;
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
    });
    for (; proposer.waiting > 0; runs += 1) await proposer.run();
    clearInterval(counting);
    expect(journal.facts.filter(({ type }) => type === 'exclusion')).toHaveLength(OUTAGES / 25);
    expect(looks.mock.calls.length).toBeLessThan(20 * OUTAGES);
    for (const walk of walks) expect(walk).not.toHaveBeenCalled();
    // Three runs for 5 000 looks at 2 000 a run; other work had its turn within them.
    expect(runs).toBe(3);
    expect(turns).toBeGreaterThan(0);
  });

  it('gives each proposal a number of its own, past those that exclusions by hand have taken', async () => {
    const { ledger, proposer, journal } = await mass((n) => n < 500);
    const byHand = { type: 'exclusion', service: 's0', start: 1, end: 2, reason: 'customer', by: 'a', at: 1 } as const;
    for (const id of ['p2', 'p3', 'p400']) ledger.add({ ...byHand, id }, NOW);
    while (proposer.waiting > 0) await proposer.run();
    const ids = journal.facts.flatMap((fact) => (fact.type === 'exclusion-proposed' ? fact.id : []));
    const expected = Array.from({ length: 503 }, (_, n) => `p${n + 1}`).filter((id) => !/^p(?:2|3|400)$/.test(id));
    expect(ids).toEqual(expected);
  });

  it('is recorded a part at a time', async () => {
    const { proposer, journal } = await mass(() => true);
    await proposer.run();
    expect(journal.facts).toHaveLength(200);
    expect(proposer.waiting).toBe(OUTAGES - 200);
  });

  it('that is over before its turn came is judged once, as what it was', async () => {
    const { proposer, journal } = await mass(() => true);
    const open = { start: at(OUTAGE[0]), end: at(OUTAGE[1]), open: true, parts: [] };
    proposer.note({ service: 'new', outages: [{ ...open, id: 'new' }] }, undefined);
    expect(proposer.waiting).toBe(OUTAGES + 1);
    proposer.note(
      { service: 'new', outages: [{ ...open, open: false, id: 'new' }] },
      { service: 'new', outages: [{ ...open, id: 'new' }] },
    );
    expect(proposer.waiting).toBe(OUTAGES + 1);
    journal.beforeAppend = () => {
      throw new Error('the disk is full');
    };
    await expect(proposer.run()).rejects.toThrow('the disk is full');
    expect(proposer.waiting).toBe(OUTAGES + 1);
  });
});

describe('a witness', () => {
  const at10 = at(OUTAGE[0]);
  const lost = { error: 'connect_timeout', address: '203.0.113.80' };
  const failed = { since: at10, probes: 40, errors: [lost.error], addresses: [lost.address], addressed: 40 };
  const pathBroken = [edge('down', OUTAGE[0], lost), edge('up', '2026-03-10 10:04', { failed })];

  /** One run over an outage of four minutes, with what the witness says of it. */
  async function run(isAsking: boolean, answers: readonly number[] | undefined) {
    const clock = new ManualClock(NOW);
    const journal = new MemoryJournal(clock);
    const contract = { ...AGREEMENT, id: 'agreement' };
    const books = booksOn(
      journal as unknown as Journal,
      { contracts: [contract], defaultContract: contract.id },
      clock,
    );
    for (const fact of [
      ...service('s1', { web: ['s1/web'] }),
      check('s1/web'),
      lifecycle('2026-01-01', 'active'),
    ] as Fact[])
      books.feed.ledger.add(fact, NOW);
    for (const fact of pathBroken) books.feed.ledger.add(fact, NOW);
    const said: string[] = [];
    const proposer = new ExclusionProposer({
      books,
      clock,
      log: createLog('silent'),
      addresses: [],
      autoAccept: [],
      witness: {
        begin: (id) => said.push(`begin ${id}`),
        end: (id) => said.push(`end ${id}`),
        forget: (id) => said.push(`forget ${id}`),
        isAsking: () => isAsking,
        heard: () => answers && { witness: '10.0.0.5:9115', answers: new Map([['s1/web', answers]]) },
      },
    });
    const outage = { id: 'o1', start: at10, end: at('2026-03-10 10:04'), parts: [] };
    const open = { service: 's1', outages: [{ ...outage, open: true }] };
    proposer.note(open, undefined);
    proposer.note({ service: 's1', outages: [{ ...outage, open: false }] }, open);
    await proposer.run();
    return { facts: journal.facts, said, waiting: proposer.waiting };
  }
  const ANSWERS = [at10 + 20_000, at10 + 80_000, at10 + 140_000];

  it('is told of each outage, and what it said is part of the proposal', async () => {
    const { facts, said, waiting } = await run(false, ANSWERS);
    expect(facts).toMatchObject([
      {
        type: 'exclusion-proposed',
        id: 'p1',
        reason: 'network',
        evidence: {
          rule: 'path-broken',
          probes: [{ check: 's1/web', at: at10, ...lost }],
          witness: '10.0.0.5:9115',
          count: 3,
          answers: ANSWERS.map((instant) => ({ at: instant, check: 's1/web', success: true })),
        },
      },
    ]);
    expect([said, waiting]).toEqual([['begin o1', 'end o1', 'forget o1'], 0]);
  });

  it('is waited for where an answer is under way', async () => {
    expect(await run(true, ANSWERS)).toEqual({ facts: [], said: ['begin o1', 'end o1'], waiting: 1 });
  });

  it('that was not asked leaves nothing to propose', async () => {
    expect(await run(false, undefined)).toEqual({ facts: [], said: ['begin o1', 'end o1', 'forget o1'], waiting: 0 });
  });
});
