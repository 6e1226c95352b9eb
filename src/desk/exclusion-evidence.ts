/**
 * What the evidence of an outage says of whose doing it was (cl. 8.5), by three rules; the first that holds counts. Each
 * speaks of every failed probe of every check that was down, and where one of them says otherwise, or is not known, none
 * holds: docs/decisions/0017.
 */
import { statusAt } from '../domain/contract/activity.ts';
import type { Contracts } from '../domain/contract/contracts.ts';
import type { ProposedReason } from '../domain/facts/fact.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import { HOUR, type Instant, MINUTE, type Millis } from '../domain/time/instant.ts';
import { type DownTime, downTimes } from './outage-failures.ts';

export interface Knowledge {
  readonly ledger: Ledger;
  readonly contracts: Contracts;
}

/** An outage of a service; without an end while it lasts. */
export interface OutageInQuestion {
  readonly service: string;
  readonly start: Instant;
  readonly end?: Instant;
}

/** What a witness inside the provider's network said while an outage lasted. It said up each time that it answered. */
export interface Witnessed {
  /** Host and port of the witness. */
  readonly witness: string;
  /** By check: when it was asked, ascending. */
  readonly answers: ReadonlyMap<string, readonly Instant[]>;
  /** It said otherwise after the outage was looked at again: it is not asked any more. */
  readonly isRefuted?: boolean;
}

/** What there is besides the journal. */
export interface Sources {
  /** Whether an address is one of the provider's; absent: its addresses are not known. */
  readonly isProviders?: ((address: string) => boolean) | undefined;
  /** What was heard of this outage; absent: no witness, or it was not asked. */
  readonly witnessed?: Witnessed | undefined;
}

export type EvidenceRule = 'address-elsewhere' | 'block-page' | 'path-broken';

/** A reason with what speaks for it; bounded. */
export interface Finding {
  readonly reason: ProposedReason;
  readonly evidence: { readonly rule: EvidenceRule } & Readonly<Record<string, unknown>>;
}

/** A name that was pointed elsewhere may take so long to be known everywhere; so may that of a new service. */
const PROPAGATION: Millis = 72 * HOUR;
/** Probes, and answers, kept as evidence. */
const SHOWN_MOST = 10;

/**
 * Ways to fail that a broken path makes: packets are lost, or a router says that there is no way. All others are somebody's
 * answer, so that the path to whoever gave it was good.
 */
const PATH_WORDS: ReadonlySet<string> = new Set([
  'connect_timeout',
  'connect_unreachable',
  'tls_timeout',
  'reply_timeout',
  'icmp_timeout',
  'icmp_unreachable',
]);
/** For so long a witness may be silent: from the beginning to its first answer, between two, and from its last to the end. */
export const WITNESS_GAP: Millis = 5 * MINUTE;
const ANSWERS_LEAST = 2;
/** Of an outage that lasts. */
const ANSWERS_LEAST_LASTING = 5;

/** The reason that the evidence of an outage gives; undefined where it gives none, or more than one would have to be believed. */
export function judgeOutage(
  { ledger }: Pick<Knowledge, 'ledger'>,
  outage: OutageInQuestion,
  sources: Sources,
  now: Instant,
): Finding | undefined {
  const { service, start, end } = outage;
  const times = downTimes(ledger, service, { start, end: end ?? Math.max(now, start + 1) }, now);
  if (times.length === 0) return undefined;
  // What is over is judged by all that it showed; of what lasts, its beginning is all there is.
  if (end !== undefined && !times.every((time) => time.isWhole)) return undefined;
  return (
    addressElsewhere(ledger, outage, times, sources) ??
    blockPage(times, sources) ??
    pathBroken(outage, times, sources, now)
  );
}

/**
 * Whether what is known of an outage speaks against a rule that held at its beginning: other than `judgeOutage` it does not
 * count against it that something is not known.
 */
