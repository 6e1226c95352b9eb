/** The texts of DNS and TCP checks as values. Each function throws UnreadableText saying found and expected. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { UnreadableText } from '../domain/time/text.ts';

export const RECORD_TYPES = ['A', 'AAAA', 'MX', 'NS', 'TXT', 'CNAME', 'SOA', 'CAA', 'SRV', 'PTR'] as const;

const LABEL = /^[a-z0-9_-]{1,63}$/;
const NAME_LENGTH_MAX = 253;
const BYTES_MAX = 1_000;
const UINT8_MAX = 255;
const UINT16_MAX = 65_535;
const UINT32_MAX = 4_294_967_295;

/** A name to ask for: in lower case and ASCII, without a trailing dot; `.` is the root, and empty. An address stays one. */
export function parseDnsName(text: string): string {
  if (text === '.' || isIP(text) !== 0) return text === '.' ? '' : text;
  const ascii = /[\s/\\?#@:%[\]]/.test(text) ? '' : domainToASCII(text);
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
  if (name.length > NAME_LENGTH_MAX || !name.split('.').every((label) => LABEL.test(label))) {
    throw new UnreadableText(text, 'a name such as example.kz');
  }
  return name;
}

/** The name under which an address's PTR record stands (RFC 1035 section 3.5, RFC 3596); undefined for what is no address. */
export function reverseName(address: string): string | undefined {
  if (isIPv4(address)) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
  if (!isIPv6(address)) return undefined;
  const hex = ipaddr.IPv6.parse(address)
    .toByteArray()
    .map((byte) => byte.toString(16).padStart(2, '0'));
  return `${[...hex.join('')].toReversed().join('.')}.ip6.arpa`;
}

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`, as it is. */
export function parseNameServer(text: string): string {
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isGood = isIPv6(text) || ((isIPv6(v6 ?? '') || isIPv4(v4 ?? '')) && isPort(port ?? '53'));
  if (!isGood || text.includes('%')) {
    throw new UnreadableText(text, 'the address of a name server such as 192.0.2.53 or [2001:db8::53]:5353');
  }
  return text;
}

function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= UINT16_MAX;
}

interface Form {
  readonly example: string;
  /** Throws a RangeError for what is not of this form. */
  readonly read: (text: string) => string;
}

const FORMS: Readonly<Record<(typeof RECORD_TYPES)[number], Form>> = {
  A: { example: '192.0.2.1', read: readIPv4 },
  AAAA: { example: '2001:db8::1', read: readIPv6 },
  NS: { example: 'ns1.example.kz', read: readName },
  CNAME: { example: 'www.example.kz', read: readName },
  PTR: { example: 'host.example.kz', read: readName },
  MX: { example: '10 mail.example.kz', read: (text) => readFields(text, [readUint16, readName]) },
  SRV: {
    example: '10 5 5060 sip.example.kz',
    read: (text) => readFields(text, [readUint16, readUint16, readUint16, readName]),
  },
  SOA: {
    example: 'ns1.example.kz hostmaster.example.kz 2026010100 7200 3600 1209600 300',
    read: (text) => readFields(text, [readName, readName, readUint32, readUint32, readUint32, readUint32, readUint32]),
  },
  CAA: { example: '0 issue "letsencrypt.org"', read: readCaa },
  // A probe reads the bytes of the record as characters.
  TXT: { example: 'v=spf1 -all', read: (text) => Buffer.from(text, 'utf8').toString('latin1') },
};

/** A record's data in the one form in which answers are compared. */
export function parseRecord(type: (typeof RECORD_TYPES)[number], text: string): string {
  const { example, read } = FORMS[type];
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnreadableText(text, `a record of type ${type} such as ${example}`);
  }
}

function readFields(text: string, readers: readonly ((text: string) => string)[]): string {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== readers.length) throw new RangeError('another number of fields');
  return readers.map((read, index) => read(fields[index] ?? '')).join(' ');
}

function readCaa(text: string): string {
  const [, flags = '', tag = '', quoted, bare] = /^(\d+) +([a-z0-9]+) +(?:"([^"]*)"|(\S+))$/i.exec(text) ?? [];
  const value = quoted ?? bare;
  if (value === undefined || Number(flags) > UINT8_MAX) throw new RangeError('not a CAA record');
  return `${Number(flags)} ${tag.toLowerCase()} "${value}"`;
}

function readIPv4(text: string): string {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) throw new RangeError('not an IPv4 address');
  return text;
}

function readIPv6(text: string): string {
  if (!isIPv6(text) || text.includes('%')) throw new RangeError('not an IPv6 address');
  return ipaddr.IPv6.parse(text).toRFC5952String();
}

function readName(text: string): string {
  if (isIP(text) !== 0) throw new RangeError('an address');
  return parseDnsName(text);
}

function readUint16(text: string): string {
  return readNumber(text, UINT16_MAX);
}

function readUint32(text: string): string {
  return readNumber(text, UINT32_MAX);
}

function readNumber(text: string, most: number): string {
  if (!/^\d{1,10}$/.test(text) || Number(text) > most) throw new RangeError('not a number');
  return String(Number(text));
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };

/** Text in UTF-8 with `\r`, `\n`, `\t`, `\\` and `\xHH`, as bytes: a character of the result (Latin-1) each. */
export function parseBytes(text: string): string {
  const bytes = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/\\(x[\da-f]{2}|[\s\S])?/gi, (_all, escaped: string | undefined) => {
      const plain = ESCAPES[escaped ?? ''];
      if (plain !== undefined) return plain;
      if (escaped === undefined || escaped.length !== 3) {
        throw new UnreadableText(text, 'a text in which a backslash begins \\r, \\n, \\t, \\\\ or \\xHH');
      }
      return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    });
  if (bytes.length === 0 || bytes.length > BYTES_MAX)
    throw new UnreadableText(text, `a text of 1 to ${BYTES_MAX} bytes`);
  return bytes;
}
