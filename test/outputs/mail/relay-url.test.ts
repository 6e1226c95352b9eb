import { describe, expect, it } from 'vitest';
import { parseAddress, parseSender } from '../../../src/outputs/mail/mail-address.ts';
import { messageIdFor } from '../../../src/outputs/mail/message-id.ts';
import { parseRelayUrl } from '../../../src/outputs/mail/relay-url.ts';

describe('the relay in one URL', () => {
  const plain = { tls: 'offered', verify: true, auth: null };
  it.each([
    ['smtp://localhost', { ...plain, host: 'localhost', port: 25 }],
    ['smtp://[::1]:2525/', { ...plain, host: '::1', port: 2525 }],
    ['smtps://relay.kz', { ...plain, host: 'relay.kz', port: 465, tls: 'implicit' }],
    [
      'smtp://a%40b.kz:p%3Aw@relay.kz:587',
      { ...plain, host: 'relay.kz', port: 587, tls: 'required', auth: { user: 'a@b.kz', pass: 'p:w' } },
    ],
    ['smtp://relay.kz?tls=off&verify=off', { ...plain, host: 'relay.kz', port: 25, tls: 'off', verify: false }],
  ])('%s', (url, relay) => {
    expect(parseRelayUrl(url)).toEqual(relay);
  });

  it.each([
    ['', /expected smtp:/],
    ['http://relay.kz', /expected smtp:/],
    ['smtp://u:secret@', /expected smtp:|no host/],
    ['smtp://relay.kz/x', /path/],
    ['smtp://u@relay.kz', /user without a password/],
    ['smtp://u:%zz@relay.kz', /malformed %/],
    ['smtp://relay.kz?tls=maybe', /found tls="maybe", expected required, offered, off/],
    ['smtps://relay.kz?tls=off', /TLS from the start/],
    ['smtp://u:secret@relay.kz?rejectUnauthorized=false', /found the option "rejectUnauthorized"/],
  ])('refuses %j and does not repeat its password', (url, message) => {
    expect(() => parseRelayUrl(url)).toThrow(message);
    expect(() => parseRelayUrl(url)).not.toThrow(/secret/);
  });
});

describe('addresses', () => {
  it('takes a plain address, and brings its domain to ASCII', () => {
    expect(parseAddress('first.last+tag@Example.KZ')).toBe('first.last+tag@example.kz');
  });

  it.each(['a@b.kz, c@d.kz', 'sla@example.kz\r\nBcc: x@y.kz', 'nobody', ''])('refuses the sender %j', (from) => {
    expect(() => parseSender(from)).toThrow(/^from: found .*expected one address/);
  });
});

describe('the Message-ID', () => {
  it('is the same for the same mail and another for another', () => {
    const id = messageIdFor('notice/w1/1/c1', 'example.kz');
    expect(id).toMatch(/^<[0-9a-f]{64}@example\.kz>$/);
    expect(messageIdFor('notice/w1/1/c1', 'example.kz')).toBe(id);
    expect(messageIdFor('notice/w1/2/c1', 'example.kz')).not.toBe(id);
  });

  it.each(['', 'a b', 'x>\r\nBcc: y', '-a'])('refuses the domain %j', (domain) => {
    expect(() => messageIdFor('k', domain)).toThrow(/expected a host name/);
  });
});
