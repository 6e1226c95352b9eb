import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedReply } from '../../src/probes/dns-message.ts';
import { readSections } from '../../src/probes/dns-sections.ts';
import { wireName } from '../support/hostile-name-server.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

/** A reply without a question, whose answer is one record of `a.example`. */
function reply(type: number, data: Buffer, { kind = 1, length = data.length } = {}): Buffer {
  const head = hex('000081800000000100000000');
  const fields = Buffer.alloc(10);
  fields.writeUInt16BE(type, 0);
  fields.writeUInt16BE(kind, 2);
  fields.writeUInt32BE(300, 4);
  fields.writeUInt16BE(length, 8);
  return Buffer.concat([head, wireName('A.example'), fields, data]);
}

describe('a reply in sections', () => {
  it.each<[string, Buffer, string]>([
    ['an address', reply(1, hex('c0000201')), 'IN\tA\t192.0.2.1'],
    ['the root as a name', reply(15, hex('000000')), 'IN\tMX\t0 .'],
    ['quotes and strange bytes', reply(16, hex('0422005cff')), 'IN\tTXT\t"\\"\\000\\\\\\255"'],
    ['a type that nobody asks for', reply(65_280, hex('0a00')), 'IN\tTYPE65280\t\\# 2 0a00'],
    ['another class', reply(1, hex('c0000201'), { kind: 3 }), 'CLASS3\tTYPE1\t\\# 4 c0000201'],
  ])('shows %s as a zone file does', (_, message, shown) => {
    expect(readSections(message)).toEqual({
      answer: [`a.example.\t300\t${shown}`],
      authority: [],
      additional: [],
      serial: null,
    });
  });

  it.each<[string, Buffer]>([
    ['an address of three bytes', reply(1, hex('c00002'))],
    ['an address of five bytes', reply(1, hex('c000020101'))],
    ['an IPv6 address of four bytes', reply(28, hex('c0000201'))],
    ['a text that is longer than its record', reply(16, hex('05616263'))],
    ['a tag that is longer than its record', reply(257, hex('0009697373'))],
    ['a record that is longer than the message', reply(1, hex('c0000201'), { length: 9 })],
    ['a record that is cut off', reply(1, hex('')).subarray(0, -4)],
    ['a name that points at itself', Buffer.concat([hex('000081800000000100000000'), hex('c00c')])],
  ])('is malformed with %s', (_, message) => {
    expect(() => readSections(message)).toThrow(MalformedReply);
  });

  it('is read or malformed, whatever the bytes', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 });
    const rest = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(counts, rest, (numbers, bytes) => {
        const message = Buffer.concat([hex('00008180'), hex(numbers.map((n) => `000${n}`).join('')), bytes]);
        try {
          readSections(message);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedReply);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
