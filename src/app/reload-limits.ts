/** What a reload can put into force, and what only a start can. */
import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../config/configuration.ts';

/** A configuration that was read well and cannot replace the one in force while the daemon runs. */
class ReloadRefused extends Error {
  readonly code = 'reload_refused';
}

type Setting = readonly [name: string, of: (configuration: Configuration) => unknown];

/** Other checks hang on these: half of such a change would be wrong. */
const NEVER: readonly Setting[] = [
  ['vantage', ({ vantage }) => vantage],
  ['journal.path', ({ journal }) => journal.path],
  ['sandbox', ({ sandbox }) => sandbox],
];
/** These stay as they were, and the rest goes on. */
const NOT_YET: readonly Setting[] = [
  ['listen', ({ listen }) => listen],
  ['probing.threads', ({ probing }) => probing.threads],
  ['probing.perServer', ({ probing }) => probing.limits.perServer],
  ['probing.inFlight', ({ probing }) => probing.limits.inFlight],
  ['probing.extra', ({ probing }) => probing.limits.extra],
  ['probing.canaries', ({ probing }) => probing.canaries],
  ['provider and exclusions', ({ proposals }) => proposals],
  ['probing.jitter', ({ probing }) => probing.jitter.part],
  ['probing.seed', ({ probing }) => probing.jitter.seed],
  ['mail', ({ mail }) => mail && { ...mail, relay: mail.relay.reveal(), credentials: revealed(mail.credentials) }],
  ['influx', ({ influx }) => influx && { ...influx, credentials: revealed(influx.credentials) }],
  ['statements', ({ statements }) => statements],
];

/**
 * The names of settings that changed and take effect at the next start only.
 * @throws ReloadRefused when one changed without which the others may not.
 */
export function settingsLeft(before: Configuration, after: Configuration): readonly string[] {
  const changed = ([, of]: Setting): boolean => !isDeepStrictEqual(of(before), of(after));
  const [never] = NEVER.filter(changed).map(([name]) => name);
  if (never !== undefined)
    throw new ReloadRefused(`${never}: found another value than before, expected a restart for it`);
  return NOT_YET.filter(changed).map(([name]) => name);
}

function revealed(credentials: { readonly username: string; readonly password: { reveal(): string } } | undefined) {
  return credentials && { username: credentials.username, password: credentials.password.reveal() };
}
