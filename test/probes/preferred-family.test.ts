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
  [6, true, BOTH, ['2001:db8::1']],
  [4, true, BOTH, ['192.0.2.1']],
  [6, true, HOSTS, ['2001:db8::1']],
  [4, false, HOSTS, ['192.0.2.1']],
  [6, true, { 4: BOTH[4] }, ['192.0.2.1']],
  [6, true, { 4: BOTH[4], 6: BOTH[4] }, ['192.0.2.1']],
  [6, false, { 4: BOTH[4], 6: BOTH[4] }, []],
] as const)('IPv%d first, the other too: %s, of %j', async (first, fallback, known, expected) => {
  expect(await preferFamily(knowing(known), { first, fallback }).lookup('a.example')).toEqual(expected);
});

it.each([
  [6, false, { 4: BOTH[4] }, /ENODATA 6/],
  [6, true, {}, /ENODATA 4/],
] as const)('IPv%d first, the other too: %s, of %j, rejects', async (first, fallback, known, message) => {
  await expect(preferFamily(knowing(known), { first, fallback }).lookup('a.example')).rejects.toThrow(message);
});
