/** Arbitrary facts for properties: every type, every optional field present or not, hostile texts included. */
import fc from 'fast-check';
import type { Fact, ObservationFact, ReplayFact } from '../../src/domain/facts/fact.ts';
import {
  BOUNDARIES,
  LIFECYCLE_STATUSES,
  LOCALES,
  OUTCOMES,
  STATES,
  TICKET_EVENTS,
  TICKET_PRIORITIES,
} from '../../src/domain/facts/fact.ts';

/** 1970-01-01 to 9999-12-31 less a day, so that every offset still gives a year of four digits. */
export const instant = fc.integer({ min: 86_400_000, max: 253_402_214_400_000 });
const id = fc.oneof(
  fc.constantFrom('s1', 's1/web', 'w1', '__proto__', 'constructor', 'кепіл', '\u202e\ud800"\n'),
  fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
);
const text = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' });
const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 4 });
const count = fc.integer({ min: 1, max: 9 });
const positiveMs = fc.integer({ min: 1, max: 40 * 86_400_000 });
/** -0 has no JSON of its own: it is read back as 0. */
const plain = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const evidence = fc.dictionary(fc.string({ maxLength: 8, unit: 'binary' }), plain, {
  maxKeys: 4,
  noNullPrototype: true,
});
const span = fc
  .tuple(instant, positiveMs)
  .filter(([start, ms]) => start + ms < 253_402_214_400_000)
  .map(([start, ms]) => ({ start, end: start + ms }));
const money = fc.record({
  minor: fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }),
  currency: fc.constantFrom('KZT', 'JPY', 'KWD', 'EUR'),
});

const customer = fc.record(
  {
    type: fc.constant('customer' as const),
    id,
    name: text,
    email: fc.constantFrom('ops@example.kz', 'кепіл@мысал.қаз'),
    locale: fc.constantFrom(...LOCALES),
    at: instant,
  },
  { requiredKeys: ['type', 'id', 'name', 'email', 'locale'] },
);
const service = fc.record(
  {
    type: fc.constant('service' as const),
    id,
    customer: id,
    components: fc
      .uniqueArray(
        fc.tuple(
          id,
          ids.chain((checks) =>
            fc.record({
              checks: fc.constant(checks),
              require: fc.oneof(
                fc.constantFrom('all' as const, 'any' as const),
                fc.integer({ min: 1, max: checks.length }),
              ),
              counts: fc.boolean(),
            }),
          ),
        ),
        { minLength: 1, maxLength: 3, selector: ([name]) => name },
      )
      .map((entries) => Object.fromEntries(entries)),
    contract: id,
    from: instant,
    at: instant,
  },
  { requiredKeys: ['type', 'id', 'customer', 'components'] },
);
const check = ids.chain((vantages) =>
  fc.record(
    {
      type: fc.constant('check' as const),
      id,
      vantages: fc.constant(vantages),
      intervalMs: positiveMs,
      maxGapMs: positiveMs,
      failures: count,
      successes: count,
      quorum: fc.oneof(fc.constant('majority' as const), fc.integer({ min: 1, max: vantages.length })),
      boundary: fc.constantFrom(...BOUNDARIES),
      from: instant,
      at: instant,
    },
    {
      requiredKeys: ['type', 'id', 'vantages', 'intervalMs', 'maxGapMs', 'failures', 'successes', 'quorum', 'boundary'],
    },
  ),
);
const fee = fc.record(
  { type: fc.constant('fee' as const), service: id, from: instant, monthly: money, at: instant },
  { requiredKeys: ['type', 'service', 'from', 'monthly'] },
);
const lifecycle = fc.record(
  {
    type: fc.constant('lifecycle' as const),
    service: id,
    from: instant,
    status: fc.constantFrom(...LIFECYCLE_STATUSES),
    at: instant,
  },
  { requiredKeys: ['type', 'service', 'from', 'status'] },
);
const observation: fc.Arbitrary<ObservationFact> = fc.record(
  {
    type: fc.constant('observation' as const),
    check: id,
    vantage: id,
    at: instant,
    outcome: fc.constantFrom(...OUTCOMES),
    error: fc.string({ unit: 'binary' }),
  },
  { requiredKeys: ['type', 'check', 'vantage', 'at', 'outcome'] },
);
const edge = fc
  .record(
    { to: fc.constantFrom(...STATES), check: id, vantage: id, at: instant, bounds: span, evidence },
    { requiredKeys: ['to', 'check', 'vantage', 'at', 'bounds'] },
  )
  .map(({ bounds, ...rest }) => ({
    type: 'edge' as const,
    ...rest,
    earliest: bounds.start,
    latest: rest.to === 'unknown' ? bounds.start : bounds.end,
  }));
const work = fc
  .record({ id, revision: count, bounds: span, services: fc.oneof(fc.constant('*' as const), ids), at: instant })
  .map(({ bounds, ...rest }) => ({ type: 'work' as const, ...rest, ...bounds }));
