/** A point in time: integer milliseconds since 1970-01-01T00:00:00Z. Never a Date, never fractional. */
export type Instant = number;

/** A length of time in whole milliseconds. */
export type Millis = number;

export const SECOND: Millis = 1_000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;
