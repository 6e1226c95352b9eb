/** The texts of a configuration as values. One function a notation; each throws UnreadableText saying found and expected. */
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import type { DailySpan, Ratio } from '../domain/contract/terms.ts';
import { HOUR, MINUTE, type Millis } from '../domain/time/instant.ts';
import { UnreadableText } from '../domain/time/text.ts';

/** `99.8` or `99.8%` as the exact fraction 998 / 1000. From 0 to 100. */
export function parsePercent(text: string): Ratio {
  const match = /^(\d{1,3})(?:\.(\d{1,12}))?%?$/.exec(text);
  const fraction = match?.[2] ?? '';
  const ratio = {
    numerator: BigInt(`${match?.[1] ?? ''}${fraction}`),
    denominator: 100n * 10n ** BigInt(fraction.length),
  };
  if (!match || ratio.numerator > ratio.denominator) {
    throw new UnreadableText(text, 'a percentage from 0% to 100% such as 99.8%');
  }
  return ratio;
}

/** A fixed offset from UTC, `+05:00`, in minutes. */
export function parseOffset(text: string): number {
  const match = /^([+-])(0\d|1[0-4]):([0-5]\d)$/.exec(text);
  if (!match) throw new UnreadableText(text, 'an offset from UTC such as +05:00');
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' && minutes > 0 ? -minutes : minutes;
}

/** A time of day, `09:00`, in milliseconds since midnight. */
export function parseTimeOfDay(text: string): Millis {
  if (text === '24:00' || !TIME.test(text)) throw new UnreadableText(text, 'a time of day such as 09:00');
  return sinceMidnight(text);
}

const TIME = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

function sinceMidnight(time: string): Millis {
  return Number(time.slice(0, 2)) * HOUR + Number(time.slice(3)) * MINUTE;
}

/** `01:00-06:00`; `22:00-02:00` runs over midnight; `00:00-24:00` is the whole day. */
export function parseDailySpan(text: string): DailySpan {
  const [start = '', end = '', ...rest] = text.split('-');
  if (rest.length > 0 || !TIME.test(start) || !TIME.test(end) || start === '24:00' || start === end) {
    throw new UnreadableText(text, 'a daily span such as 01:00-06:00');
  }
  return { startMs: sinceMidnight(start), endMs: sinceMidnight(end) };
}

/** A calendar date, `2026-03-21`. */
export function parseDate(text: string): string {
  const refusal = new UnreadableText(text, 'a calendar date such as 2026-03-21');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw refusal;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString();
  } catch {
    throw refusal;
  }
}

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** `200-299,301` as inclusive ranges of HTTP status codes. */
export function parseStatusRanges(text: string): StatusRange[] {
  return text.split(',').map((part) => {
    const match = /^ *([1-5]\d\d)(?:-([1-5]\d\d))? *$/.exec(part);
    const range = { from: Number(match?.[1]), to: Number(match?.[2] ?? match?.[1]) };
    if (!match || range.to < range.from) {
      throw new UnreadableText(text, 'HTTP status codes from 100 to 599 such as 200-299,301');
    }
    return range;
  });
}

/** A host name (international ones become their ASCII form) or an IP address without brackets. */
export function parseHost(text: string): string {
  const refusal = () => new UnreadableText(text, 'a host name or an IP address');
  if (ipaddr.IPv6.isValid(text) && !text.includes('%')) return text;
  // What ends in a number is an IPv4 address to resolvers, in notations that hide which (0x7f.1): only the plain one is read.
  if (/(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i.test(text)) {
    if (!ipaddr.IPv4.isValidFourPartDecimal(text)) throw refusal();
    return text;
  }
  if (/[\s/:@?#[\]\\%]/.test(text)) throw refusal();
  const ascii = domainToASCII(text);
  const labels = ascii.replace(/\.$/, '').split('.');
  if (ascii.length > 253 || !labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)))
    throw refusal();
  return ascii;
}

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** `mail.example.kz:25` or `[2001:db8::1]:25`. */
export function parseHostAndPort(text: string): HostAndPort {
  const expected = 'a host and a port from 1 to 65535 such as mail.example.kz:25';
  const match = /^(?:\[([^\]]*:[^\]]*)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535) throw new UnreadableText(text, expected);
  try {
    return { host: parseHost(match[1] ?? match[2] ?? ''), port };
  } catch {
    throw new UnreadableText(text, expected);
  }
}

