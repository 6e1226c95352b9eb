/** A lookup that puts one address family first, or asks for no other. */
import { isIP } from 'node:net';
import type { NameServers } from './name-servers.ts';

export interface FamilyPreference {
  readonly first: 4 | 6;
  /** Whether the other family will do where there is no address of the first. */
  readonly fallback: boolean;
}

/** The same name servers, asked by family. Closed with those. */
export function preferFamily(names: NameServers, { first, fallback }: FamilyPreference): NameServers {
  const ask = async (name: string, family: 4 | 6) =>
    // The hosts file answers with what it has.
    (await names.lookup(name, family)).filter((address) => isIP(address) === family);
  return {
    ...names,
    async lookup(name) {
      try {
        const found = await ask(name, first);
        if (found.length > 0 || !fallback) return found;
      } catch (error) {
        if (!fallback) throw error;
      }
      return await ask(name, first === 4 ? 6 : 4);
    },
  };
}
