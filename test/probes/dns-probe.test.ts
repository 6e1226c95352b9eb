import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { MalformedReply, readAnswers, readHeader, repeats } from '../../src/probes/dns-message.ts';
import type { DnsTarget } from '../../src/probes/target.ts';
import {
  AUTHENTIC,
  framed,
  type HostileNameServer,
  type HostileNameServerScript,
  questionOf,
  REPLY,
  type ReplyParts,
  record,
  replyTo,
  startHostileNameServer,
  TRUNCATED,
  wireName,
} from '../support/hostile-name-server.ts';
import { expectNothingLeft, startProbing } from './probing.ts';

const probing = startProbing();
const servers: HostileNameServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await expectNothingLeft(probing, []);
});
afterAll(() => probing.close());

async function serve(script: HostileNameServerScript): Promise<HostileNameServer> {
  const server = await startHostileNameServer(script);
  servers.push(server);
  return server;
}

/** A server that answers each question alike. */
const answering = (parts: ReplyParts) => ({ datagrams: (question: Buffer) => [replyTo(question, parts)] });

type Asking = Partial<DnsTarget> & { readonly timeoutMs?: number };

async function ask(script: HostileNameServerScript, { timeoutMs = 1_200, ...more }: Asking = {}) {
  const server = await serve(script);
  const startMs = performance.now();
  const target: DnsTarget = {
    kind: 'dns',
    name: 'a.example',
    type: 'A',
    servers: [server.address],
    expect: { kind: 'some' },
    dnssec: false,
    ...more,
  };
  const result = await probing.run({ target, timeoutMs });
  expect(performance.now() - startMs).toBeLessThan(timeoutMs + 250);
  return result;
}

const A = record(1, Buffer.of(192, 0, 2, 1));
const A2 = record(1, Buffer.of(192, 0, 2, 2));
const hex = (text: string) => Buffer.from(text, 'hex');

