import { describe, expect, it } from 'vitest';
import { parseScript } from '../../src/config/sandbox-schema.ts';
import {
  parseAddressRange,
  parseDailySpan,
  parseDate,
  parseEmail,
  parseHost,
  parseHostAndPort,
  parseOffset,
  parsePercent,
  parseRelay,
  parseSender,
  parseStatusRanges,
  parseTimeOfDay,
  parseWebUrl,
} from '../../src/config/scalars.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/time/instant.ts';
import { UnreadableText } from '../../src/domain/time/text.ts';

interface Notation {
  readonly parse: (text: string) => unknown;
  readonly reads: readonly (readonly [text: string, value: unknown])[];
  readonly refuses: readonly string[];
}

const notations: Readonly<Record<string, Notation>> = {
  percent: {
    parse: parsePercent,
    reads: [
      ['99.8', { numerator: 998n, denominator: 1000n }],
      ['99.8%', { numerator: 998n, denominator: 1000n }],
      ['99.80%', { numerator: 9980n, denominator: 10_000n }],
      ['0%', { numerator: 0n, denominator: 100n }],
      ['100%', { numerator: 100n, denominator: 100n }],
      ['99.999999999999%', { numerator: 99_999_999_999_999n, denominator: 100_000_000_000_000n }],
    ],
    refuses: ['', '%', '100.1', '-1%', '99,8%', '.5', '5.', '1e1', '99.8 %', '0x10', 'NaN'],
  },
  offset: {
    parse: parseOffset,
    reads: [
      ['+05:00', 300],
      ['-09:30', -570],
      ['+00:00', 0],
      ['-00:00', 0],
      ['+14:00', 840],
    ],
    refuses: ['', '05:00', '+5:00', '+0500', '+15:00', '+05:60', 'Z', 'Asia/Almaty'],
  },
  'time of day': {
    parse: parseTimeOfDay,
    reads: [
      ['00:00', 0],
      ['09:00', 9 * HOUR],
      ['23:59', DAY - MINUTE],
    ],
    refuses: ['', '9:00', '24:00', '12:60', '09:00:00', '9am'],
  },
  'daily span': {
    parse: parseDailySpan,
    reads: [
      ['01:00-06:00', { startMs: HOUR, endMs: 6 * HOUR }],
      ['22:00-02:00', { startMs: 22 * HOUR, endMs: 2 * HOUR }],
      ['00:00-24:00', { startMs: 0, endMs: DAY }],
    ],
    refuses: ['', '01:00', '01:00-', '01:00-01:00', '24:00-01:00', '01:00-25:00', '01:00-02:00-03:00', '1-6'],
  },
  date: {
    parse: parseDate,
    reads: [
      ['2026-03-21', '2026-03-21'],
      ['2028-02-29', '2028-02-29'],
    ],
    refuses: ['', '2026-02-29', '2026-13-01', '21.03.2026', '2026-03-21T00:00', '20260321'],
  },
  status: {
    parse: parseStatusRanges,
    reads: [
      ['200', [{ from: 200, to: 200 }]],
      [
        '200-299, 301',
        [
          { from: 200, to: 299 },
          { from: 301, to: 301 },
        ],
      ],
    ],
    refuses: ['', '200,', '299-200', '99', '600', '2xx', '200-', '200 299'],
  },
  host: {
    parse: parseHost,
    reads: [
      ['mail.example.kz', 'mail.example.kz'],
      ['Mail.Example.KZ', 'mail.example.kz'],
      ['localhost', 'localhost'],
      ['пошта.қаз', 'xn--80a1acn3a.xn--80ao21a'],
      ['192.0.2.1', '192.0.2.1'],
      ['2001:db8::1', '2001:db8::1'],
    ],
    refuses: [
      '',
      'a b',
      'a/b',
      'a_b.kz',
      '-a.kz',
      'a..kz',
      '.',
      '192.0.2.256',
      '192.0.2',
      '0x7f.1',
      'fe80::1%eth0',
      'a'.repeat(64),
    ],
  },
  'host and port': {
    parse: parseHostAndPort,
    reads: [
      ['mail.example.kz:25', { host: 'mail.example.kz', port: 25 }],
      ['[2001:db8::1]:143', { host: '2001:db8::1', port: 143 }],
      ['192.0.2.1:65535', { host: '192.0.2.1', port: 65_535 }],
    ],
    refuses: [
      '',
      'mail.example.kz',
      'mail:0',
      'mail:65536',
      ':25',
      'mail:',
      'smtp://mail:25',
      '2001:db8::1:25',
      '[x]:25',
      'u@mail:25',
    ],
  },
  'web URL': {
    parse: parseWebUrl,
    reads: [
      ['https://example.kz', 'https://example.kz/'],
      ['HTTP://Example.KZ:8080/a?b=c', 'http://example.kz:8080/a?b=c'],
      ['http://[2001:db8::1]/', 'http://[2001:db8::1]/'],
    ],
    refuses: [
      '',
      'example.kz',
      '//example.kz',
      'https:example.kz',
      'https:///example.kz',
      'https://',
      'ftp://example.kz',
      'javascript:alert(1)',
      'https://exa mple.kz/',
      ' https://example.kz/',
      'https://example.kz:0/',
      'https://example.kz:99999/',
      'https://user@example.kz/',
      'https://user:word@example.kz/',
    ],
  },
  relay: {
    parse: parseRelay,
    reads: [
      ['smtp://127.0.0.1:25', 'smtp://127.0.0.1:25'],
      ['smtps://user:word@relay.example.kz', 'smtps://user:word@relay.example.kz'],
    ],
    refuses: [
      '',
      '127.0.0.1:25',
      'http://relay',
      'smtp:relay',
      'smtp://',
      'smtp://relay:0',
      'smtp://relay/?tls=no',
      'smtp://a b',
    ],
  },
  email: {
    parse: parseEmail,
    reads: [
      ['ops@example.kz', 'ops@example.kz'],
      ['a.b+c@пошта.қаз', 'a.b+c@xn--80a1acn3a.xn--80ao21a'],
    ],
    refuses: [
      '',
      'ops',
      'ops@',
      '@example.kz',
      'ops@localhost',
      'a b@example.kz',
      'a@b@c.kz',
      'a,b@example.kz',
      '<a@b.kz>',
      '.a@b.kz',
      'a..b@c.kz',
      'a@b..kz',
    ],
  },
  sender: {
    parse: parseSender,
    reads: [
      ['ops@example.kz', 'ops@example.kz'],
      ['SLA Example <ops@example.kz>', 'SLA Example <ops@example.kz>'],
      ['<ops@example.kz>', '<ops@example.kz>'],
    ],
    refuses: [
      '',
      'SLA',
      'SLA ops@example.kz',
      'SLA <ops>',
      'a, b <ops@example.kz>',
      'a <b@c.kz>, d <e@f.kz>',
      'a <b@c.kz> d',
    ],
  },
  'address range': {
    parse: parseAddressRange,
    reads: [
      ['10.0.0.0/8', '10.0.0.0/8'],
      ['192.0.2.7/32', '192.0.2.7/32'],
      ['2001:db8::/32', '2001:db8::/32'],
    ],
    refuses: [
      '',
      '10.0.0.0',
      '10.0.0.0/33',
      '10.0.0.1/8',
      '10.0.0/8',
      '10/8',
      '0x0a.0.0.0/8',
      '2001:db8::1/32',
      '::/129',
      'a/8',
      '10.0.0.0/8/8',
    ],
  },
  'sandbox script': {
    parse: parseScript,
    reads: [
      ['up 60s', [{ behaviour: 'up', durationMs: MINUTE }]],
      [
        'down 1m,  error PT1M , silent 1h',
        [
          { behaviour: 'down', durationMs: MINUTE },
          { behaviour: 'error', durationMs: MINUTE },
          { behaviour: 'silent', durationMs: HOUR },
        ],
      ],
    ],
    refuses: ['', 'up', 'up 60', 'up 60s,', 'sideways 60s', 'up 0s', 'up 60s down 60s', 'Up 60s'],
  },
};

describe.each(Object.entries(notations))('%s', (_, { parse, reads, refuses }) => {
  it.each(reads)('reads %j', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each(refuses)('refuses %j', (text) => {
    expect(() => parse(text)).toThrow(UnreadableText);
  });
});
