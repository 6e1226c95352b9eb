/** What is down away from the provider's addresses is proposed for exclusion; nothing is excluded but by someone's will. */
import { describe, expect, it } from 'vitest';
import { openBooks } from '../../src/app/books.ts';
import { ExclusionProposer } from '../../src/app/exclusion-proposer.ts';
import { requireConfiguration } from '../../src/app/load.ts';
import { outagesWithin } from '../../src/domain/contract/outages.ts';
import type { EdgeFact, Fact, ProposedReason } from '../../src/domain/facts/fact.ts';
import { createLog } from '../../src/runtime/log.ts';
import { CONTRACT, inFolder, MAIN } from '../config/folder.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { at, check, fee, lifecycle, service, type When } from '../support/world.ts';

const NOW = at('2026-03-20');
const reasons = (...ids: string[]) => `exclusions: [${ids.map((id) => `{ id: ${id}, clause: "8.5" }`).join(', ')}]`;

function edge(to: 'up' | 'down' | 'unknown', when: When, address?: string, of = 's1/web'): Fact {
  const instant = at(when);
  const fact = {
    type: 'edge',
    check: of,
    vantage: 'local',
    to,
    earliest: instant,
    latest: instant,
    at: instant,
  } as const;
  return address === undefined
    ? fact
    : ({ ...fact, evidence: { address, error: 'connect_refused' } } satisfies EdgeFact);
}

interface World {
  readonly edges: readonly Fact[];
  readonly active?: When;
  readonly known?: readonly string[];
  readonly autoAccept?: readonly ProposedReason[];
}

/** Proposes on s1, with a site and a mailbox, as if its outages were new; gives what was recorded beyond the edges. */
async function proposedOn({
  edges,
  active = '2026-01-01',
  known = ['customer', 'dns-propagation'],
  autoAccept = [],
}: World) {
  const files = {
    'kepil.yaml': MAIN.replace('../data', 'data'),
    'contracts/basic.yaml': CONTRACT.replace('exclusions: []', reasons(...known)),
  };
  return inFolder(files, async (path) => {
    const clock = new ManualClock(NOW);
    const books = await openBooks(await requireConfiguration(path, {}), clock);
    try {
      const facts = [
        ...service('s1', { web: ['s1/web'], mail: ['s1/mail'] }),
        ...['s1/web', 's1/mail'].flatMap((id) => check(id)),
        lifecycle(active, 'active'),
        fee(active, '12000.00'),
      ] as Fact[];
      const seen = [edge('up', '2026-03-01'), edge('up', '2026-03-01', undefined, 's1/mail'), ...edges];
      const covered: Fact = { type: 'coverage', vantage: 'local', intervalMs: 60_000, through: NOW, at: NOW };
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
        const question = { ledger: books.feed.ledger, contract: books.contracts.default, service: 's1', asOf: NOW };
        const outages = outagesWithin(question, { start: at('2026-03-01'), end: NOW });
        proposer.note(
          { service: 's1', outages: outages.map((outage) => ({ ...outage, id: `s1 ${outage.start}` })) },
          undefined,
        );
        await proposer.run();
      };
      await look();
      await look();
      return (await books.journal.read(before, 1_000)).map(({ fact }) => fact);
    } finally {
      await books.journal.close();
    }
  });
}

const OUTAGE = ['2026-03-10 10:00', '2026-03-10 14:00'] as const;
const away = (address?: string): Fact[] => [edge('down', OUTAGE[0], address), edge('up', OUTAGE[1])];

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
    const [proposal] = await proposedOn({ edges: [edge('down', OUTAGE[0], '2a00::1')] });
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
          edge('down', '2026-03-10 13:00', '203.0.113.25', 's1/mail'),
          edge('up', '2026-03-10 15:00', undefined, 's1/mail'),
        ],
      },
    ],
    ['under a contract that has no such reason', { edges: away('198.51.100.7'), known: ['network'] }],
  ])('%s is proposed by nobody', async (_what, world) => {
    expect(await proposedOn(world)).toEqual([]);
  });

  it('that was long over when the mail failed is judged by itself', async () => {
    const edges = [
      ...away('198.51.100.7'),
      edge('down', '2026-03-12', '203.0.113.25', 's1/mail'),
      edge('up', '2026-03-13', undefined, 's1/mail'),
    ];
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

  it('that lasts is excluded by no rule', async () => {
    expect(await proposedOn({ edges: [edge('down', OUTAGE[0], '2a00::1')], autoAccept: ['customer'] })).toHaveLength(1);
  });
});
