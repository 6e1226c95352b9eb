/** The configuration's `sandbox` block: sample customers' servers that Kepil runs itself, so that outages can be seen. */
import type { Millis } from '../domain/time/instant.ts';

/**
 * How a sample server behaves. `up`: answers as a healthy one; `down`: its port is closed; `error`: answers that it
 * cannot serve (HTTP 503, SMTP 421, IMAP BYE); `silent`: takes the connection and never says a word.
 */
export type SandboxBehaviour = 'up' | 'down' | 'error' | 'silent';

export interface SandboxStep {
  readonly behaviour: SandboxBehaviour;
  /** Positive. */
  readonly durationMs: Millis;
}

/** One component of one sample service. */
export interface SandboxSite {
  readonly service: string;
  readonly component: 'web' | 'mail';
  /** Ports to serve on, by protocol; they all follow the one script. */
  readonly ports: { readonly http?: number; readonly smtp?: number; readonly imap?: number };
  /** Played from the start of the daemon and repeated for ever; at least one step. */
  readonly script: readonly SandboxStep[];
}
