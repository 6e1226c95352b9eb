/**
 * Random small worlds for property tests: two and a half days of one service (and a bystander) around a date where the
 * calendar is awkward, with everything in them that REPLAY.md knows.
 */
import fc from 'fast-check';
import type { Contract } from '../../src/domain/contract/terms.ts';
import type { CheckFact, ComponentDefinition, ReplayFact } from '../../src/domain/facts/fact.ts';
import { AGREEMENT, amended, crediting, daily, NORTHERN, ratio, reissued } from './contracts.ts';
import { check, clockOf, service } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEP = 41 * MINUTE;

export interface RandomWorld {
  readonly facts: readonly ReplayFact[];
  readonly contract: Contract;
  readonly month: string;
  readonly asOf: number;
}

/** A date that the world begins on, a month asked about, and its end. */
interface Scene {
  readonly day: string;
  readonly month: string;
  readonly monthEnd: string;
}

const SCENES: readonly Scene[] = [
  { day: '2026-03-10', month: '2026-03', monthEnd: '2026-04-01' },
  { day: '2026-03-10', month: '2026-03', monthEnd: '2026-04-01' },
  { day: '2026-05-13', month: '2026-05', monthEnd: '2026-06-01' },
  { day: '2026-03-31', month: '2026-03', monthEnd: '2026-04-01' },
  { day: '2026-03-31', month: '2026-04', monthEnd: '2026-05-01' },
  { day: '2026-12-31', month: '2026-12', monthEnd: '2027-01-01' },
  { day: '2026-12-31', month: '2027-01', monthEnd: '2027-02-01' },
  { day: '2028-02-28', month: '2028-02', monthEnd: '2028-03-01' },
  { day: '2028-02-28', month: '2028-03', monthEnd: '2028-04-01' },
];

/** A contract, with the instant `base` for what changes during the world. */
function contractOf(kind: number, base: number): Contract {
  const later = base + 25 * HOUR + 7;
  switch (kind) {
    case 0:
      return AGREEMENT;
    case 1:
      return NORTHERN;
    case 2:
      return crediting(AGREEMENT, {
        scheme: { kind: 'hourly', perHour: ratio(1, 100), hours: 'full' },
        cap: ratio(1, 200),
      });
    case 3:
      return crediting(AGREEMENT, { scheme: { kind: 'hourly', perHour: ratio(7, 300), hours: 'started' } });
    case 4:
      return reissued(AGREEMENT, later, {
        target: ratio(9999, 10_000),
        plannedWork: { quietHours: [daily('22:00', '03:00')], leadMs: 24 * HOUR, clause: '7.1' },
        credit: {
          scheme: { kind: 'hourly', perHour: ratio(1, 30), hours: 'exact' },
          cap: ratio(1, 40),
          mode: 'automatic',
          clause: '8.3',
        },
      });
    case 5:
      return amended(AGREEMENT, { tally: 'service', target: ratio(999_999, 1_000_000) });
    case 6:
      return amended(AGREEMENT, { tally: 'rolling' });
    default:
      return reissued(
        crediting(AGREEMENT, { scheme: { kind: 'hourly', perHour: ratio(1, 100), hours: 'full' } }),
        later,
        { target: ratio(9, 10) },
      );
  }
}

/** An instant of the world: at any millisecond, or on a full hour. */
const moment = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((hour) => hour * HOUR),
  fc.integer({ min: 0, max: 40 * HOUR }),
);
const span = fc
  .tuple(moment, fc.constantFrom(1, 3, 7, 12, 20, 30))
  .map(([start, hours]) => ({ start, end: start + hours * HOUR }));

/** A window around the first or the second night's quiet hours. */
const nightly = fc
  .tuple(fc.constantFrom(-2, 1, 3, 22, 24, 26), fc.constantFrom(2, 4, 9))
  .map(([start, hours]) => ({ start: start * HOUR, end: (start + hours) * HOUR }));

function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** A probe history in runs, `UUUDDD?UU`, and how late in milliseconds its probes are sent. */
const history = fc.record({
  runs: fc.array(fc.tuple(fc.constantFrom('U', 'U', 'D', 'D', 'D', 'V', '?'), fc.integer({ min: 1, max: 9 })), {
    minLength: 4,
    maxLength: 12,
  }),
  phase: fc.integer({ min: 0, max: 12 * HOUR }),
});

