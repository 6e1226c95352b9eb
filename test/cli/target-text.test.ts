import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../src/cli/target-text.ts';
import { describeTarget } from '../../src/probes/target.ts';

describe('parseTarget', () => {
  it.each([
    ['https://example.kz', 'https://example.kz/'],
    ['HTTP://Example.kz:8080/a?b=c', 'http://example.kz:8080/a?b=c'],
    ['smtp://mail.example.kz', 'smtp://mail.example.kz:25 (plain)'],
    ['smtp://mail.example.kz:587?security=starttls', 'smtp://mail.example.kz:587 (starttls)'],
    ['smtp://mail.example.kz/?security=tls', 'smtp://mail.example.kz:25 (tls)'],
    ['smtps://mail.example.kz', 'smtp://mail.example.kz:465 (tls)'],
    ['imap://[2001:db8::1]:1143', 'imap://[2001:db8::1]:1143 (plain)'],
    ['tcp://[2001:db8::1]:22', 'tcp://[2001:db8::1]:22'],
    ['IMAPS://пошта.қаз', 'imap://xn--80a1acn3a.xn--80ao21a:993 (tls)'],
  ])('reads %s', (text, described) => {
    expect(describeTarget(parseTarget(text))).toBe(described);
  });

  it.each([
    ['ftp://example.kz/', /expected a URL that begins with http:\/\/, https:\/\//],
    ['file:///etc/passwd', /expected a URL that begins with/],
    ['constructor://x', /expected a URL that begins with/],
    ['https://', /expected an absolute URL/],
    ['smtp://', /expected a host/],
    ['tcp://host', /expected a host and a port such as tcp:/],
    ['tcp://host:22?security=tls', /expected nothing after the question mark/],
    ['smtp://host:0', /expected a host, and a port/],
    ['smtp://host:70000', /expected a host, and a port/],
    ['smtp://host/path', /expected a URL that begins with/],
    ['smtp://host?secure=1', /expected after the question mark only security/],
    ['smtp://host?security=ssl', /expected plain, starttls or tls/],
    ['smtp://ho st', /expected a host name/],
    ['smtp://0x7f.1', /expected a host name/],
    ['smtp://host\r\nRCPT:25', /expected/],
  ])('refuses %j', (text, message) => {
    expect(() => parseTarget(text)).toThrow(message);
  });

  it.each(['https://user:hunter2@example.kz/', 'smtp://user:hunter2@host', 'imaps://hunter2@host:1'])(
    'refuses a password on the command line and does not repeat it',
    (text) => {
      expect(() => parseTarget(text)).toThrow(/without a user and a password$/);
      expect(() => parseTarget(text)).not.toThrow(/hunter2/);
    },
  );
});
