import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseHost } from '../../src/probes/host.ts';
import { createGuard } from '../../src/probes/target-guard.ts';

const guard = createGuard({ allow: [] });

/** What becomes of a host as a customer may write it: no host, a name to look up, or an address with the guard's word. */
function fate(text: string): string {
  const host = parseHost(text);
  if (host === null) return 'no host';
  if (!host.literal) return `name ${host.name}`;
  const refusal = guard.refusal(host.name);
  return refusal === null ? `dialled at ${host.name}` : refusal.replace(/, and no allowed range holds it$/, '');
}

it.each([
  // Loopback, in each notation of RFC 3986 section 7.4 and the URL standard.
  ['127.0.0.1', '127.0.0.1 is loopback'],
  ['127.1', '127.0.0.1 is loopback'],
  ['[127.0.0.1]', '127.0.0.1 is loopback'],
  ['127.0.1', '127.0.0.1 is loopback'],
  ['2130706433', '127.0.0.1 is loopback'],
  ['0x7f000001', '127.0.0.1 is loopback'],
  ['0X7F000001', '127.0.0.1 is loopback'],
  ['0x7f.1', '127.0.0.1 is loopback'],
  ['0x7f.0x0.0x0.0x1', '127.0.0.1 is loopback'],
  ['017700000001', '127.0.0.1 is loopback'],
  ['0177.0.0.1', '127.0.0.1 is loopback'],
  ['0177.0x0.0.1', '127.0.0.1 is loopback'],
  ['00000177.0.0.01', '127.0.0.1 is loopback'],
  ['127.0.0.1.', '127.0.0.1 is loopback'],
  ['127.16777215', '127.255.255.255 is loopback'],
  ['127.16777216', 'no host'],
  ['127.65535', '127.0.255.255 is loopback'],
  // The same in other scripts.
  ['１２７.０.０.１', '127.0.0.1 is loopback'],
  ['127。0。0。1', '127.0.0.1 is loopback'],
  ['127．0．0．1', '127.0.0.1 is loopback'],
  ['①②⑦.0.0.1', '127.0.0.1 is loopback'],
  ['0𝐱7f.1', '127.0.0.1 is loopback'],
  ['127.0.0.1\u00ad', '127.0.0.1 is loopback'],
  // IPv6, and IPv4 inside it.
  ['[::1]', '::1 is loopback'],
  ['::1', '::1 is loopback'],
  ['[0:0:0:0:0:0:0:1]', '0:0:0:0:0:0:0:1 is loopback'],
  ['[::]', ':: is the unspecified address or its network'],
  ['[::ffff:127.0.0.1]', '::ffff:127.0.0.1 (it reaches 127.0.0.1) is loopback'],
  ['[::ffff:7f00:1]', '::ffff:7f00:1 (it reaches 127.0.0.1) is loopback'],
  ['[::FFFF:7F00:1]', '::FFFF:7F00:1 (it reaches 127.0.0.1) is loopback'],
  [
    '[0:0:0:0:0:ffff:169.254.169.254]',
    '0:0:0:0:0:ffff:169.254.169.254 (it reaches 169.254.169.254) is a metadata service',
  ],
  ['[::ffff:0:10.0.0.1]', '::ffff:0:10.0.0.1 (it reaches 10.0.0.1) is private'],
  ['[64:ff9b::7f00:1]', '64:ff9b::7f00:1 (it reaches 127.0.0.1) is loopback'],
  ['[64:ff9b:1::1]', '64:ff9b:1::1 is reserved (rfc6052)'],
  ['[2002:7f00:1::]', '2002:7f00:1:: (it reaches 127.0.0.1) is loopback'],
  ['[2001:0:7f00:1::]', '2001:0:7f00:1:: is reserved (teredo)'],
  ['[::127.0.0.1]', '::127.0.0.1 is outside global unicast space'],
  ['[fe80::1%25eth0]', 'fe80::1%25eth0 is link-local'],
  ['::8.8.8.8', '::8.8.8.8 is outside global unicast space'],
  ['fe80::1%lo', 'fe80::1%lo is link-local'],
  ['[fc00::1]', 'fc00::1 is unique local (ULA)'],
  ['[ff02::1]', 'ff02::1 is multicast'],
  // Networks that are not for customers.
  ['0', '0.0.0.0 is the unspecified address or its network'],
  ['0.0.0.0', '0.0.0.0 is the unspecified address or its network'],
  ['10.1', '10.0.0.1 is private'],
  ['0xa9fea9fe', '169.254.169.254 is a metadata service'],
  ['2852039166', '169.254.169.254 is a metadata service'],
  ['0251.0376.0251.0376', '169.254.169.254 is a metadata service'],
  ['192.168.257', '192.168.1.1 is private'],
  ['3232235777', '192.168.1.1 is private'],
  ['0xc0.168.1.1', '192.168.1.1 is private'],
  ['172.16.1', '172.16.0.1 is private'],
  ['100.64.1', '100.64.0.1 is shared address space (CGNAT)'],
  ['4294967295', '255.255.255.255 is the broadcast address'],
  ['224.1', '224.0.0.1 is multicast'],
  // Public in odd clothes: dialled as what it means.
  ['0x08080808', 'dialled at 8.8.8.8'],
  ['1.1', 'dialled at 1.0.0.1'],
  ['[2606:4700:4700::1111]', 'dialled at 2606:4700:4700::1111'],
  // Names: what they resolve to is judged later.
  ['localhost', 'name localhost'],
  ['LOCALHOST.', 'name localhost'],
  ['lo\u00adcalhost', 'name localhost'],
  ['ⓛocalhost', 'name localhost'],
  ['127.0.0.1.nip.example', 'name 127.0.0.1.nip.example'],
  ['пример.рф', 'name xn--e1afmkfd.xn--p1ai'],
  ['xn--e1afmkfd.xn--p1ai', 'name xn--e1afmkfd.xn--p1ai'],
  // Not a host at all.
  ['', 'no host'],
  ['4294967296', 'no host'],
  ['256.0.0.1', 'no host'],
  ['1.2.3.4.5', 'no host'],
  ['0x100000000', 'no host'],
  ['127.0.0.1:80', 'no host'],
  ['user:pass@127.0.0.1', 'no host'],
  ['example.kz@127.0.0.1', 'no host'],
  ['127.0.0.1/x', 'no host'],
  ['127.0.0.1#@example.kz', 'no host'],
  ['127.0.0.1\\@example.kz', 'no host'],
  ['127.0.0.1%00.example.kz', 'no host'],
  ['127.0.0.1\0.example.kz', 'no host'],
  ['example.kz\r\nHost: inner', 'no host'],
  ['example.kz\tinner', 'no host'],
  ['file:///etc/passwd', 'no host'],
  ['[::1', 'no host'],
  ['[[::1]]', 'no host'],
  ['xn--\u200b', 'no host'],
  ['exa\u202emple.kz', 'no host'],
  ['a..b', 'no host'],
  ['.', 'no host'],
])('%j: %s', (text, expected) => {
  expect(fate(text)).toBe(expected);
});

