/**
 * DNS messages (RFC 1035 section 4), as much as a probe needs: one question out, a reply in. Every length and pointer of a
 * reply is the sender's claim (RFC 9267):
 *
 * 1. A name's pointers only lead backwards, so it ends, and are few; it is 255 bytes long at most.
 * 2. A record's data is read within its stated length, and must fill it.
 * 3. Counts are never trusted with memory; the answer section alone is read.
 */
import ipaddr from 'ipaddr.js';
import type { RecordType } from './target.ts';

export interface Question {
  readonly id: number;
  /** Without a trailing dot; empty for the root. */
  readonly name: string;
  readonly type: RecordType;
  /** Offers larger datagrams (EDNS, RFC 6891), which very old servers answer with FORMERR. */
  readonly edns: boolean;
}

export interface Header {
  readonly id: number;
  readonly isReply: boolean;
  /** TC: the answer did not fit. */
  readonly truncated: boolean;
  /** AD: the server has validated the answer. */
  readonly authentic: boolean;
  /** The lower four bits: 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED. */
  readonly code: number;
}

export interface DnsRecord {
  /** Lower case, without a trailing dot. */
  readonly owner: string;
  readonly type: number;
  /** As in a zone file, names in lower case and without a trailing dot; null for a type that is not asked for. */
  readonly text: string | null;
}

/** Says where a reply stops making sense. */
export class MalformedReply extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'MalformedReply';
  }
}

export const RECORD_TYPES: Readonly<Record<RecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  CAA: 257,
};

export const HEADER_BYTES = 12;
const CLASS_IN = 1;
const TYPE_OPT = 41;
/** Passes every path unfragmented (RFC 9715 and the DNS flag day 2020). */
const DATAGRAM_BYTES = 1_232;
const NAME_BYTES_MAX = 255;
/** No name has more labels, and an honest one has no pointer without a label; thousands of names may share a long way. */
const POINTERS_MAX = 127;
const TEXT_MAX = 2_000;

/** The datagram of a question that asks for recursion and for the AD flag (RFC 6840 section 5.7). */
export function encodeQuestion(question: Question): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(question.id, 0);
  header.writeUInt16BE(0x0120, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(question.edns ? 1 : 0, 10);
  const labels = question.name === '' ? [] : question.name.split('.');
  const name = labels.flatMap((label) => [Buffer.of(label.length), Buffer.from(label, 'latin1')]);
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(RECORD_TYPES[question.type], 1);
  tail.writeUInt16BE(CLASS_IN, 3);
  const parts = [header, ...name, tail];
  if (question.edns) {
    const option = Buffer.alloc(11);
    option.writeUInt16BE(TYPE_OPT, 1);
    option.writeUInt16BE(DATAGRAM_BYTES, 3);
    parts.push(option);
  }
  return Buffer.concat(parts);
}

/** The header of a message; null for fewer bytes than a header has. */
export function readHeader(message: Buffer): Header | null {
  if (message.length < HEADER_BYTES) return null;
  const flags = message.readUInt16BE(2);
  return {
    id: message.readUInt16BE(0),
    isReply: (flags & 0x8000) !== 0,
    truncated: (flags & 0x0200) !== 0,
    authentic: (flags & 0x0020) !== 0,
    code: flags & 0x000f,
  };
}

/** Whether a reply repeats the question: what else has its number is somebody's guess. Never throws. */
export function repeats(message: Buffer, question: Question): boolean {
  try {
    if (message.readUInt16BE(4) !== 1) return false;
    const { name, next } = readName(message, HEADER_BYTES);
    return (
      name === question.name.toLowerCase() &&
      message.readUInt16BE(next) === RECORD_TYPES[question.type] &&
      message.readUInt16BE(next + 2) === CLASS_IN
    );
  } catch {
    return false;
  }
}

/** The records of the answer section. Throws `MalformedReply`. */
export function readAnswers(message: Buffer): DnsRecord[] {
  try {
    const records: DnsRecord[] = [];
    const count = message.readUInt16BE(6);
    let at = readName(message, HEADER_BYTES).next + 4;
    for (let read = 0; read < count; read += 1) {
      const { name, next } = readName(message, at);
      const type = message.readUInt16BE(next);
      const start = next + 10;
      const end = start + message.readUInt16BE(next + 8);
      if (end > message.length) throw new MalformedReply(`record ${read + 1} is longer than the message`);
      const known = message.readUInt16BE(next + 2) === CLASS_IN;
      records.push({ owner: name, type, text: known ? readData(message, type, start, end) : null });
      at = end;
    }
    return records;
  } catch (error) {
    if (error instanceof RangeError) throw new MalformedReply('the message ends in the middle of a record');
    throw error;
  }
}