/** An absolute `http:` or `https:` URL without credentials, in its normal form. */
export function parseWebUrl(text: string): string {
  const url = URL.parse(text);
  if (
    !/^https?:\/\/[^/\s]/i.test(text) ||
    url === null ||
    url.hostname === '' ||
    url.port === '0' ||
    /[\s\p{Cc}]/u.test(text)
  ) {
    throw new UnreadableText(text, 'an absolute URL with its scheme such as https://example.kz/');
  }
  if (url.username !== '' || url.password !== '') throw new UnreadableText(text, 'a URL without a user and a password');
  return url.href;
}

/** A JSON pointer, `/status/db`; empty for the whole (RFC 6901, section 3). */
export function parseJsonPointer(text: string): string {
  if (text.length > 500 || !/^(?:\/(?:[^~/]|~[01])*)*$/.test(text)) {
    throw new UnreadableText(text, 'a JSON pointer such as /status/db');
  }
  return text;
}

/** The value of a header of a request: visible ASCII, with blanks inside it only (RFC 9110, section 5.5). */
export function parseHeaderValue(text: string): string {
  if (text.length > 4_096 || !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)) {
    throw new UnreadableText(text, 'a text of at most 4096 characters of visible ASCII');
  }
  return text;
}

/** A user of basic authentication: a colon would end the name (RFC 7617, section 2). */
export function parseUserName(text: string): string {
  if (text === '' || text.length > 200 || text.includes(':')) {
    throw new UnreadableText(text, 'a user name of at most 200 characters without a colon');
  }
  return text;
}

/** A token of bearer authentication (RFC 6750, section 2.1). */
export function parseBearerToken(text: string): string {
  if (text.length > 4_096 || !/^[A-Za-z0-9\-._~+/]+=*$/.test(text)) {
    throw new UnreadableText(text, 'a token of at most 4096 letters, digits and -._~+/');
  }
  return text;
}

/** A mail relay, `smtp://host:port` or `smtps://host:port`, with or without credentials. */
export function parseRelay(text: string): string {
  const url = URL.parse(text);
  if (!/^smtps?:\/\/[^/\s]+\/?$/i.test(text) || url === null || url.hostname === '' || url.port === '0') {
    throw new UnreadableText(text, 'a mail relay such as smtp://127.0.0.1:25 or smtps://relay.example.kz:465');
  }
  return text;
}

/** One mail address, `ops@example.kz`. */
export function parseEmail(text: string): string {
  const refusal = () => new UnreadableText(text, 'a mail address such as ops@example.kz');
  const match = /^([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@([^@\s]+)$/.exec(text);
  const local = match?.[1] ?? '';
  const domain = match?.[2] ?? '';
  if (!match || local.startsWith('.') || local.endsWith('.') || local.includes('..') || !domain.includes('.'))
    throw refusal();
  try {
    return `${local}@${parseHost(domain)}`;
  } catch {
    throw refusal();
  }
}

/** A sender: an address, or `Name <address>`. */
export function parseSender(text: string): string {
  const match = /^(?:[^<>",;:@]+ )?<([^<>]+)>$/.exec(text);
  try {
    parseEmail(match?.[1] ?? text);
    return text;
  } catch {
    throw new UnreadableText(text, 'a sender such as ops@example.kz or SLA <ops@example.kz>');
  }
}

/** A range of addresses, `10.0.0.0/8` or `2001:db8::/32`, whose address is the first of the range. */
export function parseAddressRange(text: string): string {
  const refusal = new UnreadableText(text, 'an address range such as 10.0.0.0/8 or 2001:db8::/32');
  const [address = ''] = text.split('/');
  if (!ipaddr.isValidCIDR(text) || (!ipaddr.IPv4.isValidFourPartDecimal(address) && !address.includes(':')))
    throw refusal;
  const family = address.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
  const first = family.networkAddressFromCIDR(text).toString();
  if (ipaddr.parse(address).toString() !== first) {
    throw new UnreadableText(text, `the range by its first address, ${first}/${text.split('/')[1]}`);
  }
  return text;
}