export function isRefuted(
  { ledger }: Pick<Knowledge, 'ledger'>,
  outage: OutageInQuestion & { readonly end: Instant },
  { rule, sources }: { readonly rule: unknown; readonly sources: Sources },
  now: Instant,
): boolean {
  const times = downTimes(ledger, outage.service, outage, now);
  switch (rule) {
    case 'address-elsewhere':
      return addressElsewhere(ledger, outage, times, sources) === undefined;
    case 'block-page':
      return blockPage(times, sources) === undefined;
    case 'path-broken':
      return sources.witnessed?.isRefuted === true || !times.every(isOfPath);
    default:
      return false;
  }
}

/** The name leads to somebody else, so that the provider was never asked. */
function addressElsewhere(
  ledger: Ledger,
  { service, start }: OutageInQuestion,
  times: readonly DownTime[],
  { isProviders }: Sources,
): Finding | undefined {
  if (!isProviders) return undefined;
  const isElsewhere = times.every(
    ({ isAddressed, addresses }) => isAddressed && !addresses.some((address) => isProviders(address)),
  );
  if (!isElsewhere) return undefined;
  return {
    reason: reasonOfName(ledger, service, start),
    evidence: { rule: 'address-elsewhere', probes: shown(times) },
  };
}

/** The provider answered, and with its page of blocked services. */
function blockPage(times: readonly DownTime[], sources: Sources): Finding | undefined {
  if (!times.every((time) => time.isBlocked && isAtProvider(time, sources))) return undefined;
  return { reason: 'customer', evidence: { rule: 'block-page', probes: shown(times) } };
}

/** From inside the provider's network it was up all the while, at the address that nobody answered at from here. */
function pathBroken(
  { end }: OutageInQuestion,
  times: readonly DownTime[],
  sources: Sources,
  now: Instant,
): Finding | undefined {
  const { witnessed } = sources;
  if (!witnessed) return undefined;
  const answers: { readonly at: Instant; readonly check: string; readonly success: true }[] = [];
  for (const time of times) {
    const { check, from } = time;
    const until = time.until ?? end ?? now;
    const heard = (witnessed.answers.get(check) ?? []).filter((at) => time.sentAt <= at && at <= until);
    const least = time.until === undefined && end === undefined ? ANSWERS_LEAST_LASTING : ANSWERS_LEAST;
    if (!isOfPath(time) || !isAtProvider(time, sources)) return undefined;
    if (heard.length < least || longestGap([from, ...heard, until]) > WITNESS_GAP) return undefined;
    answers.push(...heard.map((at) => ({ at, check, success: true }) as const));
  }
  answers.sort((one, other) => one.at - other.at);
  const half = SHOWN_MOST / 2;
  return {
    reason: 'network',
    evidence: {
      rule: 'path-broken',
      probes: shown(times),
      witness: witnessed.witness,
      count: answers.length,
      answers: answers.length > SHOWN_MOST ? [...answers.slice(0, half), ...answers.slice(-half)] : answers,
    },
  };
}

/** Whether nobody answered at one and the same address, as far as is known. */
export function isOfPath({ isAddressed, addresses, errors }: DownTime): boolean {
  return isAddressed && addresses.length === 1 && errors.every((word) => PATH_WORDS.has(word));
}

function longestGap(instants: readonly Instant[]): Millis {
  return Math.max(...instants.slice(1).map((instant, i) => instant - (instants[i] ?? instant)));
}

/** A page or a silence at an address that is not the provider's is somebody else's. */
function isAtProvider({ isAddressed, addresses }: DownTime, { isProviders }: Sources): boolean {
  return isProviders === undefined || (isAddressed && addresses.every((address) => isProviders(address)));
}

function shown(times: readonly DownTime[]): readonly object[] {
  return times.slice(0, SHOWN_MOST).map(({ check, from, errors, addresses, blockPage: page }) => ({
    check,
    at: from,
    address: addresses[0],
    error: errors[0],
    ...(page === undefined ? {} : { blockPage: page }),
  }));
}

/** The customer's doing; within 72 h of the service's beginning it is the names' not yet being known everywhere. */
function reasonOfName(ledger: Ledger, service: string, start: Instant): ProposedReason {
  const lifecycle = ledger.service(service)?.lifecycle.map(({ fact }) => fact) ?? [];
  const isNew = statusAt(lifecycle, start - PROPAGATION) === undefined;
  return isNew ? 'dns-propagation' : 'customer';
}
