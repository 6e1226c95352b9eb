/** The answer to a scrape whose probe says nothing of its target: no `probe_success`, so that nobody takes it for down. */
import type { ProbeResult } from '../../probes/outcome.ts';
import type { ProbeAnswer } from './order.ts';
import type { ProbeLog } from './probe-log.ts';

export function answerVoid(result: ProbeResult & { readonly outcome: 'void' }, trace: ProbeLog): ProbeAnswer {
  const { seen } = result.evidence;
  const why = seen === undefined ? result.error : `${result.error}: ${seen}`;
  return { kind: 'void', refused: result.error === 'guard_refused', why, log: trace.text() };
}
