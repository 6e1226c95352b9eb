/**
 * A line of a replay file by itself, by REPLAY.md's table. Beyond the table, and all optional: `from` on `service` and
 * `check` (the definition holds from then on), `contract` on `service`, and `at` (when recorded) on the five types that
 * have none there. What must hold between lines is in references.ts.
 */
import {
  BOUNDARIES,
  type ComponentDefinition,
  LIFECYCLE_STATUSES,
  OUTCOMES,
  type ReplayFact,
  STATES,
  TICKET_EVENTS,
  TICKET_PRIORITIES,
} from '../../domain/facts/fact.ts';
import { formatInstant } from '../../domain/time/contract-calendar.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { describeFound } from '../found.ts';
import {
  anyText,
  byName,
  count,
  day,
  defaulted,
  duration,
  email,
  evidence,
  fieldsReader,
  flag,
  id,
  ids,
  instant,
  type Kind,
  locale,
  money,
  optional,
  positiveDuration,
  type Read,
  required,
  text,
  word,
  wordOrCount,
} from './field.ts';
import type { JsonObject } from './json-line.ts';
import type { Complain } from './problem.ts';
import { suggestion } from './suggestion.ts';

/** What the parser must be told because the contract decides it. */
export interface ReplayRules {
  /** The reasons that an exclusion may have: those of every edition of the contract. */
  readonly exclusionReasons: readonly string[];
}

/** Reads the object of one line as a fact, or complains and gives undefined. */
export type LineReader = (line: JsonObject, complain: Complain) => ReplayFact | undefined;

type Type = ReplayFact['type'];
type FactOf<T extends Type> = Extract<ReplayFact, { readonly type: T }>;
type Readers = { readonly [T in Type]: (line: JsonObject, complain: Complain) => FactOf<T> | undefined };

const DEFAULT_VANTAGE = 'local';
const DEFAULT_INTERVAL_MS = 60_000;
const DEFAULT_GAP_INTERVALS = 3;

const recorded = optional(instant);
const span = { start: required(instant), end: required(instant) };

/** Makes the reader of all lines under a contract. */
export function lineReader(rules: ReplayRules): LineReader {
  const readers: Readers = { ...READERS, exclusion: exclusionReader(word(rules.exclusionReasons)) };
  const types = Object.keys(readers);
  const byType = new Map<unknown, LineReader>(Object.entries(readers));
  return (line, complain) => {
    const read = byType.get(line.type);
    if (read) return read(line, complain);
    const near = typeof line.type === 'string' ? suggestion(line.type, types) : '';
    complain('type', describeFound(line.type), `one of ${types.join(', ')}${near}`);
    return undefined;
  };
}

const componentFields = fieldsReader({
  checks: required(ids),
  require: defaulted(wordOrCount('all', 'any'), 'all'),
  counts: defaulted(flag, true),
});

const component: Read<ComponentDefinition> = (value, field, complain) => {
  const read = componentFields(value, field, complain);
  if (!read || !within(`${field}.require`, read.require, read.checks.length, complain)) return undefined;
  return read;
};

/** Whether a k asks for no more checks than there are. (A quorum may ask for more: rule 4 takes what is alive.) */
function within(field: string, k: unknown, most: number, complain: Complain): boolean {
  if (typeof k !== 'number' || k <= most) return true;
  complain(field, String(k), `at most ${most}, the number of checks`);
  return false;
}

/** Whether a span is not empty. */
function endsAfterStart(bounds: { readonly start: Instant; readonly end: Instant }, complain: Complain): boolean {
  if (bounds.start < bounds.end) return true;
  complain('end', shown(bounds.end), `an instant after start, ${shown(bounds.start)}`);
  return false;
}

const shown = (at: Instant): string => formatInstant(at, 0).replace('+00:00', 'Z');

