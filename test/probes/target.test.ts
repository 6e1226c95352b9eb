import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseHost } from '../../src/probes/host.ts';
import { printable } from '../../src/probes/printable.ts';
import { DEFAULT_STATUS, describeTarget } from '../../src/probes/target.ts';

it.each([
  ['example.kz', { name: 'example.kz', literal: false }],
  ['EXAMPLE.kz.', { name: 'example.kz', literal: false }],
  ['пример.рф', { name: 'xn--e1afmkfd.xn--p1ai', literal: false }],
  ['under_score.example', { name: 'under_score.example', literal: false }],
  ['192.0.2.1', { name: '192.0.2.1', literal: true }],
  ['::1', { name: '::1', literal: true }],
  ['[::1]', { name: '::1', literal: true }],
  ['2130706433', { name: '127.0.0.1', literal: true }],
  ['0x7f000001', { name: '127.0.0.1', literal: true }],
  ['0177.0.0.1', { name: '127.0.0.1', literal: true }],
  ['127.1', { name: '127.0.0.1', literal: true }],
  ['127.0.0.1.', { name: '127.0.0.1', literal: true }],
  ['１２７.0.0.1', { name: '127.0.0.1', literal: true }],
])('reads the host %s as what it means', (text, host) => {
  expect(parseHost(text)).toEqual(host);
});

it.each([
  '',
  '.',
  'a..b',
  'a b',
  'a\tb',
  'a/b',
  'a\\b',
  'a@b',
  'a?b',
  'a#b',
  'host:25',
  '%31%32%37.0.0.1',
  'a\r\nQUIT',
  '[127.0.0.1',
  '1.2.3.4.5',
  '256.1.1.1',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(127)}aa`,
])('refuses %j, which is no host', (text) => {
  expect(parseHost(text)).toBeNull();
});

it('makes any text printable, on one line and of a bounded length', () => {
  expect(printable('ok \r\n\x00\xff\u202e"')).toBe('ok \\x0d\\x0a\\x00\\xff\\u202e"');
  expect(printable('x'.repeat(300), 10)).toBe(`${'x'.repeat(10)}...`);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => /^[\x20-\x7e]*$/.test(printable(text))));
});

it('describes each kind of target in one line', () => {
  expect(describeTarget({ kind: 'http', url: 'https://example.kz/a?b', status: DEFAULT_STATUS })).toBe(
    'https://example.kz/a?b',
  );
  expect(describeTarget({ kind: 'smtp', host: 'mail.example.kz', port: 25, security: 'starttls' })).toBe(
    'smtp://mail.example.kz:25 (starttls)',
  );
  expect(describeTarget({ kind: 'imap', host: '2001:db8::1', port: 993, security: 'tls' })).toBe(
    'imap://[2001:db8::1]:993 (tls)',
  );
  const dns = { kind: 'dns', name: 'example.kz', type: 'MX', expect: { kind: 'some' }, dnssec: false } as const;
  expect(describeTarget(dns)).toBe('dns:example.kz. MX');
  expect(describeTarget({ ...dns, servers: ['192.0.2.53'] })).toBe('dns:example.kz. MX by 192.0.2.53');
  expect(describeTarget({ kind: 'tcp', host: '2001:db8::1', port: 7, tls: true, send: 'secret' })).toBe(
    'tcp://[2001:db8::1]:7 (tls)',
  );
  expect(describeTarget({ kind: 'tls', host: 'a.kz', port: 25, minVersion: 'TLSv1.2', starttls: 'smtp' })).toBe(
    'tls://a.kz:25 (starttls smtp)',
  );
  expect(describeTarget({ kind: 'icmp', host: 'a.kz' })).toBe('icmp:a.kz');
});
