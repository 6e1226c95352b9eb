/** What is measured: protocols, paces, and what a target of a protocol is called. */

export const KINDS = ['http', 'https', 'smtp', 'imap'] as const;
export type Kind = (typeof KINDS)[number];

/** Probes a second; null: as many as can be, from 32 that run at a time. */
export type Pace = number | null;

/** How many probes run at a time at saturation. */
export const CONCURRENCY = 32;

/** The n-th target of a kind, as its URL or host and port. Targets differ, and the ports take turns. */
export function addressOf(kind: Kind, ports: readonly number[], ordinal: number): string {
  const place = `127.0.0.1:${ports[ordinal % ports.length]}`;
  return kind === 'http' || kind === 'https' ? `${kind}://${place}/${ordinal}` : place;
}

/** `667/s` or `saturated`. */
export function nameOf(pace: Pace): string {
  return pace === null ? 'saturated' : `${pace}/s`;
}
