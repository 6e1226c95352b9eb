/**
 * The shape of every fact, checked on both sides of the disk: before it is recorded and after it is read. The table is
 * held against the types of src/domain/facts/fact.ts by the compiler, so a field added there must be added here.
 */
import {
  BOUNDARIES,
  type Fact,
  LIFECYCLE_STATUSES,
  LOCALES,
  PROPOSED_REASONS,
  STATES,
  TICKET_EVENTS,
  TICKET_PRIORITIES,
} from '../domain/facts/fact.ts';
import { minorDigits } from '../domain/money/money.ts';
import { DEPTH_MAX } from './canonical-json.ts';
import { describeFound } from './found.ts';

/** What is wrong with a fact, and where. */
export interface ShapeProblem {
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/** Says what was expected when the value is not it. */
type Check = (value: unknown) => string | undefined;
interface Optional {
  readonly optional: Check;
}

type FactOfType<T extends string, F = Fact> = F extends { readonly type: infer U } ? (T extends U ? F : never) : never;
type Shape<F> = {
  readonly [K in Exclude<keyof F, 'type'>]-?: Record<never, never> extends Pick<F, K> ? Optional : Check;
};
type Shapes = { readonly [T in Fact['type']]: Shape<FactOfType<T>> };

const check =
  (holds: (value: unknown) => boolean, expected: string): Check =>
  (value) =>
    holds(value) ? undefined : expected;
const oneOf = (words: readonly string[]): Check =>
  check((value) => words.includes(value as string), `one of ${words.join(', ')}`);
const optional = (inner: Check): Optional => ({ optional: inner });

const text = check((value) => typeof value === 'string', 'a text');
const flag = check((value) => typeof value === 'boolean', 'true or false');
const instant = check(Number.isSafeInteger, 'an instant in whole milliseconds');
const length = check(
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  'a length in whole milliseconds',
);
const difference = check(Number.isSafeInteger, 'a difference in whole milliseconds');
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
const count = check(isCount, 'a whole number from 1');
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');
const texts = check(isTexts, 'a list of texts');
const wordOrCount = (...words: readonly string[]): Check =>
  check((value) => words.includes(value as string) || isCount(value), `${words.join(', ')} or a whole number from 1`);
const addressed = check((value) => value === '*' || isTexts(value), 'a list of texts or "*"');
const requirement = wordOrCount('all', 'any');

const money = check(
  (value) =>
    isPlainObject(value) &&
    Object.keys(value).length === 2 &&
    typeof value.minor === 'bigint' &&
    typeof value.currency === 'string' &&
    minorDigits(value.currency) !== undefined,
  'money: minor units as a bigint and an ISO 4217 currency',
);
const components = check(
  (value) =>
    isPlainObject(value) &&
    Object.values(value).every(
      (component) =>
        isPlainObject(component) &&
        Object.keys(component).length === 3 &&
        isTexts(component.checks) &&
        requirement(component.require) === undefined &&
        typeof component.counts === 'boolean',
    ),
  'components by name, each with checks, require and counts alone',
);
const evidence = check(
  (value) => isPlainObject(value) && isJson(value, 1),
  `an object of plain JSON values, nested at most ${DEPTH_MAX - 1} deep`,
);

const month = check((value) => /^\d{4}-(0[1-9]|1[0-2])$/.test(String(value)), 'a month such as 2026-03');
const credit = { service: text, entry: count, by: text, at: instant, request: optional(text) };
const paid = { ...credit, credit: count, amount: money, reference: text };
const mail = { mail: text, customer: text, messageId: text, at: instant };
const daemon = { version: text, configuration: text, at: instant };

const SHAPES: Shapes = {
  customer: { id: text, name: text, email: text, locale: oneOf(LOCALES), at: optional(instant) },
  service: {
    id: text,
    customer: text,
    components,
    contract: optional(text),
    plan: optional(text),
    from: optional(instant),
    at: optional(instant),
  },
  check: {
    id: text,
    vantages: texts,
    intervalMs: length,
    maxGapMs: length,
    failures: count,
    successes: count,
    quorum: wordOrCount('majority'),
    boundary: oneOf(BOUNDARIES),
    from: optional(instant),
    at: optional(instant),
  },
  fee: { service: text, from: instant, monthly: money, at: optional(instant) },
  lifecycle: { service: text, from: instant, status: oneOf(LIFECYCLE_STATUSES), at: optional(instant) },
  edge: {
    check: text,
    vantage: text,
    to: oneOf(STATES),
    earliest: instant,
    latest: instant,
    at: instant,
    evidence: optional(evidence),
  },
  work: {
    id: text,
    revision: count,
    start: instant,
    end: instant,
    services: addressed,
    at: instant,
    subject: optional(text),
    by: optional(text),
  },
  'work-cancelled': { id: text, at: instant, by: optional(text) },
  notice: { work: text, revision: count, customer: text, at: instant, channel: text, evidence: optional(evidence) },
  exclusion: {
    id: text,
    service: text,
    start: instant,
    end: instant,
    reason: text,
    by: text,
    note: optional(text),
    at: instant,
  },
  'exclusion-withdrawn': { id: text, at: instant, by: text },
  claim: {
    id: text,
    service: text,
    date: check((value) => /^\d{4}-\d{2}-\d{2}$/.test(String(value)), 'a day such as 2026-03-10'),
    durationMs: length,
    at: instant,
    by: optional(text),
  },
  ticket: { id: text, service: text, priority: oneOf(TICKET_PRIORITIES), event: oneOf(TICKET_EVENTS), at: instant },
  'exclusion-proposed': {
    id: text,
    service: text,
    start: instant,
    end: optional(instant),
    reason: oneOf(PROPOSED_REASONS),
    evidence,
    at: instant,
  },
  'exclusion-dismissed': { id: text, by: text, at: instant },
  'change-announced': {
    id: text,
    kind: text,
    start: instant,
    services: addressed,
    subject: text,
    by: text,
    at: instant,
  },
  'change-withdrawn': { id: text, by: text, at: instant },
  'change-notified': { change: text, customer: text, at: instant, channel: text, evidence: optional(evidence) },
  coverage: { vantage: text, intervalMs: length, through: instant, at: instant },
  'mail-attempted': mail,
  'mail-accepted': { ...mail, response: text },
  'mail-refused': { ...mail, response: text, permanent: flag },
  'statement-issued': {
    service: text,
    customer: text,
    month,
    revision: count,
    asOf: instant,
    digest: check((value) => /^[0-9a-f]{64}$/.test(String(value)), '64 lower-case hexadecimal digits'),
    at: instant,
  },
  'credit-approved': { ...credit, month, amount: money, claims: texts, reason: optional(text) },
  'credit-rejected': { ...credit, claim: text, reason: text },
  'claim-adjusted': {
    ...credit,
    claim: text,
    durationMs: optional(length),
    amount: optional(money),
    reason: text,
  },
  'credit-posted': paid,
  'credit-settled': paid,
  'credit-reversed': { ...credit, credit: count, amount: money, reason: text },
  'daemon-started': daemon,
  'daemon-stopped': daemon,
  'clock-stepped': { at: instant, expected: instant, byMs: difference, steps: count },
};

interface FieldShape {
  readonly name: string;
  readonly check: Check;
  readonly required: boolean;
}
interface TypeShape {
  readonly names: ReadonlySet<string>;
  readonly fields: readonly FieldShape[];
}

const BY_TYPE: ReadonlyMap<string, TypeShape> = new Map(
  Object.entries(SHAPES).map(([type, shape]) => [
    type,
    {
      names: new Set(['type', ...Object.keys(shape)]),
      fields: Object.entries<Check | Optional>(shape).map(([name, rule]) =>
        typeof rule === 'function'
          ? { name, check: rule, required: true }
          : { name, check: rule.optional, required: false },
      ),
    },
  ]),
);

/** What keeps a value from being a fact, or undefined when it is one. Members that are undefined count as absent. */
export function factProblem(value: unknown): ShapeProblem | undefined {
  if (!isPlainObject(value)) return { field: 'fact', found: describeFound(value), expected: 'an object' };
  const shape = BY_TYPE.get(value.type as string);
  if (!shape) return { field: 'type', found: describeFound(value.type), expected: 'a type of fact that Kepil knows' };
  for (const field of shape.fields) {
    const found = value[field.name];
    if (found === undefined && !field.required) continue;
    const expected = field.check(found);
    if (expected !== undefined) return { field: field.name, found: describeFound(found), expected };
  }
  for (const name of Object.keys(value)) {
    if (!shape.names.has(name)) {
      return { field: name, found: 'an unknown field', expected: `one of ${[...shape.names].join(', ')}` };
    }
  }
  return undefined;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth === DEPTH_MAX) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
  return (
    isPlainObject(value) && Object.values(value).every((member) => member === undefined || isJson(member, depth + 1))
  );
}
