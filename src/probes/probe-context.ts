/** What every probe of one prober shares. */
import type { Lookup } from './resolve.ts';
import type { Guard } from './target-guard.ts';
import type { Trust } from './trust.ts';

export interface ProbeContext {
  readonly guard: Guard;
  readonly lookup: Lookup;
  readonly trust: Trust;
}
