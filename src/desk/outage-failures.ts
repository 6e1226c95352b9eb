/**
 * What the failed probes of an outage showed, as the journal has it: of each check that was down in it and whose downtime
 * counts, the first failure of each time that it was down (on the edge into `down`) and, where it has recovered, all of
 * them in sum (on the edge out of it).
 */
import type { EdgeFact, Evidence } from '../domain/facts/fact.ts';
import { knownAt, type Ledger, lastDefinition } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';

/** A time for which a check was down. */
export interface DownTime {
  readonly check: string;
  /** From here on it was seen down. */
  readonly from: Instant;
  /** When it was last known to be; absent while it is. */
  readonly until?: Instant;
  /** When the first failed probe was sent. */
  readonly sentAt: Instant;
  /** Distinct words of the failed probes: of the first, and of all where those are known. */
  readonly errors: readonly string[];
  /** Distinct addresses that were dialled, likewise. */
  readonly addresses: readonly string[];
  /** Which of the provider's pages of blocked services the first showed, counted from 1. */
  readonly blockPage?: number;
  /** Whether every failed probe dialled an address, and whether every one showed such a page, as far as they are known. */
  readonly isAddressed: boolean;
  readonly isBlocked: boolean;
  /** Whether `errors`, `addresses` and the two above speak of each failed probe from the first to the last. */
  readonly isWhole: boolean;
}

/** Every time that a check whose downtime counts was down within a span, as known at an instant. */
export function downTimes(
  ledger: Ledger,
  service: string,
  span: { readonly start: Instant; readonly end: Instant },
  now: Instant,
): readonly DownTime[] {
  const components = Object.values(lastDefinition(ledger, service, now)?.components ?? {});
  const checks = components.filter(({ counts }) => counts).flatMap((component) => component.checks);
  return checks.flatMap((check) =>
    ledger.vantagesOf(check).flatMap((vantage) => {
      const edges = knownAt(ledger.vantage(check, vantage)?.edges ?? [], now);
      return edges.flatMap((edge, i) => {
        const next = edges[i + 1];
        const isWithin =
          edge.to === 'down' && edge.earliest < span.end && (next?.latest ?? Number.POSITIVE_INFINITY) > span.start;
        return isWithin ? downTime(edge, next) : [];
      });
    }),
  );
}

function downTime({ check, latest, evidence = {} }: EdgeFact, next: EdgeFact | undefined): DownTime {
  const { error, address, blockPage } = evidence;
  const sentAt = typeof evidence.sentAt === 'number' ? evidence.sentAt : latest;
  const all = next?.to === 'up' ? failedOf(next.evidence) : undefined;
  return {
    check,
    from: latest,
    ...(next === undefined ? {} : { until: next.earliest }),
    sentAt,
    errors: [...new Set([...texts(error), ...(all?.errors ?? [])])],
    addresses: [...new Set([...texts(address), ...(all?.addresses ?? [])])],
    ...(typeof blockPage === 'number' ? { blockPage } : {}),
    isAddressed: typeof address === 'string' && (all === undefined || all.addressed === all.probes),
    isBlocked: typeof blockPage === 'number' && (all === undefined || all.blocked === all.probes),
    isWhole: all !== undefined && all.since <= sentAt && !all.cut,
  };
}

interface Failed {
  readonly since: Instant;
  readonly probes: number;
  readonly errors: readonly string[];
  readonly addresses: readonly string[];
  readonly addressed: number;
  readonly blocked: number;
  readonly cut: boolean;
}

/** The sum that the monitor puts on the edge of a recovery; undefined where there is none, as in older journals. */
function failedOf(evidence: Evidence | undefined): Failed | undefined {
  const failed = evidence?.failed;
  if (typeof failed !== 'object' || failed === null) return undefined;
  const { since, probes, errors, addresses, addressed, blocked = 0, cut = false } = failed as Record<string, unknown>;
  if (typeof since !== 'number' || typeof probes !== 'number' || !Array.isArray(errors) || !Array.isArray(addresses))
    return undefined;
  return {
    since,
    probes,
    errors: errors.flatMap(texts),
    addresses: addresses.flatMap(texts),
    addressed: Number(addressed),
    blocked: Number(blocked),
    cut: cut !== false,
  };
}

function texts(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : [];
}
