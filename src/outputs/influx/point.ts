/**
 * The two measurements and how they are encoded.
 *
 * `probe`: one point a probe, at the instant it was sent. `outage`: one point for each part of an outage that has one
 * class, at the part's start; a growing part overwrites its point, since series and time are the same. A part that a later
 * decision moved to another class leaves a point behind: write it again with `durationMs` 0, and leave such points out
 * when reading.
 *
 * Times are whole milliseconds and are stored as they are. Phase times are fractional and stored as doubles.
 */
import { FieldType, type IPoint, type ISchemaOptions } from 'influx';
import type { DowntimeClass } from '../../domain/contract/statement-result.ts';
import type { Instant, Millis } from '../../domain/time/instant.ts';

export interface SamplePoint {
  readonly service: string;
  readonly component: string;
  readonly check: string;
  readonly vantage: string;
  readonly kind: string;
  readonly outcome: 'ok' | 'fail' | 'void';
  /** Why it is not `ok`. */
  readonly error?: string;
  readonly sentAt: Instant;
  readonly durationMs: number;
  /** Milliseconds in each phase that was reached. */
  readonly phases: {
    readonly resolveMs?: number;
    readonly connectMs?: number;
    readonly tlsMs?: number;
    readonly firstByteMs?: number;
    readonly transferMs?: number;
    readonly deliveryMs?: number;
  };
}

export interface OutagePoint {
  readonly service: string;
  readonly customer: string;
  readonly class: DowntimeClass;
  readonly start: Instant;
  /** Absent while it lasts. */
  readonly end?: Instant;
  /** How long it is, so far; 0 when the part turned out not to be one. */
  readonly durationMs: Millis;
}

/** Field types, so that a number is never stored once as a double and once as an integer. */
export const SCHEMA: readonly ISchemaOptions[] = [
  {
    measurement: 'probe',
    tags: ['service', 'component', 'check', 'vantage', 'kind', 'outcome', 'error'],
    fields: {
      durationMs: FieldType.FLOAT,
      resolveMs: FieldType.FLOAT,
      connectMs: FieldType.FLOAT,
      tlsMs: FieldType.FLOAT,
      firstByteMs: FieldType.FLOAT,
      transferMs: FieldType.FLOAT,
      deliveryMs: FieldType.FLOAT,
    },
  },
  {
    measurement: 'outage',
    tags: ['service', 'customer', 'class'],
    fields: {
      durationMs: FieldType.INTEGER,
      startMs: FieldType.INTEGER,
      endMs: FieldType.INTEGER,
      open: FieldType.BOOLEAN,
    },
  },
];

/** The point of a probe. */
export function samplePoint(sample: SamplePoint): IPoint {
  const { service, component, check, vantage, kind, outcome, error, sentAt, durationMs, phases } = sample;
  return {
    measurement: 'probe',
    tags: tagSet({ service, component, check, vantage, kind, outcome, error }),
    fields: {
      durationMs,
      resolveMs: phases.resolveMs,
      connectMs: phases.connectMs,
      tlsMs: phases.tlsMs,
      firstByteMs: phases.firstByteMs,
      transferMs: phases.transferMs,
      deliveryMs: phases.deliveryMs,
    },
    timestamp: String(sentAt),
  };
}

/** The point of an outage's part. */
export function outagePoint({ service, customer, class: of, start, end, durationMs }: OutagePoint): IPoint {
  return {
    measurement: 'outage',
    tags: tagSet({ service, customer, class: of }),
    fields: { durationMs, startMs: start, endMs: end, open: end === undefined },
    timestamp: String(start),
  };
}

function tagSet(tags: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const printable: Record<string, string> = {};
  for (const [name, value] of Object.entries(tags)) {
    // An empty tag value is a syntax error of the line protocol; an absent tag reads as an empty one.
    if (value !== undefined && value !== '') printable[name] = tagValue(value);
  }
  return printable;
}

const TAG_LENGTH = 256;

/**
 * A tag value that the line protocol can carry. It has no escape for a control character (a line feed would begin a line
 * of the writer's choosing) nor for a backslash at the end (it would escape the comma that follows), and a lone surrogate is
 * no UTF-8: each becomes U+FFFD. Commas, spaces and equals signs are escaped by the client. Cut at 256 characters.
 */
export function tagValue(text: string): string {
  return text
    .slice(0, TAG_LENGTH)
    .toWellFormed()
    .replace(/\p{Cc}|\\$/gu, '\uFFFD');
}