it('judges an IPv4 address alike in all of its spellings', () => {
  const part = (value: number) =>
    fc.constantFrom(
      String(value),
      `0x${value.toString(16)}`,
      `0${value.toString(8)}`,
      `0X${value.toString(16).toUpperCase()}`,
    );
  const spelling = fc
    .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255), fc.integer({ min: 1, max: 4 }))
    .chain(([a, b, c, d, parts]) => {
      const bytes = [a, b, c, d];
      const last = bytes.slice(parts - 1).reduce((number, byte) => number * 256 + byte, 0);
      const written = [...bytes.slice(0, parts - 1), last].map(part);
      return fc.tuple(
        fc.constant(bytes.join('.')),
        fc.tuple(...written).map((texts) => texts.join('.')),
      );
    });
  fc.assert(
    fc.property(spelling, fc.boolean(), ([plain, written], isWide) => {
      const text = isWide
        ? written.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
        : written;
      expect(fate(text), text).toBe(fate(plain));
    }),
    { numRuns: 2_000 },
  );
});

it('makes of any text no host, a canonical name, or an address that the guard can judge', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(
        fc.constantFrom('0x', '7f', '127', '.', '。', ':', '::', '[', ']', '%', '@', '/', '0', '1', 'ffff', 'a', 'ß'),
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const host = parseHost(text);
      if (host === null) return;
      expect(host.name).toMatch(host.literal ? /^[\da-fA-F.:]+(?:%[^\s/]+)?$/ : /^[a-z0-9._-]{1,253}$/);
      if (host.literal) expect(guard.refusal(host.name) ?? '').not.toContain('not an IP address');
      // Read again it is the same: no second meaning behind the first.
      expect(parseHost(host.name)).toEqual(host);
    }),
    { numRuns: 5_000 },
  );
});
