import { expect, it } from 'vitest';
import { questionAbout } from '../../../src/app/witness/witness-question.ts';
import { DEFAULT_STATUS, type Target } from '../../../src/probes/target.ts';

const MODULES = {
  http: 'http_2xx',
  smtp: 'banner',
  smtp_starttls: 'starttls',
  smtps: 'tcp_tls',
  imap_starttls: 'imap_tls',
  tls: 'tcp_tls',
  tcp: 'tcp_connect',
  icmp: 'icmp',
};
const mail = { host: 'mail.acme.kz', port: 25 };

it.each<[string, Target, string | undefined]>([
  ['http', { kind: 'http', url: 'https://acme.kz/a?b', status: DEFAULT_STATUS }, 'http_2xx https://acme.kz/a?b'],
  ['smtp', { kind: 'smtp', ...mail, security: 'plain' }, 'banner mail.acme.kz:25'],
  ['smtp with STARTTLS', { kind: 'smtp', ...mail, security: 'starttls' }, 'starttls mail.acme.kz:25'],
  ['smtp over TLS', { kind: 'smtp', ...mail, security: 'tls' }, 'tcp_tls mail.acme.kz:25'],
  ['a kind without a module', { kind: 'pop3', ...mail, security: 'plain' }, undefined],
  ['tls', { kind: 'tls', ...mail, minVersion: 'TLSv1.2' }, 'tcp_tls mail.acme.kz:25'],
  ['tls inside imap', { kind: 'tls', ...mail, minVersion: 'TLSv1.2', starttls: 'imap' }, 'imap_tls mail.acme.kz:25'],
  [
    'tcp of an IPv6 address',
    { kind: 'tcp', host: '2001:db8::1', port: 22, tls: false },
    'tcp_connect [2001:db8::1]:22',
  ],
  ['tcp over TLS', { kind: 'tcp', host: 'a.kz', port: 22, tls: true }, 'tcp_tls a.kz:22'],
  ['icmp', { kind: 'icmp', host: 'a.kz' }, 'icmp a.kz'],
  [
    'dns, whose name the module would hold',
    { kind: 'dns', name: 'a.kz', type: 'A', expect: { kind: 'some' }, dnssec: false },
    undefined,
  ],
])('of %s', (_what, target, expected) => {
  const question = questionAbout(target, MODULES);
  expect(question && `${question.module} ${question.target}`).toBe(expected);
});