describe('an answer', () => {
  it('is up, with who gave it and its code as evidence', async () => {
    const result = await ask(answering({ answers: [A] }));
    expect(result).toMatchObject({ outcome: 'ok', evidence: { address: '127.0.0.1', status: 0 } });
    expect(Object.keys(result.phases)).toEqual(['firstByteMs', 'transferMs']);
  });

  it.each<[string, DnsTarget['type'], Buffer, string]>([
    ['A', 'A', hex('c0000201'), '192.0.2.1'],
    ['AAAA', 'AAAA', hex('20010db8000000000000000000000001'), '2001:db8::1'],
    ['NS', 'NS', wireName('NS1.Example'), 'ns1.example'],
    ['CNAME', 'CNAME', wireName('b.example'), 'b.example'],
    ['PTR', 'PTR', wireName('host.example'), 'host.example'],
    ['MX', 'MX', Buffer.concat([hex('000a'), wireName('mail.example')]), '10 mail.example'],
    ['MX with a compressed name', 'MX', hex('000ac00c'), '10 a.example'],
    ['SRV', 'SRV', Buffer.concat([hex('000a000513c4'), wireName('sip.example')]), '10 5 5060 sip.example'],
    ['TXT of two strings', 'TXT', hex('0361623a0163'), 'ab:c'],
    ['CAA', 'CAA', Buffer.concat([hex('0005'), Buffer.from('issueca.example')]), '0 issue "ca.example"'],
    [
      'SOA',
      'SOA',
      Buffer.concat([
        wireName('ns1.example'),
        wireName('root.example'),
        hex('0000000100000002000000030000000400000005'),
      ]),
      'ns1.example root.example 1 2 3 4 5',
    ],
  ])('with a record of %s is read as in a zone file', async (_, type, data, text) => {
    const numbers = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, CAA: 257 };
    const script = answering({ answers: [record(numbers[type], data)] });
    expect(await ask(script, { type, expect: { kind: 'exactly', answers: [text] } })).toMatchObject({ outcome: 'ok' });
  });

  it.each<[DnsTarget['expect']['kind'], string[], boolean]>([
    ['any', ['192.0.2.2', '192.0.2.9'], true],
    ['any', ['192.0.2.9'], false],
    ['all', ['192.0.2.2'], true],
    ['all', ['192.0.2.1', '192.0.2.2'], true],
    ['all', ['192.0.2.1', '192.0.2.9'], false],
    ['exactly', ['192.0.2.2', '192.0.2.1'], true],
    ['exactly', ['192.0.2.2'], false],
    ['exactly', ['192.0.2.1', '192.0.2.2', '192.0.2.9'], false],
  ])('that must hold %s of %j: %s', async (kind, answers, isUp) => {
    const result = await ask(answering({ answers: [A, A2] }), { expect: { kind, answers } as DnsTarget['expect'] });
    expect(result).toMatchObject(isUp ? { outcome: 'ok' } : { outcome: 'fail', error: 'dns_mismatch' });
    if (!isUp) expect(result.evidence.seen).toBe('192.0.2.1; 192.0.2.2');
  });

  it('is followed along its aliases, and not past them', async () => {
    const alias = record(5, wireName('B.example'));
    const far = record(1, Buffer.of(192, 0, 2, 1), wireName('b.example'));
    const other = record(1, Buffer.of(192, 0, 2, 66), wireName('c.example'));
    const exactly: Asking = { expect: { kind: 'exactly', answers: ['192.0.2.1'] } };
    expect(await ask(answering({ answers: [other, far, alias] }), exactly)).toMatchObject({ outcome: 'ok' });
    expect(await ask(answering({ answers: [other, alias] }))).toMatchObject({ error: 'dns_mismatch' });
    const loop = [record(5, wireName('b.example')), record(5, wireName('a.example'), wireName('b.example'))];
    expect(await ask(answering({ answers: loop }))).toMatchObject({ error: 'dns_mismatch' });
  });

  it('may be asked to be validated, or not to exist', async () => {
    const validated = answering({ flags: REPLY | AUTHENTIC, answers: [A] });
    expect(await ask(validated, { dnssec: true })).toMatchObject({ outcome: 'ok' });
    expect(await ask(answering({ answers: [A] }), { dnssec: true })).toMatchObject({
      error: 'dns_mismatch',
      evidence: { seen: 'NOERROR without the AD flag' },
    });
    const none: Asking = { expect: { kind: 'nxdomain' } };
    expect(await ask(answering({ flags: REPLY | 3 }), none)).toMatchObject({ outcome: 'ok' });
    expect(await ask(answering({ answers: [A] }), none)).toMatchObject({ error: 'dns_mismatch' });
    expect(await ask(answering({ flags: REPLY | 2 }), none)).toMatchObject({ error: 'dns_servfail' });
  });

  it.each<[string, HostileNameServerScript, string]>([
    ['no such name', answering({ flags: REPLY | 3 }), 'dns_nxdomain'],
    ['a failure', answering({ flags: REPLY | 2 }), 'dns_servfail'],
    ['a refusal', answering({ flags: REPLY | 5 }), 'dns_refused'],
    ['a refusal without the question', answering({ flags: REPLY | 5, questions: 0, question: hex('') }), 'dns_refused'],
    ['not implemented', answering({ flags: REPLY | 4 }), 'dns_failure'],
    ['no record', answering({}), 'dns_mismatch'],
    ['nothing', {}, 'dns_timeout'],
  ])('of %s has a word of its own', async (_, script, error) => {
    expect(await ask(script)).toMatchObject({ outcome: 'fail', error });
  });
});