const workCancelled = fc.record({ type: fc.constant('work-cancelled' as const), id, at: instant });
const notice = fc.record(
  {
    type: fc.constant('notice' as const),
    work: id,
    revision: count,
    customer: id,
    at: instant,
    channel: text,
    evidence,
  },
  { requiredKeys: ['type', 'work', 'revision', 'customer', 'at', 'channel'] },
);
const exclusion = fc
  .record(
    {
      id,
      service: id,
      bounds: span,
      reason: fc.constantFrom('force-majeure', 'customer', 'network'),
      by: text,
      note: fc.string({ unit: 'binary' }),
      at: instant,
    },
    { requiredKeys: ['id', 'service', 'bounds', 'reason', 'by', 'at'] },
  )
  .map(({ bounds, ...rest }) => ({ type: 'exclusion' as const, ...rest, ...bounds }));
const exclusionWithdrawn = fc.record({ type: fc.constant('exclusion-withdrawn' as const), id, at: instant, by: text });
const claim = fc.record({
  type: fc.constant('claim' as const),
  id,
  service: id,
  date: fc.constantFrom('2026-03-10', '2024-02-29'),
  durationMs: positiveMs,
  at: instant,
});
const ticket = fc.record({
  type: fc.constant('ticket' as const),
  id,
  service: id,
  priority: fc.constantFrom(...TICKET_PRIORITIES),
  event: fc.constantFrom(...TICKET_EVENTS),
  at: instant,
});

const shared = [
  customer,
  service,
  check,
  fee,
  lifecycle,
  edge,
  work,
  workCancelled,
  notice,
  exclusion,
  exclusionWithdrawn,
  claim,
  ticket,
] as const;

/** Every object with the ordinary prototype, as a reader makes them. */
const ordinary = <T>(value: T): T => structuredClone(value);

/** Facts as a replay file holds them, each well-formed by itself; what they refer to need not exist. */
export const replayFact: fc.Arbitrary<ReplayFact> = fc.oneof(...shared, observation).map(ordinary);

const mail = { mail: text, customer: id, messageId: text, at: instant };
const daemon = { version: text, configuration: text, at: instant };

const creditEntry = { service: id, entry: count, by: text, at: instant };
const amount = fc.record({ minor: fc.bigInt(), currency: fc.constantFrom('KZT', 'USD') });
const credits = [
  fc.record(
    {
      type: fc.constant('credit-approved' as const),
      ...creditEntry,
      month: fc.constant('2026-03'),
      amount,
      claims: fc.array(id),
      request: text,
      reason: text,
    },
    { requiredKeys: ['type', 'service', 'entry', 'by', 'at', 'month', 'amount', 'claims'] },
  ),
  fc.record({ type: fc.constant('credit-rejected' as const), ...creditEntry, claim: id, reason: text }),
  fc.record(
    {
      type: fc.constant('claim-adjusted' as const),
      ...creditEntry,
      claim: id,
      durationMs: positiveMs,
      amount,
      reason: text,
    },
    { requiredKeys: ['type', 'service', 'entry', 'by', 'at', 'claim', 'reason'] },
  ),
  fc.record({
    type: fc.constantFrom('credit-posted' as const, 'credit-settled' as const),
    ...creditEntry,
    credit: count,
    amount,
    reference: text,
  }),
  fc.record({ type: fc.constant('credit-reversed' as const), ...creditEntry, credit: count, amount, reason: text }),
];

/** Facts as a journal holds them. */
export const journalFact: fc.Arbitrary<Fact> = fc
  .oneof(
    ...shared,
    fc.record({
      type: fc.constant('coverage' as const),
      vantage: id,
      intervalMs: positiveMs,
      through: instant,
      at: instant,
    }),
    fc.record({
      type: fc.constant('change-announced' as const),
      id,
      kind: text,
      start: instant,
      services: fc.oneof(fc.constant('*' as const), ids),
      subject: text,
      by: text,
      at: instant,
    }),
    fc.record({ type: fc.constant('change-withdrawn' as const), id, by: text, at: instant }),
    fc.record(
      { type: fc.constant('change-notified' as const), change: id, customer: id, at: instant, channel: text, evidence },
      { requiredKeys: ['type', 'change', 'customer', 'at', 'channel'] },
    ),
    fc.record({ type: fc.constant('mail-attempted' as const), ...mail }),
    fc.record({ type: fc.constant('mail-accepted' as const), ...mail, response: text }),
    fc.record({ type: fc.constant('mail-refused' as const), ...mail, response: text, permanent: fc.boolean() }),
    fc.record({
      type: fc.constant('statement-issued' as const),
      service: id,
      customer: id,
      month: fc.constant('2026-03'),
      revision: count,
      asOf: instant,
      digest: fc.constant('0f'.repeat(32)),
      at: instant,
    }),
    ...credits,
    fc.record({ type: fc.constantFrom('daemon-started' as const, 'daemon-stopped' as const), ...daemon }),
    fc.record({
      type: fc.constant('clock-stepped' as const),
      at: instant,
      expected: instant,
      byMs: fc.integer({ min: -1e10, max: 1e10 }),
      steps: count,
    }),
  )
  .map(ordinary);
