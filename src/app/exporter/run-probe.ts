/** Runs one probe within what is left of a scrape's time. */
import type { ProbeResult } from '../../probes/outcome.ts';
import type { Target } from '../../probes/target.ts';
import type { Watch } from '../../probes/watch.ts';

export type RunProbe = (target: Target, watch: Watch) => Promise<ProbeResult>;