const vantages = fc.array(history, { minLength: 1, maxLength: 3 });

const checkDraw = fc.record({
  histories: vantages,
  failures: fc.integer({ min: 1, max: 3 }),
  successes: fc.integer({ min: 1, max: 3 }),
  quorum: fc.constantFrom<CheckFact['quorum']>('majority', 1, 2, 3),
  boundary: fc.constantFrom<CheckFact['boundary']>('midpoint', 'observed', 'minimal', 'maximal'),
});

const workDraw = fc.record({
  revisions: fc.array(
    fc.record({
      span: fc.oneof(span, nightly),
      services: fc.constantFrom<readonly string[] | '*'>('*', '*', ['s1'], ['s1', 's2'], ['s2']),
      recorded: fc.constantFrom(-30 * DAY, -30 * DAY, 0, 20 * HOUR),
      notice: fc.option(
        fc.record({
          lead: fc.constantFrom(48 * HOUR, 48 * HOUR - 1, 24 * HOUR, 5 * DAY, 5 * DAY - 1, 6 * DAY, 6 * DAY),
          customer: fc.constantFrom('c1', 'c1', 'c1', 'c2'),
        }),
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  cancelled: seldom(moment),
});

const draw = fc.record({
  scene: fc.constantFrom(...SCENES),
  contract: fc.integer({ min: 0, max: 7 }),
  checks: fc.array(checkDraw, { minLength: 1, maxLength: 3 }),
  require: fc.constantFrom<ComponentDefinition['require']>('all', 'any', 1, 2),
  /** How many of the checks are in the first component; the rest are in the second. */
  first: fc.integer({ min: 1, max: 3 }),
  secondCounts: fc.boolean(),
  works: fc.array(workDraw, { maxLength: 2, size: 'max' }),
  exclusions: fc.array(
    fc.record({
      span,
      reason: fc.constantFrom('network', 'customer'),
      recorded: fc.constantFrom(0, 10 * HOUR, 50 * HOUR),
      withdrawn: seldom(moment),
    }),
    { maxLength: 3, size: 'max' },
  ),
  lifecycle: fc.array(
    fc.record({ from: moment, status: fc.constantFrom('active', 'active', 'suspended', 'blocked', 'ended') }),
    { maxLength: 2 },
  ),
  begun: fc.constantFrom(-400 * DAY, -400 * DAY, -70 * DAY + 5, 3 * HOUR + 1),
  fees: fc.array(fc.record({ from: moment, minor: fc.bigInt({ min: 0n, max: 2_000_001n }) }), { maxLength: 2 }),
  claims: fc.array(fc.record({ day: fc.integer({ min: 0, max: 2 }), made: moment }), { maxLength: 2 }),
  asOf: fc.oneof(fc.constant('end'), fc.constant('end'), fc.constant('later'), moment),
});

function dayText(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** A world around an awkward date, and what is asked of it. */
export const randomWorld: fc.Arbitrary<RandomWorld> = draw.map((drawn) => {
  const { scene } = drawn;
  const offsetMinutes = drawn.contract === 1 ? NORTHERN.offsetMinutes : AGREEMENT.offsetMinutes;
  const base = clockOf(offsetMinutes)(scene.day);
  const contract = contractOf(drawn.contract, base);

  const ids = drawn.checks.map((_, i) => `k${i}`);
  const [inFirst, inSecond] = [ids.slice(0, drawn.first), ids.slice(drawn.first)];
  const component = (checks: readonly string[], counts: boolean): ComponentDefinition => ({
    checks,
    counts,
    require: typeof drawn.require === 'number' ? Math.min(drawn.require, checks.length) : drawn.require,
  });
  const components: Record<string, ComponentDefinition> = { web: component(inFirst, true) };
  if (inSecond.length > 0) components.mail = component(inSecond, drawn.secondCounts);

  const facts: ReplayFact[] = [
    ...service('s1', components),
    ...service('s2', components, 'c2'),
    { type: 'lifecycle', service: 's1', from: base + drawn.begun, status: 'active' },
    {
      type: 'fee',
      service: 's1',
      from: base + drawn.begun,
      monthly: { minor: 1_200_000n, currency: contract.currency },
    },
  ];
  for (const [i, { histories, ...policy }] of drawn.checks.entries()) {
    const names = histories.map((_, v) => `v${v}`);
    facts.push(check(`k${i}`, { ...policy, vantages: names, intervalMs: STEP }));
    for (const [v, { runs, phase }] of histories.entries()) {
      const letters = runs.map(([letter, count]) => letter.repeat(count)).join('');
      for (const [n, letter] of [...letters].entries()) {
        if (letter === '?') continue;
        facts.push({
          type: 'observation',
          check: `k${i}`,
          vantage: `v${v}`,
          // Three steps are the longest gap, so probes sent a millisecond early or late fall on both sides of it.
          at: base + phase + n * STEP + ((n * 7 + v) % 3),
          outcome: letter === 'U' ? 'ok' : letter === 'D' ? 'fail' : 'void',
        });
      }
    }
  }
  for (const [i, { revisions, cancelled }] of drawn.works.entries()) {
    const id = `w${i}`;
    for (const [r, revision] of revisions.entries()) {
      const [start, end] = [base + revision.span.start, base + revision.span.end];
      const { services, recorded } = revision;
      facts.push({ type: 'work', id, revision: r + 1, start, end, services, at: base + recorded });
      if (!revision.notice) continue;
      const { lead, customer } = revision.notice;
      facts.push({ type: 'notice', work: id, revision: r + 1, customer, at: start - lead, channel: 'mail' });
    }
    if (cancelled !== null) facts.push({ type: 'work-cancelled', id, at: base + cancelled });
  }
  for (const [i, { span: part, reason, recorded, withdrawn }] of drawn.exclusions.entries()) {
    const [start, end] = [base + part.start, base + part.end];
    facts.push({
      type: 'exclusion',
      id: `x${i}`,
      service: i === 2 ? 's2' : 's1',
      start,
      end,
      reason,
      by: 'a',
      at: base + recorded,
    });
    if (withdrawn !== null) facts.push({ type: 'exclusion-withdrawn', id: `x${i}`, at: base + withdrawn, by: 'b' });
  }
  for (const { from, status } of drawn.lifecycle) {
    facts.push({ type: 'lifecycle', service: 's1', from: base + from, status: status as 'active' });
  }
  for (const { from, minor } of drawn.fees) {
    facts.push({ type: 'fee', service: 's1', from: base + from, monthly: { minor, currency: contract.currency } });
  }
  for (const [i, { day, made }] of drawn.claims.entries()) {
    const date = dayText(Date.parse(`${scene.day}T00:00:00Z`) + day * DAY);
    facts.push({ type: 'claim', id: `q${i}`, service: 's1', date, durationMs: HOUR, at: base + made });
  }
  const asOf =
    drawn.asOf === 'end'
      ? clockOf(offsetMinutes)(scene.monthEnd)
      : drawn.asOf === 'later'
        ? base + 90 * DAY
        : base + Number(drawn.asOf);
  return { facts, contract, month: scene.month, asOf };
});

const edgeDraw = fc.record({
  wait: fc.integer({ min: 0, max: 6 * HOUR }),
  width: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * HOUR })),
  to: fc.constantFrom('up', 'down', 'down', 'unknown'),
  delay: fc.constantFrom(0, 1, 5 * HOUR),
});

/**
 * Worlds whose vantage points recorded edges in place of observations, as an export has them. Bounds may reach into those
 * of the edges after them.
 */
export const randomWorldOfEdges: fc.Arbitrary<RandomWorld> = fc
  .tuple(randomWorld, fc.array(fc.array(edgeDraw, { minLength: 1, maxLength: 8 }), { minLength: 9, maxLength: 9 }))
  .map(([world, histories]) => {
    const seen = world.facts.filter((fact) => fact.type === 'observation');
    const first = Math.min(...seen.map((fact) => fact.at));
    const facts: ReplayFact[] = world.facts.filter((fact) => fact.type !== 'observation');
    const names = [...new Set(seen.map((fact) => `${fact.check} ${fact.vantage}`))];
    for (const [i, name] of names.entries()) {
      const [check = '', vantage = ''] = name.split(' ');
      let earliest = first;
      let from = 'unknown';
      for (const { wait, width, to, delay } of histories[i] ?? []) {
        if (to === from) continue;
        earliest += wait;
        const exact = to === 'unknown' || (to === 'up' && from === 'unknown');
        const latest = earliest + (exact ? 0 : width);
        facts.push({ type: 'edge', check, vantage, to: to as 'up', earliest, latest, at: latest + delay });
        from = to;
      }
    }
    return { ...world, facts };
  });
