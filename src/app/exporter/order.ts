/** What is asked of the exporter's thread, and what it answers: plain values, they cross between threads. */
import type { ProbeModule } from '../../config/probe-module.ts';
import type { Millis } from '../../domain/time/instant.ts';
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';

export interface ProbeOrder {
  readonly moduleName: string;
  readonly module: ProbeModule;
  /** As the scrape named it. */
  readonly target: string;
  readonly timeoutMs: Millis;
}

export type ProbeAnswer =
  /** What was measured; `success` among it. */
  | { readonly kind: 'measured'; readonly samples: readonly ExporterSample[]; readonly log: string }
  /** The probe says nothing of the target: the guard refused it, or the fault is ours. */
  | { readonly kind: 'void'; readonly refused: boolean; readonly why: string; readonly log: string };
