/** A lookup that puts one address family first, where the probe does not ask for one. */
import { isIP } from 'node:net';
import type { NameServers } from './name-servers.ts';

/** The same name servers, asked by family. Closed with those. */
export function preferFamily(names: NameServers, first: 4 | 6): NameServers {
  return {
    ...names,
    async lookup(name, family) {
      if (family !== undefined) return await names.lookup(name, family);
      try {
        // The hosts file answers with what it has.
        const found = (await names.lookup(name, first)).filter((address) => isIP(address) === first);
        if (found.length > 0) return found;
      } catch {
        // Whatever it was, the other family decides.
      }
      const other = first === 4 ? 6 : 4;
      return (await names.lookup(name, other)).filter((address) => isIP(address) === other);
    },
  };
}
