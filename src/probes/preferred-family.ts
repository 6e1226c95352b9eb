/** A lookup that puts one address family first, or asks for no other. */
import { promises } from 'node:dns';
import { isIP } from 'node:net';
import type { Clock } from '../runtime/clock.ts';
import { createHostsFile } from './hosts-file.ts';
import type { NameServers } from './resolve.ts';

export interface FamilyPreference {
  readonly clock: Clock;
  readonly first: 4 | 6;
  /** Whether the other family will do where there is no address of the first. */
  readonly fallback: boolean;
}

const ASK_AGAIN_MS = 1_500;
const ASK_TIMES = 3;

/** The hosts file, then the machine's name servers, by family. */
export function createFamilyLookup({ clock, first, fallback }: FamilyPreference): NameServers {
  const hosts = createHostsFile('/etc/hosts', clock);
  const resolver = new promises.Resolver({ timeout: ASK_AGAIN_MS, tries: ASK_TIMES });
  const ask = (name: string, family: 4 | 6) => (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name));
  const other = first === 4 ? 6 : 4;
  return {
    async lookup(name) {
      const known = hosts.find(name);
      if (known !== undefined) {
        const preferred = known.filter((address) => isIP(address) === first);
        return preferred.length > 0 || !fallback ? preferred : known;
      }
      try {
        return await ask(name, first);
      } catch (error) {
        if (!fallback) throw error;
        return await ask(name, other);
      }
    },
    close: () => resolver.cancel(),
  };
}
