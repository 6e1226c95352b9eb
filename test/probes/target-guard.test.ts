import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGuard } from '../../src/probes/target-guard.ts';

const strict = createGuard({ allow: [] });

describe('an address that customers may not aim us at is refused', () => {
  it.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['100.64.0.1', 'CGNAT'],
    ['100.127.255.255', 'CGNAT'],
    ['100.100.100.200', 'metadata'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.255', 'loopback'],
    ['168.63.129.16', 'metadata'],
    ['169.254.1.1', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.1', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['192.168.255.255', 'private'],
    ['198.18.0.1', 'reserved'],
    ['203.0.113.9', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::7f00:1', 'outside global unicast'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::ffff:0:10.0.0.1', 'private'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::169.254.169.254', 'metadata'],
    ['64:ff9b:1::8.8.8.8', 'reserved'],
    ['100::1', 'reserved'],
    ['2001::1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['2002:7f00:1::1', 'loopback'],
    ['2002:a9fe:a9fe::', 'metadata'],
    ['3fff::1', 'reserved'],
    ['4000::1', 'outside global unicast'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'metadata'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['fec0::1', 'reserved'],
    ['ff02::1', 'multicast'],
    ['0x7f.1', 'not an IP address'],
    ['010.0.0.1', 'not an IP address'],
    ['localhost', 'not an IP address'],
    ['', 'not an IP address'],
  ])('%s: %s', (address, word) => {
    expect(strict.refusal(address)).toContain(word);
  });
});

it.each([
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450::1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '2002:808:808::1',
])('lets the public address %s pass', (address) => {
  expect(strict.refusal(address)).toBeNull();
});

it('lets pass what the operator allowed, also where IPv6 carries it, and no neighbour of it', () => {
  const guard = createGuard({ allow: ['10.1.0.0/16', '192.168.7.7', 'fd12::/16'] });
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '64:ff9b::10.1.2.3', '192.168.7.7', 'fd12::1']) {
    expect(guard.refusal(address)).toBeNull();
  }
  for (const address of ['10.2.0.1', '192.168.7.8', 'fd13::1', '169.254.169.254']) {
    expect(guard.refusal(address)).not.toBeNull();
  }
});

it('judges an IPv4 address inside an IPv6 one as that IPv4 address', () => {
  const hex = (a: number, b: number) => ((a << 8) | b).toString(16);
  fc.assert(
    fc.property(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)), ([a, b, c, d]) => {
      const v4 = `${a}.${b}.${c}.${d}`;
      const refused = strict.refusal(v4) !== null;
      for (const form of [`::ffff:${v4}`, `64:ff9b::${v4}`, `::ffff:0:${v4}`, `2002:${hex(a, b)}:${hex(c, d)}::1`]) {
        expect(strict.refusal(form) !== null, form).toBe(refused);
      }
    }),
  );
});

it.each(['10.0.0.0/33', '10/8', 'example.kz', '0x7f.1/8', '010.0.0.0/8', ''])(
  'names an allowed range that is none: %s',
  (range) => {
    expect(() => createGuard({ allow: ['10.0.0.0/8', range] })).toThrow(
      `guard allow[1]: found ${JSON.stringify(range)}, expected a CIDR block`,
    );
  },
);