describe('of several name servers', () => {
  it('the next is asked when one fails, refuses or is not there', async () => {
    const good = await serve(answering({ answers: [A] }));
    for (const script of [answering({ flags: REPLY | 2 }), answering({ flags: REPLY | 5 })]) {
      const bad = await serve(script);
      expect(await ask({}, { servers: [bad.address, good.address] })).toMatchObject({ outcome: 'ok' });
    }
    const gone = await startHostileNameServer({});
    await gone.close();
    expect(await ask({}, { servers: [gone.address, good.address] })).toMatchObject({ outcome: 'ok' });
    expect(await ask({}, { servers: [gone.address] })).toMatchObject({ outcome: 'fail', error: 'connect_refused' });
  });

  it('a silent one is passed over after a second and a half', async () => {
    const silent = await serve({});
    const good = await serve(answering({ answers: [A] }));
    const result = await ask({}, { servers: [silent.address, good.address], timeoutMs: 3_000 });
    expect(result).toMatchObject({ outcome: 'ok' });
    expect(result.durationMs).toBeGreaterThan(1_400);
  });

  it.each<[string, HostileNameServerScript['stream']]>([
    ['is silent over TCP', () => {}],
    ['trickles over TCP', (_question, socket) => void socket.write(hex('ff'))],
    ['does not listen on TCP', undefined],
  ])('the next is asked when one truncates and %s', async (_, stream) => {
    const truncating = await serve({
      datagrams: (question) => [replyTo(question, { flags: REPLY | TRUNCATED })],
      ...(stream === undefined ? {} : { stream }),
    });
    const good = await serve(answering({ answers: [A] }));
    const result = await ask({}, { servers: [truncating.address, good.address], timeoutMs: 4_000 });
    expect(result).toMatchObject({ outcome: 'ok', evidence: { address: '127.0.0.1' } });
  });

  it('each must pass the guard before any is asked', async () => {
    const good = await serve(answering({ answers: [A] }));
    expect(await ask({}, { servers: [good.address, '10.0.0.1'] })).toMatchObject({
      outcome: 'void',
      error: 'guard_refused',
      evidence: { address: '10.0.0.1' },
    });
    expect(good.asked.udp).toBe(0);
  });

  it('an old one that knows no EDNS is asked without it', async () => {
    const script = {
      datagrams: (question: Buffer) =>
        question.readUInt16BE(10) === 0
          ? [replyTo(question, { answers: [A] })]
          : [replyTo(question, { flags: REPLY | 1 })],
    };
    expect(await ask(script)).toMatchObject({ outcome: 'ok' });
  });
});

