/** Outages, and what their evidence gives: a reason by one rule, or nothing where anything speaks against it. */
import { describe, expect, it } from 'vitest';
import { isRefuted, judgeOutage, type Sources } from '../../src/desk/exclusion-evidence.ts';
import type { EdgeFact, Evidence, Fact } from '../../src/domain/facts/fact.ts';
import { Ledger } from '../../src/domain/facts/ledger.ts';
import { at, check, lifecycle, service } from '../support/world.ts';

const OURS = '203.0.113.80';
const ELSEWHERE = '198.51.100.7';
const START = at('2026-03-10 10:00');
const END = at('2026-03-10 10:20');
const minute = (n: number) => START + n * 60_000;

interface Down {
  readonly of?: string;
  readonly from?: number;
  /** Null: the check is down still. */
  readonly to?: number | null;
  /** On the edge into down. */
  readonly first: Evidence;
  /** Differs from what the first failure alone would give; null: there is no sum. */
  readonly all?: Evidence | null;
  readonly until?: 'up' | 'unknown';
}

function edges({ of = 's1/web', from = START, to = END, first, all = {}, until = 'up' }: Down): readonly EdgeFact[] {
  const edge = (state: EdgeFact['to'], instant: number, evidence?: Evidence): EdgeFact => ({
    type: 'edge',
    check: of,
    vantage: 'local',
    to: state,
    earliest: instant,
    latest: instant,
    at: instant,
    ...(evidence === undefined ? {} : { evidence }),
  });
  const sum = {
    since: from,
    probes: 20,
    errors: [first.error],
    addresses: first.address === undefined ? [] : [first.address],
    addressed: first.address === undefined ? 0 : 20,
    ...(first.blockPage === undefined ? {} : { blocked: 20 }),
    ...all,
  };
  const down = edge('down', from, { sentAt: from, ...first });
  return to === null ? [down] : [down, edge(until, to, all === null ? undefined : { failed: sum })];
}

/** Answers each minute from the first on. */
const answers = (from: number, to: number, every = 1) =>
  Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => minute(from + i * every));
const heard = (web: readonly number[], mail?: readonly number[]): Sources => ({
  witnessed: {
    witness: '10.0.0.5:9115',
    answers: new Map([['s1/web', web], ...(mail === undefined ? [] : [['s1/mail', mail] as const])]),
  },
});
const knowsAddresses: Sources = { isProviders: (address) => address === OURS };

interface Case {
  readonly downs: readonly Down[];
  readonly sources?: Sources;
  readonly lasts?: boolean;
  readonly active?: string;
  /** Minutes after the beginning at which it is judged, of one that lasts. */
  readonly now?: number;
}

function worldOf({ downs, active = '2026-01-01' }: Pick<Case, 'downs' | 'active'>): Ledger {
  const ledger = new Ledger('covered');
  const facts = [
    ...service('s1', {
      web: ['s1/web'],
      mail: ['s1/mail'],
      watched: { checks: ['s1/tcp'], require: 'all', counts: false },
    }),
    ...['s1/web', 's1/mail', 's1/tcp'].map((id) => check(id)),
    lifecycle(active, 'active'),
  ] as Fact[];
  for (const fact of [...facts, ...downs.flatMap(edges)]) ledger.add(fact, START - 1);
  return ledger;
}

function judged({ sources = {}, lasts = false, now = 20, ...world }: Case) {
  const ledger = worldOf(world);
  const outage = { service: 's1', start: START, ...(lasts ? {} : { end: END }) };
  const finding = judgeOutage({ ledger }, outage, sources, lasts ? minute(now) : END + 60_000);
  return finding && `${finding.reason} ${finding.evidence.rule}`;
}

const refused = (address?: string): Evidence => ({ error: 'connect_refused', ...(address ? { address } : {}) });
const page = (address = OURS): Evidence => ({ error: 'http_status', address, blockPage: 1 });
const lost = (error = 'connect_timeout', address = OURS): Evidence => ({ error, address });
const elsewhere = { sources: knowsAddresses };

