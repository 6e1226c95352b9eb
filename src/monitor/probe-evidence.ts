/** What of a probe is kept with the edge that it showed. */
import type { Evidence } from '../domain/facts/fact.ts';
import type { ProbeResult } from '../probes/outcome.ts';

/** Its instants, its error word, and what was found where; absent what it did not come to. */
export function evidenceOf(result: ProbeResult): Evidence {
  const { address, status, blockPage, expected, seen } = result.evidence;
  return {
    sentAt: result.sentAt,
    shownAt: result.shownAt,
    ...(result.outcome === 'ok' ? {} : { error: result.error }),
    ...(address === undefined ? {} : { address }),
    ...(status === undefined ? {} : { status }),
    ...(blockPage === undefined ? {} : { blockPage }),
    ...(expected === undefined ? {} : { expected }),
    ...(seen === undefined ? {} : { seen }),
  };
}
