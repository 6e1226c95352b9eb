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
    ['pop3://mail.example.kz?security=starttls', 'pop3://mail.example.kz:110 (starttls)'],
    ['pop3s://mail.example.kz', 'pop3://mail.example.kz:995 (tls)'],
    ['tls://example.kz', 'tls://example.kz:443'],
    ['tls://[2001:db8::1]:8443/?minVersion=TLSv1.3&daysLeft=14', 'tls://[2001:db8::1]:8443'],
    ['tls://mail.example.kz?starttls=imap', 'tls://mail.example.kz:143 (starttls imap)'],
    ['dns://_dmarc.Example.kz?record=TXT', 'dns:_dmarc.example.kz. TXT'],
    [
      'dns://example.kz?server=192.0.2.53&server=[2001:db8::53]:5353',
      'dns:example.kz. A by 192.0.2.53, [2001:db8::53]:5353',
    ],
    ['dns://192.0.2.1', 'dns:1.2.0.192.in-addr.arpa. PTR'],
    ['dns://[2001:db8::1]', `dns:1${'.0'.repeat(23)}.8.b.d.0.1.0.0.2.ip6.arpa. PTR`],
    ['dns://.?record=SOA', 'dns:. SOA'],
    ['icmp://example.kz', 'icmp:example.kz'],
    ['icmp://[2001:db8::1]', 'icmp:2001:db8::1'],
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
    ['smtp://host/path', /expected no path after the host of smtp:\/\/$/],
    ['tcp://host:1#x', /expected no path after the host of tcp:\/\/$/],
    ['htp://example.kz/', /\(did you mean http:\/\/\?\)$/],
    ['simap://example.kz', /\(did you mean imap:\/\/\?\)$/],
    ['smtp://host?secure=1', /expected after the question mark only security/],
    ['smtp://host?security=ssl', /expected plain, starttls or tls/],
    ['tls://host?minVersion=TLSv1', /found "minVersion=TLSv1", expected TLSv1\.2 or TLSv1\.3/],
    ['tls://host?daysLeft=-1', /expected a whole number from 0 to 3650/],
    ['tls://host?starttls=ftp', /expected smtp, imap or pop3/],
    ['dns://example.kz:53', /expected a name such as/],
    ['dns://example.kz?record=ANY', /expected A, AAAA, MX.* or PTR/],
    ['dns://example.kz?server=ns1.example.kz', /expected the address of a name server/],
    ['icmp://host:7', /expected a host without a port/],
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