/** Data in the form of a zone file; null for a type that no probe asks for. */
function readData(message: Buffer, type: number, start: number, end: number): string | null {
  const nameAt = (at: number): string => {
    const { name, next } = readName(message, at);
    return fits(name, next, end);
  };
  switch (type) {
    case RECORD_TYPES.A:
      return fits(message.subarray(start, end).join('.'), start + 4, end);
    case RECORD_TYPES.AAAA:
      fits('', start + 16, end);
      return new ipaddr.IPv6([...message.subarray(start, end)]).toRFC5952String();
    case RECORD_TYPES.NS:
    case RECORD_TYPES.CNAME:
    case RECORD_TYPES.PTR:
      return nameAt(start);
    case RECORD_TYPES.MX:
      return `${message.readUInt16BE(start)} ${nameAt(start + 2)}`;
    case RECORD_TYPES.SRV: {
      const numbers = [0, 2, 4].map((offset) => message.readUInt16BE(start + offset));
      return `${numbers.join(' ')} ${nameAt(start + 6)}`;
    }
    case RECORD_TYPES.SOA: {
      const primary = readName(message, start);
      const mailbox = readName(message, primary.next);
      const numbers = [0, 4, 8, 12, 16].map((offset) => message.readUInt32BE(mailbox.next + offset));
      return fits(`${primary.name} ${mailbox.name} ${numbers.join(' ')}`, mailbox.next + 20, end);
    }
    case RECORD_TYPES.TXT:
      return readStrings(message, start, end);
    case RECORD_TYPES.CAA: {
      const tagEnd = start + 2 + message.readUInt8(start + 1);
      if (tagEnd > end) throw new MalformedReply('a CAA record is longer than it says');
      const tag = message.toString('latin1', start + 2, tagEnd).toLowerCase();
      return bounded(`${message.readUInt8(start)} ${tag} "${message.toString('latin1', tagEnd, end)}"`);
    }
    default:
      return null;
  }
}

/** The strings of a TXT record as one, as SPF and DKIM read them (RFC 7208 section 3.3). */
function readStrings(message: Buffer, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; ) {
    const next = at + 1 + message.readUInt8(at);
    text += message.toString('latin1', at + 1, next);
    at = next;
    if (at > end) throw new MalformedReply('a string of a TXT record is longer than the record');
  }
  return bounded(text);
}

function fits(text: string, read: number, end: number): string {
  if (read !== end) throw new MalformedReply('a record is not as long as it says');
  return text;
}

function bounded(text: string): string {
  return text.length > TEXT_MAX ? text.slice(0, TEXT_MAX) : text;
}

/** A name in lower case, without a trailing dot. Throws `MalformedReply` or RangeError. A dot or a strange byte inside a label is escaped (RFC 4343), so that no label passes for two. */
export function readName(message: Buffer, start: number): { name: string; next: number } {
  const labels: string[] = [];
  let at = start;
  let lowest = start;
  let next: number | null = null;
  let bytes = 0;
  let pointers = 0;
  for (;;) {
    const length = message.readUInt8(at);
    if (length === 0) return { name: labels.join('.'), next: next ?? at + 1 };
    if (length >= 0xc0) {
      const target = message.readUInt16BE(at) & 0x3fff;
      if (target >= lowest) throw new MalformedReply('a name points forwards or at itself');
      pointers += 1;
      if (pointers > POINTERS_MAX) throw new MalformedReply(`a name of more than ${POINTERS_MAX} pointers`);
      next ??= at + 2;
      at = target;
      lowest = target;
      continue;
    }
    if (length > 63) throw new MalformedReply('a label of an unknown kind');
    bytes += length + 1;
    if (bytes >= NAME_BYTES_MAX) throw new MalformedReply('a name of more than 255 bytes');
    if (at + 1 + length > message.length) throw new MalformedReply('a name runs out of the message');
    labels.push(escapeLabel(message.toString('latin1', at + 1, at + 1 + length)));
    at += length + 1;
  }
}

const PLAIN_LABEL = /^[A-Za-z0-9_-]+$/;

function escapeLabel(label: string): string {
  if (PLAIN_LABEL.test(label)) return label.toLowerCase();
  return label
    .toLowerCase()
    .replace(/[^\x21-\x7e]/g, (byte) => `\\${byte.charCodeAt(0).toString().padStart(3, '0')}`)
    .replace(/[."();@$]/g, (sign) => `\\${sign}`);
}