describe('a hostile name server', () => {
  const truncated = answering({ flags: REPLY | TRUNCATED });
  const overTcp = (stream: NonNullable<HostileNameServerScript['stream']>) => ({ ...truncated, stream });
  const guess = (parts: ReplyParts) => ({
    // Somebody else's guesses come first, then the answer.
    datagrams: (question: Buffer) => [
      replyTo(question, { answers: [A2], ...parts }),
      replyTo(question, { answers: [A] }),
    ],
  });
  const exactlyA: Asking = { expect: { kind: 'exactly', answers: ['192.0.2.1'] } };

  it.each<[string, HostileNameServerScript]>([
    [
      'another number',
      { datagrams: (q) => [replyTo(q, { id: q.readUInt16BE(0) ^ 1, answers: [A2] }), replyTo(q, { answers: [A] })] },
    ],
    ['another question', guess({ question: Buffer.concat([wireName('b.example'), hex('00010001')]) })],
    ['another type', guess({ question: Buffer.concat([wireName('a.example'), hex('001c0001')]) })],
    ['another class', guess({ question: Buffer.concat([wireName('a.example'), hex('00010003')]) })],
    ['a question that runs out', guess({ question: hex('3f61'), answers: [] })],
    ['no question', guess({ questions: 0, question: hex('') })],
    ['two questions', guess({ questions: 2 })],
    ['a question and no reply', guess({ flags: 0x0100 })],
    [
      'fewer bytes than a header',
      { datagrams: (q) => [Buffer.alloc(0), Buffer.alloc(11), replyTo(q, { answers: [A] })] },
    ],
  ])('that first sends %s is passed over, and the answer still counts', async (_, script) => {
    expect(await ask(script, exactlyA)).toMatchObject({ outcome: 'ok' });
  });

  it('that sends only what is no answer is a silent one, and that is said', async () => {
    const script = { datagrams: (q: Buffer) => [replyTo(q, { id: q.readUInt16BE(0) ^ 1 }), Buffer.alloc(3)] };
    const result = await ask(script, { timeoutMs: 300 });
    expect(result).toMatchObject({ outcome: 'fail', error: 'dns_timeout' });
    expect(result.evidence.seen).toMatch(/, and 2 datagrams that were no answer to it$/);
  });

  const longName = Buffer.concat([
    ...Array.from({ length: 5 }, () => Buffer.concat([Buffer.of(63), Buffer.alloc(63, 97)])),
    Buffer.of(0),
  ]);

  it.each<[string, ReplyParts]>([
    ['a name that points at itself', { answers: [record(1, hex('c0000201'), hex('c01b'))] }],
    ['names that point at each other', { answers: [record(5, hex('c029c027'))] }],
    ['a name that points forwards', { answers: [record(5, hex('c0ff'))] }],
    ['a name of more than 255 bytes', { answers: [record(5, longName)] }],
    ['a label of an unknown kind', { answers: [record(5, hex('4161'))] }],
    ['an address of five bytes', { answers: [record(1, hex('c000020101'))] }],
    ['an address of three bytes', { answers: [record(1, hex('c00002'))] }],
    ['a record longer than the message', { answers: [record(1, hex('c0000201'), undefined, 400)] }],
    ['more answers claimed than sent', { answers: [A], claims: 65_535 }],
    ['a name that ends before its record', { answers: [record(5, Buffer.concat([wireName('b.example'), hex('00')]))] }],
    ['half a header of a record', { answers: [A.subarray(0, 7)] }],
  ])('with %s gives no usable answer', async (_, parts) => {
    expect(await ask(answering(parts))).toMatchObject({ outcome: 'fail', error: 'dns_failure' });
  });

  it('cannot keep us busy with names of nothing but pointers', async () => {
    const first = 12 + 'a.example'.length + 2 + 4 + 12;
    const chain = Buffer.alloc(15_000);
    // An end, and then each pointer to the one before it.
    for (let at = 2; at < chain.length; at += 2) chain.writeUInt16BE(0xc000 | (first + at - 2), at);
    const last = Buffer.alloc(2);
    last.writeUInt16BE(0xc000 | (first + chain.length - 2), 0);
    const answers = [record(65_000, chain), ...Array.from({ length: 3_000 }, () => record(2, last, last))];
    const script = overTcp((question, socket) => socket.write(framed(replyTo(question, { answers }))));
    const result = await ask(script, { type: 'NS' });
    expect(result).toMatchObject({ outcome: 'fail', error: 'dns_failure' });
    expect(result.evidence.seen).toContain('pointers');
  });

  it('with text strings longer than their record, or a CAA tag that is, gives no usable answer', async () => {
    expect(await ask(answering({ answers: [record(16, hex('ff61'))] }), { type: 'TXT' })).toMatchObject({
      error: 'dns_failure',
    });
    expect(await ask(answering({ answers: [record(257, hex('00ff61'))] }), { type: 'CAA' })).toMatchObject({
      error: 'dns_failure',
    });
  });

  it('cannot pass one label off as two, nor NUL or an escape into evidence', async () => {
    const dotted = record(5, Buffer.concat([hex('03'), Buffer.from('b.c'), hex('00')]));
    const expected: Asking = { type: 'CNAME', expect: { kind: 'all', answers: ['b.c'] } };
    expect(await ask(answering({ answers: [dotted] }), expected)).toMatchObject({
      error: 'dns_mismatch',
      evidence: { seen: 'b\\.c' },
    });
    const nul = record(5, Buffer.concat([hex('06'), Buffer.from('b\0\x1b[m\xff', 'latin1'), hex('00')]));
    const seen = (await ask(answering({ answers: [nul] }), expected)).evidence.seen;
    expect(seen).toBe('b\\000\\027[m\\255');
    const text = record(16, hex('0561001b5b6d'));
    expect(
      (await ask(answering({ answers: [text] }), { type: 'TXT', expect: { kind: 'all', answers: ['x'] } })).evidence
        .seen,
    ).toBe('a\\x00\\x1b[m');
  });

  it('whose answer does not fit is asked over TCP, in pieces if need be', async () => {
    const many = Array.from({ length: 200 }, (_, k) => record(1, Buffer.of(192, 0, 2, k)));
    const result = await ask(
      overTcp((question, socket) => {
        const reply = framed(replyTo(question, { answers: many }));
        socket.write(reply.subarray(0, 1));
        setTimeout(() => socket.write(reply.subarray(1, 700)), 10);
        setTimeout(() => socket.write(reply.subarray(700)), 20);
      }),
      { expect: { kind: 'all', answers: ['192.0.2.199'] } },
    );
    expect(result).toMatchObject({ outcome: 'ok' });
    expect(result.phases.connectMs).toBeGreaterThan(0);
  });

  it.each<[string, HostileNameServerScript, string]>([
    ['truncates and does not listen on TCP', truncated, 'connect_refused'],
    [
      'truncates over TCP too',
      overTcp((q, socket) => socket.write(framed(replyTo(q, { flags: REPLY | TRUNCATED, answers: [] })))),
      'dns_mismatch',
    ],
    ['truncates and is silent over TCP', overTcp(() => {}), 'dns_timeout'],
    ['truncates and closes', overTcp((_q, socket) => socket.end()), 'dns_failure'],
    ['truncates and resets', overTcp((_q, socket) => socket.resetAndDestroy()), 'dns_failure'],
    ['truncates and promises 64 KiB', overTcp((_q, socket) => socket.write(hex('ffff0000'))), 'dns_timeout'],
    ['truncates and sends an empty message', overTcp((_q, socket) => socket.write(hex('0000'))), 'dns_failure'],
    [
      'truncates and sends another answer',
      overTcp((q, socket) => socket.write(framed(replyTo(q, { id: q.readUInt16BE(0) ^ 1 })))),
      'dns_failure',
    ],
    [
      'truncates and sends a byte at a time',
      overTcp((q, socket) => {
        const reply = framed(replyTo(q, { answers: [A] }));
        let at = 0;
        const timer = setInterval(() => {
          if (socket.destroyed) clearInterval(timer);
          else socket.write(reply.subarray(at, ++at));
        }, 50);
      }),
      'dns_timeout',
    ],
    [
      'truncates and talks without end',
      overTcp((q, socket) => {
        const flood = Buffer.concat([framed(replyTo(q, { flags: REPLY | 2 })), Buffer.alloc(1_000_000)]);
        socket.write(flood);
      }),
      'dns_servfail',
    ],
  ])('that %s ends in time with its word', async (_, script, error) => {
    expect(await ask(script, { timeoutMs: error === 'dns_timeout' ? 400 : 1_500 })).toMatchObject({
      outcome: 'fail',
      error,
    });
  });

  it('that floods with datagrams of no use ends in time', async () => {
    const script = {
      datagrams: (q: Buffer) => Array.from({ length: 500 }, () => replyTo(q, { id: q.readUInt16BE(0) ^ 1 })),
    };
    expect(await ask(script, { timeoutMs: 400 })).toMatchObject({ error: 'dns_timeout' });
  });
});

it('reads random and mutated replies without a crash, a hang or a name that never ends', () => {
  const question = { id: 7, name: 'a.example', type: 'A', edns: false } as const;
  const asked = Buffer.concat([hex('000701000001000000000000'), wireName('a.example'), hex('00010001')]);
  const good = replyTo(asked, {
    answers: [record(5, hex('c00e')), record(15, hex('000ac00c')), record(16, hex('0161')), record(257, hex('000161'))],
  });
  expect(questionOf(asked).length).toBe(15);
  const mutated = fc
    .tuple(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(good.length))
    .map(([changes, cut]) => {
      const copy = Buffer.from(good);
      for (const [at, byte] of changes) copy[at] = byte;
      return cut % 3 === 0 ? copy.subarray(0, cut) : copy;
    });
  const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(mutated, noise), (message) => {
      readHeader(message);
      repeats(message, question);
      try {
        for (const { owner, text } of readAnswers(message)) {
          expect(owner.length + (text?.length ?? 0)).toBeLessThan(5_000);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedReply);
      }
    }),
    { numRuns: 20_000 },
  );
});