describe('an address that is not the provider’s', () => {
  it.each<[string, Case, string | undefined]>([
    ['gives the customer', { ...elsewhere, downs: [{ first: refused(ELSEWHERE) }] }, 'customer address-elsewhere'],
    [
      'or the names, within three days',
      { ...elsewhere, active: '2026-03-08', downs: [{ first: refused(ELSEWHERE) }] },
      'dns-propagation address-elsewhere',
    ],
    [
      'while it lasts, by its beginning',
      { ...elsewhere, lasts: true, downs: [{ first: refused(ELSEWHERE), to: null }] },
      'customer address-elsewhere',
    ],
    [
      'for all checks that are down',
      { ...elsewhere, downs: [{ first: refused(ELSEWHERE) }, { of: 's1/mail', first: refused('198.51.100.8') }] },
      'customer address-elsewhere',
    ],
    [
      'whatever a check shows that only is watched',
      { ...elsewhere, downs: [{ first: refused(ELSEWHERE) }, { of: 's1/tcp', first: refused(OURS) }] },
      'customer address-elsewhere',
    ],
    ['not where the addresses are not known', { downs: [{ first: refused(ELSEWHERE) }] }, undefined],
    ['not at the provider’s', { ...elsewhere, downs: [{ first: refused(OURS) }] }, undefined],
    ['not where the name led nowhere', { ...elsewhere, downs: [{ first: refused() }] }, undefined],
    [
      'not where a later probe was sent to the provider',
      { ...elsewhere, downs: [{ first: refused(ELSEWHERE), all: { addresses: [ELSEWHERE, OURS] } }] },
      undefined,
    ],
    [
      'not where for a later one the name led nowhere',
      { ...elsewhere, downs: [{ first: refused(ELSEWHERE), all: { addressed: 19 } }] },
      undefined,
    ],
    [
      'not where it is not known what all probes showed',
      { ...elsewhere, downs: [{ first: refused(ELSEWHERE), all: null }] },
      undefined,
    ],
    [
      '… for Kepil was started in the middle of it',
      { ...elsewhere, downs: [{ first: refused(ELSEWHERE), all: { since: minute(5) } }] },
      undefined,
    ],
    [
      '… for there were more addresses than are kept',
      { ...elsewhere, downs: [{ first: refused(ELSEWHERE), all: { cut: true } }] },
      undefined,
    ],
    ['… for it became unknown', { ...elsewhere, downs: [{ first: refused(ELSEWHERE), until: 'unknown' }] }, undefined],
    [
      '… for a sum that is no sum',
      { ...elsewhere, downs: [{ first: refused(ELSEWHERE), all: { errors: 'x' } }] },
      undefined,
    ],
    [
      'not where another check was at the provider’s',
      { ...elsewhere, downs: [{ first: refused(ELSEWHERE) }, { of: 's1/mail', first: refused(OURS) }] },
      undefined,
    ],
    ['not where the outage has no check that was down', { ...elsewhere, downs: [] }, undefined],
  ])('%s', (_what, world, expected) => expect(judged(world)).toBe(expected));
});

describe('the page of a blocked service', () => {
  it.each<[string, Case, string | undefined]>([
    ['gives the customer', { downs: [{ first: page() }] }, 'customer block-page'],
    ['while it lasts, by its beginning', { lasts: true, downs: [{ first: page(), to: null }] }, 'customer block-page'],
    ['at the provider’s address', { ...elsewhere, downs: [{ first: page() }] }, 'customer block-page'],
    [
      'with whatever words its probes failed',
      { downs: [{ first: page(), all: { errors: ['http_status', 'http_redirect'] } }] },
      'customer block-page',
    ],
    ['not shown to the first probe', { downs: [{ first: lost('http_status'), all: { blocked: 19 } }] }, undefined],
    [
      'not shown to a later one: the server died meanwhile',
      { downs: [{ first: page(), all: { blocked: 19 } }] },
      undefined,
    ],
    [
      'not where mail is down besides',
      { downs: [{ first: page() }, { of: 's1/mail', first: refused(OURS) }] },
      undefined,
    ],
    [
      'not where it is shown elsewhere beside one at the provider’s',
      { ...elsewhere, downs: [{ first: page(), all: { addresses: [OURS, ELSEWHERE] } }] },
      undefined,
    ],
    [
      'shown elsewhere is somebody else’s: the address goes first',
      { ...elsewhere, downs: [{ first: page(ELSEWHERE) }] },
      'customer address-elsewhere',
    ],
    [
      'goes before the path',
      { downs: [{ first: { ...lost(), blockPage: 1 } }], sources: heard(answers(1, 19)) },
      'customer block-page',
    ],
  ])('%s', (_what, world, expected) => expect(judged(world)).toBe(expected));
});

