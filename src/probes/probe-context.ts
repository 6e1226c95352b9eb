/** What every probe of one prober shares. */
import type { Lookup } from './name-servers.ts';
import type { ResolverHealth } from './resolver-health.ts';
import type { Guard } from './target-guard.ts';
import type { Trust } from './trust.ts';

export interface ProbeContext {
  readonly guard: Guard;
  readonly lookup: Lookup;
  /** Of the name servers behind `lookup`. */
  readonly health: ResolverHealth;
  readonly trust: Trust;
}
