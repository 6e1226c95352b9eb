/**
 * A DNS reply whole: every record of its three sections as a line of a zone file, for whoever looks at more than the
 * answer. Names are in lower case and end in a dot, fields are parted by a tab up to the data. A type that no probe asks
 * for is told as RFC 3597 has it: `TYPE46`, `\# 4 0a000001`.
 */
import ipaddr from 'ipaddr.js';
import { HEADER_BYTES, MalformedReply, RECORD_TYPES, readName } from './dns-message.ts';

export interface DnsSections {
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  /** Of the last SOA record of the answer. */
  readonly serial: number | null;
}

const CLASS_IN = 1;
const TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(RECORD_TYPES).map(([name, number]) => [number, name]),
);

/** Reads a message that has a header and one question or none. Throws `MalformedReply`. */
export function readSections(message: Buffer): DnsSections {
  try {
    let at = HEADER_BYTES;
    if (message.readUInt16BE(4) > 0) at = readName(message, at).next + 4;
    let serial: number | null = null;
    const section = (countAt: number): string[] => {
      const count = message.readUInt16BE(countAt);
      const lines: string[] = [];
      while (lines.length < count) {
        const record = readRecord(message, at);
        lines.push(record.line);
        if (countAt === 6 && record.serial !== null) serial = record.serial;
        at = record.next;
      }
      return lines;
    };
    const [answer, authority, additional] = [section(6), section(8), section(10)];
    return { answer, authority, additional, serial };
  } catch (error) {
    if (error instanceof RangeError) throw new MalformedReply('the message ends in the middle of a record');
    throw error;
  }
}

interface Read {
  readonly line: string;
  readonly serial: number | null;
  readonly next: number;
}

function readRecord(message: Buffer, start: number): Read {
  const owner = readName(message, start);
  const type = message.readUInt16BE(owner.next);
  const kind = message.readUInt16BE(owner.next + 2);
  const lifetime = message.readUInt32BE(owner.next + 4);
  const from = owner.next + 10;
  const to = from + message.readUInt16BE(owner.next + 8);
  if (to > message.length) throw new MalformedReply('a record is longer than the message');
  const known = kind === CLASS_IN ? TYPE_NAMES.get(type) : undefined;
  const data = known === undefined ? { text: opaque(message, from, to), end: to } : readData(message, type, from, to);
  if (data.end !== to) throw new MalformedReply('a record is not as long as it says');
  const fields = [`${owner.name}.`, lifetime, kind === CLASS_IN ? 'IN' : `CLASS${kind}`, known ?? `TYPE${type}`];
  return { line: [...fields, data.text].join('\t'), serial: data.serial ?? null, next: to };
}

interface Data {
  readonly text: string;
  /** Where what was read ends. */
  readonly end: number;
  readonly serial?: number;
}

function readData(message: Buffer, type: number, from: number, to: number): Data {
  switch (type) {
    case RECORD_TYPES.A:
      return { text: message.subarray(from, from + 4).join('.'), end: from + 4 };
    case RECORD_TYPES.AAAA:
      if (to !== from + 16) throw new MalformedReply('an address that is not 16 bytes long');
      return { text: new ipaddr.IPv6([...message.subarray(from, to)]).toRFC5952String(), end: to };
    case RECORD_TYPES.MX:
      return withName(message, [message.readUInt16BE(from)], from + 2);
    case RECORD_TYPES.SRV:
      return withName(
        message,
        [0, 2, 4].map((offset) => message.readUInt16BE(from + offset)),
        from + 6,
      );
    case RECORD_TYPES.SOA: {
      const primary = readName(message, from);
      const mailbox = readName(message, primary.next);
      const numbers = [0, 4, 8, 12, 16].map((offset) => message.readUInt32BE(mailbox.next + offset));
      const text = `${primary.name}. ${mailbox.name}. ${numbers.join(' ')}`;
      return { text, end: mailbox.next + 20, serial: numbers[0] ?? 0 };
    }
    case RECORD_TYPES.TXT:
      return readStrings(message, from, to);
    case RECORD_TYPES.CAA: {
      const tagEnd = from + 2 + message.readUInt8(from + 1);
      if (tagEnd > to) throw new MalformedReply('a CAA record is longer than it says');
      const tag = quotable(message.subarray(from + 2, tagEnd));
      return { text: `${message.readUInt8(from)} ${tag} "${quotable(message.subarray(tagEnd, to))}"`, end: to };
    }
    default:
      return withName(message, [], from);
  }
}

/** Numbers, then a name. */
function withName(message: Buffer, numbers: readonly number[], at: number): Data {
  const { name, next } = readName(message, at);
  return { text: [...numbers, `${name}.`].join(' '), end: next };
}

function readStrings(message: Buffer, from: number, to: number): Data {
  const strings: string[] = [];
  let at = from;
  while (at < to) {
    const end = at + 1 + message.readUInt8(at);
    if (end > to) throw new MalformedReply('a string of a TXT record is longer than the record');
    strings.push(`"${quotable(message.subarray(at + 1, end))}"`);
    at = end;
  }
  return { text: strings.join(' '), end: at };
}

function quotable(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/["\\]/g, (sign) => `\\${sign}`)
    .replace(/[^\x20-\x7e]/g, (byte) => `\\${byte.charCodeAt(0).toString().padStart(3, '0')}`);
}

function opaque(message: Buffer, from: number, to: number): string {
  return `\\# ${to - from} ${message.toString('hex', from, to)}`;
}