describe('a path that is broken', () => {
  const path = (down: Partial<Down> = {}, sources = heard(answers(1, 19))): Case => ({
    downs: [{ first: lost(), ...down }],
    sources,
  });
  it.each<[string, Case, string | undefined]>([
    ['gives the network', path(), 'network path-broken'],
    ['at the provider’s address', path({}, { ...heard(answers(1, 19)), ...knowsAddresses }), 'network path-broken'],
    ...['connect_unreachable', 'tls_timeout', 'reply_timeout', 'icmp_timeout', 'icmp_unreachable'].map(
      (word): [string, Case, string] => [`with ${word}`, path({ first: lost(word) }), 'network path-broken'],
    ),
    ...[
      'connect_refused',
      'connect_reset',
      'connection_closed',
      'tls_handshake',
      'tls_expired',
      'http_status',
      'dns_timeout',
      'smtp_code',
    ].map((word): [string, Case, undefined] => [`not with ${word}`, path({ first: lost(word) }), undefined]),
    [
      'not where one probe among them was refused',
      path({ all: { errors: ['connect_timeout', 'connect_refused'] } }),
      undefined,
    ],
    ['not where it is not known what all probes showed', path({ all: null }), undefined],
    ['not where the name led to two addresses', path({ all: { addresses: [OURS, '203.0.113.81'] } }), undefined],
    ['not where a lookup failed', path({ all: { addressed: 19 } }), undefined],
    [
      'not at another’s address',
      path({ first: lost('connect_timeout', '203.0.113.99') }, { ...heard(answers(1, 19)), ...knowsAddresses }),
      'customer address-elsewhere',
    ],
    ['not without a witness', path({}, {}), undefined],
    ['not where it said nothing of the check', path({}, heard([])), undefined],
    ['not with one answer', path({ to: minute(3) }, heard([minute(1)])), undefined],
    ['with two', path({ to: minute(3) }, heard([minute(1), minute(2)])), 'network path-broken'],
    [
      'not with two of which one was after the last failure',
      path({ to: minute(3) }, heard([minute(1), minute(4)])),
      undefined,
    ],
    ['nor before the first', path({ from: minute(2), to: minute(5) }, heard([minute(1), minute(3)])), undefined],
    ['not where the first answer is late', path({}, heard(answers(6, 19))), undefined],
    ['where it is five minutes late', path({}, heard(answers(5, 19))), 'network path-broken'],
    ['not where the witness was silent for long', path({}, heard([...answers(1, 7), ...answers(13, 19)])), undefined],
    ['not where it was silent at the end', path({}, heard(answers(1, 14))), undefined],
    [
      'where both checks that were down were up inside',
      { downs: [{ first: lost() }, { of: 's1/mail', first: lost() }], sources: heard(answers(1, 19), answers(2, 18)) },
      'network path-broken',
    ],
    [
      'not where one of them was not asked about',
      { downs: [{ first: lost() }, { of: 's1/mail', first: lost() }], sources: heard(answers(1, 19)) },
      undefined,
    ],
    [
      'not where one of them was refused',
      {
        downs: [{ first: lost() }, { of: 's1/mail', first: refused(OURS) }],
        sources: heard(answers(1, 19), answers(1, 19)),
      },
      undefined,
    ],
    [
      'while it lasts, with five answers',
      { ...path({ to: null }, heard(answers(1, 5))), lasts: true, now: 6 },
      'network path-broken',
    ],
    ['not with four', { ...path({ to: null }, heard(answers(1, 4))), lasts: true, now: 6 }, undefined],
    ['not where it is silent now', { ...path({ to: null }, heard(answers(1, 5))), lasts: true, now: 11 }, undefined],
  ])('%s', (_what, world, expected) => expect(judged(world)).toBe(expected));
});

describe('what held at the beginning of an outage', () => {
  const outage = { service: 's1', start: START, end: END };
  const refutedBy = (rule: string, down: Down, sources: Sources = {}) =>
    isRefuted({ ledger: worldOf({ downs: [down] }) }, outage, { rule, sources }, END);

  it.each<[string, boolean, boolean]>([
    [
      'is refuted by a later address',
      refutedBy('address-elsewhere', { first: refused(ELSEWHERE), all: { addresses: [OURS] } }, knowsAddresses),
      true,
    ],
    [
      '… also where not all is known',
      refutedBy(
        'address-elsewhere',
        { first: refused(ELSEWHERE), all: { addresses: [OURS], since: minute(5) } },
        knowsAddresses,
      ),
      true,
    ],
    [
      'is not refuted where nothing more is known',
      refutedBy('address-elsewhere', { first: refused(ELSEWHERE), all: null }, knowsAddresses),
      false,
    ],
    [
      'is refuted by a probe that was shown no page',
      refutedBy('block-page', { first: page(), all: { blocked: 3 } }),
      true,
    ],
    ['is not refuted where all were', refutedBy('block-page', { first: page() }), false],
    [
      'is refuted by a refused connection',
      refutedBy('path-broken', { first: lost(), all: { errors: ['connect_refused'] } }),
      true,
    ],
    [
      'is refuted by the witness',
      refutedBy('path-broken', { first: lost() }, { witnessed: { witness: 'w', answers: new Map(), isRefuted: true } }),
      true,
    ],
    ['is not refuted by its silence', refutedBy('path-broken', { first: lost() }), false],
    ['is not refuted by what is not known here', refutedBy('of a later version', { first: lost() }), false],
  ])('%s', (_what, found, expected) => expect(found).toBe(expected));
});