const customerFields = fieldsReader(
  { id: required(id), name: required(text), email: required(email), locale: required(locale), at: recorded },
  'type',
);
const serviceFields = fieldsReader(
  {
    id: required(id),
    customer: required(id),
    components: required(byName(component, 'components')),
    contract: optional(id),
    from: optional(instant),
    at: recorded,
  },
  'type',
);
const checkFields = fieldsReader(
  {
    id: required(id),
    vantages: defaulted(ids, [DEFAULT_VANTAGE]),
    interval: defaulted(positiveDuration, DEFAULT_INTERVAL_MS),
    maxGap: optional(positiveDuration),
    failures: defaulted(count, 3),
    successes: defaulted(count, 2),
    quorum: defaulted(wordOrCount('majority'), 'majority'),
    boundary: defaulted(word(BOUNDARIES), 'midpoint'),
    from: optional(instant),
    at: recorded,
  },
  'type',
);
const feeFields = fieldsReader(
  { service: required(id), from: required(instant), monthly: required(money), at: recorded },
  'type',
);
const lifecycleFields = fieldsReader(
  { service: required(id), from: required(instant), status: required(word(LIFECYCLE_STATUSES)), at: recorded },
  'type',
);
const observationFields = fieldsReader(
  {
    check: required(id),
    vantage: defaulted(id, DEFAULT_VANTAGE),
    at: required(instant),
    outcome: required(word(OUTCOMES)),
    error: optional(anyText),
  },
  'type',
);
const edgeFields = fieldsReader(
  {
    check: required(id),
    vantage: defaulted(id, DEFAULT_VANTAGE),
    to: required(word(STATES)),
    earliest: required(instant),
    latest: required(instant),
    at: required(instant),
    evidence: optional(evidence),
  },
  'type',
);
const everyOrIds: Kind<readonly string[] | '*'> = {
  expected: 'a list of ids, or "*"',
  read: (value, field, complain) => {
    if (value === '*') return value;
    // A revision may take the last service out of a window, and an export of that service alone says so.
    if (Array.isArray(value) && value.length === 0) return [];
    if (Array.isArray(value)) return ids.read(value, field, complain);
    complain(field, describeFound(value), 'a list of ids, or "*"');
    return undefined;
  },
};
const workFields = fieldsReader(
  { id: required(id), revision: required(count), ...span, services: required(everyOrIds), at: required(instant) },
  'type',
);
const cancelledFields = fieldsReader({ id: required(id), at: required(instant) }, 'type');
const noticeFields = fieldsReader(
  {
    work: required(id),
    revision: required(count),
    customer: required(id),
    at: required(instant),
    channel: required(text),
    evidence: optional(evidence),
  },
  'type',
);
const withdrawnFields = fieldsReader({ id: required(id), at: required(instant), by: required(text) }, 'type');
const claimFields = fieldsReader(
  { id: required(id), service: required(id), date: required(day), duration: required(duration), at: required(instant) },
  'type',
);
const ticketFields = fieldsReader(
  {
    id: required(id),
    service: required(id),
    priority: required(word(TICKET_PRIORITIES)),
    event: required(word(TICKET_EVENTS)),
    at: required(instant),
  },
  'type',
);

const READERS: Omit<Readers, 'exclusion'> = {
  customer: (line, complain) => typed('customer', customerFields(line, '', complain)),
  service: (line, complain) => typed('service', serviceFields(line, '', complain)),
  check: (line, complain) => {
    const read = checkFields(line, '', complain);
    if (!read) return undefined;
    const { interval: intervalMs, maxGap: maxGapMs = DEFAULT_GAP_INTERVALS * intervalMs, ...rest } = read;
    return { type: 'check', ...rest, intervalMs, maxGapMs };
  },
  fee: (line, complain) => typed('fee', feeFields(line, '', complain)),
  lifecycle: (line, complain) => typed('lifecycle', lifecycleFields(line, '', complain)),
  observation: (line, complain) => {
    const read = observationFields(line, '', complain);
    if (!read) return undefined;
    // Spelled out, not spread: there are millions, and so they share one hidden class.
    const { check, vantage, at, outcome, error } = read;
    return error === undefined
      ? { type: 'observation', check, vantage, at, outcome }
      : { type: 'observation', check, vantage, at, outcome, error };
  },
  edge: (line, complain) => {
    const read = edgeFields(line, '', complain);
    if (!read) return undefined;
    const { earliest, latest, to } = read;
    if (latest < earliest) {
      complain('latest', shown(latest), `an instant not before earliest, ${shown(earliest)}`);
      return undefined;
    }
    if (to === 'unknown' && latest !== earliest) {
      complain('latest', shown(latest), `earliest, ${shown(earliest)}: an edge into unknown is exact`);
      return undefined;
    }
    return { type: 'edge', ...read };
  },
  work: (line, complain) => {
    const read = workFields(line, '', complain);
    return read && endsAfterStart(read, complain) ? { type: 'work', ...read } : undefined;
  },
  'work-cancelled': (line, complain) => typed('work-cancelled', cancelledFields(line, '', complain)),
  notice: (line, complain) => typed('notice', noticeFields(line, '', complain)),
  'exclusion-withdrawn': (line, complain) => typed('exclusion-withdrawn', withdrawnFields(line, '', complain)),
  claim: (line, complain) => {
    const read = claimFields(line, '', complain);
    if (!read) return undefined;
    const { duration: durationMs, ...rest } = read;
    return { type: 'claim', ...rest, durationMs };
  },
  ticket: (line, complain) => typed('ticket', ticketFields(line, '', complain)),
};

function exclusionReader(reason: Kind<string>): Readers['exclusion'] {
  const fields = fieldsReader(
    {
      id: required(id),
      service: required(id),
      ...span,
      reason: required(reason),
      by: required(text),
      note: optional(anyText),
      at: required(instant),
    },
    'type',
  );
  return (line, complain) => {
    const read = fields(line, '', complain);
    return read && endsAfterStart(read, complain) ? { type: 'exclusion', ...read } : undefined;
  };
}

function typed<T extends Type, V extends object>(
  type: T,
  values: V | undefined,
): ({ readonly type: T } & V) | undefined {
  return values && { type, ...values };
}
