import { expect, it } from 'vitest';
import {
  parseBytes,
  parseDnsName,
  parseNameServer,
  parseRecord,
  type RECORD_TYPES,
  reverseName,
} from '../../src/config/dns-and-bytes.ts';

type RecordType = (typeof RECORD_TYPES)[number];

it.each([
  ['.', ''],
  ['EXAMPLE.kz.', 'example.kz'],
  ['_dmarc.example.kz', '_dmarc.example.kz'],
  ['мысал.қаз', 'xn--80awbu3c.xn--80ao21a'],
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8::1'],
])('reads the name %s', (text, name) => expect(parseDnsName(text)).toBe(name));

it.each(['', 'a..b', 'a b', 'a/b', 'a\nb', 'a@b', `${'a'.repeat(64)}.kz`, `${'a.'.repeat(127)}aa`, 'a:b'])(
  'refuses the name %j',
  (text) => expect(() => parseDnsName(text)).toThrow('expected a name'),
);

it.each([
  ['192.0.2.1', '1.2.0.192.in-addr.arpa'],
  ['2001:db8::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
  ['example.kz', undefined],
])('knows where the PTR record of %s stands', (address, name) => expect(reverseName(address)).toBe(name));

it.each(['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]', '[2001:db8::53]:5353'])(
  'takes the name server %s',
  (text) => expect(parseNameServer(text)).toBe(text),
);

it.each([
  'ns1.example.kz',
  '192.0.2.53:0',
  '192.0.2.53:70000',
  '010.0.0.1',
  '0x7f.1',
  'fe80::1%eth0',
  '[192.0.2.1]:53',
])('refuses the name server %s', (text) => expect(() => parseNameServer(text)).toThrow('the address of a name server'));

it.each<[RecordType, string, string]>([
  ['A', '192.0.2.1', '192.0.2.1'],
  ['AAAA', '2001:DB8:0:0::1', '2001:db8::1'],
  ['AAAA', '::ffff:192.0.2.1', '::ffff:c000:201'],
  ['MX', ' 010  Mail.Example.KZ. ', '10 mail.example.kz'],
  ['NS', 'NS1.example.kz.', 'ns1.example.kz'],
  ['SRV', '10 5 5060 sip.example.kz', '10 5 5060 sip.example.kz'],
  ['SOA', 'ns1.a.kz. root.a.kz. 1 2 3 4 5', 'ns1.a.kz root.a.kz 1 2 3 4 5'],
  ['CAA', '0 ISSUE letsencrypt.org', '0 issue "letsencrypt.org"'],
  ['CAA', '128 issuewild ";"', '128 issuewild ";"'],
  ['TXT', 'v=spf1 -all', 'v=spf1 -all'],
  ['TXT', 'қ', '\xd2\x9b'],
])('reads a record %s %s', (type, text, record) => expect(parseRecord(type, text)).toBe(record));

it.each<[RecordType, string]>([
  ['A', '192.0.2'],
  ['A', '2001:db8::1'],
  ['AAAA', '192.0.2.1'],
  ['AAAA', 'fe80::1%eth0'],
  ['MX', 'mail.example.kz'],
  ['MX', '70000 mail.example.kz'],
  ['MX', '10 192.0.2.1'],
  ['NS', '192.0.2.1'],
  ['SRV', '10 5 sip.example.kz'],
  ['SOA', 'ns1.a.kz root.a.kz 1 2 3 4'],
  ['CAA', 'issue letsencrypt.org'],
  ['CAA', '256 issue x'],
])('refuses a record %s %s', (type, text) => {
  expect(() => parseRecord(type, text)).toThrow(`expected a record of type ${type} such as`);
});

it.each([
  ['PING\\r\\n', 'PING\r\n'],
  ['a\\\\b', 'a\\b'],
  ['\\x00\\xFF', '\x00\xff'],
  ['\\t', '\t'],
  ['қ', '\xd2\x9b'],
  ['real\r\n', 'real\r\n'],
])('reads the bytes of %j', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

it.each(['', 'a\\', '\\x1', '\\q', '\\xgg', 'x'.repeat(1_001)])('refuses the bytes of %j', (text) => {
  expect(() => parseBytes(text)).toThrow('expected a text');
});
