import { expect, it } from 'vitest';
import type { NameServers } from '../../src/probes/name-servers.ts';
import { preferFamily } from '../../src/probes/preferred-family.ts';

/** Name servers that know these addresses by family; of a family that is absent they say that there is none. */
function knowing(known: Partial<Record<4 | 6, readonly string[]>>): NameServers {
  return {
    lookup: async (_name, family = 4) => known[family] ?? Promise.reject(new Error(`ENODATA ${family}`)),
    health: { ask: async () => 'well', since: () => 'well' } as unknown as NameServers['health'],
    servers: () => [],
    close: () => {},
  };
}

const BOTH = { 4: ['192.0.2.1'], 6: ['2001:db8::1'] };
/** The hosts file answers each family with all that it has. */
const HOSTS = { 4: ['192.0.2.1', '2001:db8::1'], 6: ['192.0.2.1', '2001:db8::1'] };

it.each([
  [6, undefined, BOTH, ['2001:db8::1']],
  [4, undefined, BOTH, ['192.0.2.1']],
  [6, undefined, HOSTS, ['2001:db8::1']],
  [6, undefined, { 4: BOTH[4] }, ['192.0.2.1']],
  [6, undefined, { 4: BOTH[4], 6: BOTH[4] }, ['192.0.2.1']],
  [6, 4, BOTH, ['192.0.2.1']],
  [4, 6, BOTH, ['2001:db8::1']],
] as const)('IPv%d first, unless a probe asks for one (%s), of %j', async (first, family, known, expected) => {
  expect(await preferFamily(knowing(known), first).lookup('a.example', family)).toEqual(expected);
});

it('rejects with what is said of the other family where neither is known', async () => {
  await expect(preferFamily(knowing({}), 6).lookup('a.example')).rejects.toThrow(/ENODATA 4/);
});
