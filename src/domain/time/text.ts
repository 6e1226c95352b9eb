/**
 * Durations and instants as people and files write them (REPLAY.md, the file format). One reading for configuration,
 * replay files, the API and the command line, so that they cannot disagree about a text.
 */
import { DAY, HOUR, type Instant, MINUTE, type Millis, SECOND } from './instant.ts';

/** A text that cannot be read, in two halves so that a caller can name the place before them. */
export class UnreadableText extends RangeError {
  /** What stood there, quoted, bounded and printable. */
  readonly found: string;
  readonly expected: string;

  constructor(text: string, expected: string) {
    const found = quote(text);
    super(`found ${found}, expected ${expected}`);
    this.name = 'UnreadableText';
    this.found = found;
    this.expected = expected;
  }
}

const LONGEST_QUOTE = 80;

/** A foreign text in double quotes, cut to 80 characters, with everything a terminal could obey escaped. */
export function quote(text: string): string {
  const cut = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return JSON.stringify(cut).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

const DURATION = 'a duration such as 30s, 5m, 48h or PT30S';
const UNITS: Readonly<Record<string, Millis>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/**
 * Reads `500ms`, `90s`, `5m`, `48h`, `30d` or an ISO 8601 duration (`PT1H30M`, `P1D`, `P2W`) as milliseconds. Zero is
 * a duration.
 * @throws UnreadableText for anything else: no unit, a sign, years or months (they have no fixed length), fractions of
 * a millisecond, more milliseconds than an integer holds exactly.
 */
export function parseDuration(text: string): Millis {
  const short = /^(\d{1,15})(ms|s|m|h|d)$/.exec(text);
  const ms = short ? Number(short[1]) * (UNITS[short[2] ?? ''] ?? Number.NaN) : isoDuration(text);
  if (!Number.isSafeInteger(ms)) throw new UnreadableText(text, 'a duration of less than 285 000 years');
  return ms;
}

function isoDuration(text: string): Millis {
  if (!/^P[\dT]/.test(text)) throw new UnreadableText(text, DURATION);
  let duration: Temporal.Duration;
  try {
    duration = Temporal.Duration.from(text);
  } catch {
    throw new UnreadableText(text, DURATION);
  }
  if (duration.years !== 0 || duration.months !== 0) {
    throw new UnreadableText(text, `${DURATION}, without years and months, which have no fixed length`);
  }
  if (duration.microseconds !== 0 || duration.nanoseconds !== 0) {
    throw new UnreadableText(text, `${DURATION}, in whole milliseconds`);
  }
  return (
    (duration.weeks * 7 + duration.days) * DAY +
    duration.hours * HOUR +
    duration.minutes * MINUTE +
    duration.seconds * SECOND +
    duration.milliseconds
  );
}

const INSTANT = 'an instant with its offset such as 2026-03-10T00:30:00+05:00';
const INSTANT_SHAPE =
  /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.(?<fraction>\d{1,9}))?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Reads an ISO 8601 instant, `2026-03-10T00:30[:00[.000]]` followed by `Z` or `±hh:mm`, as milliseconds since 1970.
 * @throws UnreadableText for anything else: no offset (a local time is not an instant), a date that no calendar has, a
 * leap second, 24:00, fractions of a millisecond.
 */
export function parseInstant(text: string): Instant {
  const shape = INSTANT_SHAPE.exec(text);
  if (!shape) throw new UnreadableText(text, INSTANT);
  if (/[1-9]/.test(shape.groups?.fraction?.slice(3) ?? '')) {
    throw new UnreadableText(text, `${INSTANT}, in whole milliseconds`);
  }
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    throw new UnreadableText(text, `${INSTANT}, on a day that the calendar has`);
  }
}
