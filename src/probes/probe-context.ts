/** What every probe of one prober shares. */
import type { NameServers } from './name-servers.ts';
import type { Guard } from './target-guard.ts';
import type { Trust } from './trust.ts';

export interface ProbeContext {
  readonly guard: Guard;
  /** The machine's own. */
  readonly names: NameServers;
  readonly trust: Trust;
}
