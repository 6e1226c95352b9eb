/**
 * What the failed probes of an outage showed, in sum: put on the edge of the recovery as evidence, since the edge of the fall
 * has only the first of them. Bounded however long the outage lasts.
 */
import type { Evidence } from '../domain/facts/fact.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { ProbeResult } from '../probes/outcome.ts';

/** Distinct error words, and addresses, that are kept. */
const KEPT_MOST = 8;

export interface FailedRun {
  /** When the first of them was sent. */
  readonly since: Instant;
  probes: number;
  readonly errors: string[];
  readonly addresses: string[];
  /** Of the probes, those that dialled an address, and those that were shown a page of blocked services. */
  addressed: number;
  blocked: number;
  /** There were more words or addresses than are kept. */
  isCut: boolean;
}

/** The run with one more failed probe; a new one where there was none. */
export function addFailed(run: FailedRun | undefined, result: ProbeResult & { readonly outcome: 'fail' }): FailedRun {
  const grown: FailedRun = run ?? {
    since: result.sentAt,
    probes: 0,
    errors: [],
    addresses: [],
    addressed: 0,
    blocked: 0,
    isCut: false,
  };
  const { address, blockPage } = result.evidence;
  grown.probes += 1;
  keep(grown, grown.errors, result.error);
  if (address !== undefined) {
    grown.addressed += 1;
    keep(grown, grown.addresses, address);
  }
  if (blockPage !== undefined) grown.blocked += 1;
  return grown;
}

function keep(run: FailedRun, kept: string[], text: string): void {
  if (kept.includes(text)) return;
  if (kept.length === KEPT_MOST) run.isCut = true;
  else kept.push(text);
}

/** As it stands in the journal. */
export function failedEvidence({ since, probes, errors, addresses, addressed, blocked, isCut }: FailedRun): Evidence {
  return {
    since,
    probes,
    errors: [...errors],
    addresses: [...addresses],
    addressed,
    ...(blocked === 0 ? {} : { blocked }),
    ...(isCut ? { cut: true } : {}),
  };
}
