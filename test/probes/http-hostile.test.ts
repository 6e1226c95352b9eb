/**
 * Servers that mean ill, over HTTP/1.1: each ends within the deadline, bounded in memory, with the word that fits, and
 * nothing that is not printable becomes evidence. HTTP/2 has a file of its own, and so have redirects.
 */
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { HttpTarget } from '../../src/probes/target.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import { expectNothingLeft, httpTarget, startProbing } from './probing.ts';

const probing = startProbing();
const hostiles: HostileServer[] = [];
afterEach(() => expectNothingLeft(probing, hostiles.splice(0)));
afterAll(() => probing.close());

const SILENT_MS = 250;
const FLOOD_MS = 8_000;
const MEMORY_MIB_MAX = 120;

type More = Partial<HttpTarget>;
type Case = readonly [what: string, word: string, script: readonly Step[], more?: More];

const ASKED: Step = { hear: /\r\n\r\n/ };
/** Says this once it was asked. */
const says = (text: string | Buffer, ...then: Step[]): readonly Step[] => [
  ASKED,
  { say: text },
  ...(then.length === 0 ? (['silence'] as const) : then),
];
const drips = (text: string): readonly Step[] => [ASKED, { drip: text, everyMs: 1_000 }];
const floods = (text: string, more: string | Buffer): readonly Step[] => [ASKED, { say: text }, { flood: more }];
/** Many at once: a server that writes little at a time is slower than we are. */
const many = (text: string) => text.repeat(Math.ceil(65_536 / text.length));

const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
const LONG = `${HEAD}Content-Length: 100\r\n\r\n`;
const TEXT: More = { contains: 'text' };
const JSON_OK: More = { json: { path: '/a', equals: 1 } };
const FOLLOW: More = { redirects: { limit: 3, only: 'any' } };
const coded = (coding: string, body: Buffer) =>
  Buffer.concat([Buffer.from(`${HEAD}Content-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`), body]);

const ZEROS = Buffer.alloc(64 * 1024 * 1024);
const BOMBS = {
  gzip: gzipSync(ZEROS),
  deflate: deflateSync(ZEROS),
  br: brotliCompressSync(ZEROS, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
};

const SILENCE: readonly Case[] = [
  ['before it is asked', 'reply_timeout', ['silence']],
  ['after it was asked', 'reply_timeout', [ASKED, 'silence']],
  ['within the version', 'reply_timeout', says('HTT')],
  ['within the status', 'reply_timeout', says('HTTP/1.1 2')],
  ['within the reason', 'reply_timeout', says('HTTP/1.1 200 O')],
  ['after the status line', 'reply_timeout', says(HEAD)],
  ['within the name of a header', 'reply_timeout', says(`${HEAD}X-A`)],
  ['within the value of a header', 'reply_timeout', says(`${HEAD}X-A: b`)],
  ['before the end of the headers', 'reply_timeout', says(`${HEAD}X-A: b\r\n\r`)],
  ['before the body', 'reply_timeout', says(LONG)],
  ['within the body', 'reply_timeout', says(`${LONG}hello`)],
  ['within a body that ends with the connection', 'reply_timeout', says(`${HEAD}\r\nhello`)],
  ['within the size of a chunk', 'reply_timeout', says(`${CHUNKED}1`)],
  ['within a chunk', 'reply_timeout', says(`${CHUNKED}5\r\nhel`)],
  ['after a chunk', 'reply_timeout', says(`${CHUNKED}5\r\nhello\r\n`)],
  ['within the last chunk', 'reply_timeout', says(`${CHUNKED}0\r\n`)],
  ['within the trailers', 'reply_timeout', says(`${CHUNKED}0\r\nX-A: b\r\n`)],
  ['after an interim reply', 'reply_timeout', says('HTTP/1.1 103 Early Hints\r\n\r\n')],
  ['after a redirect', 'reply_timeout', [ASKED, 'silence'], FOLLOW],
];

const SLOWNESS: readonly Case[] = [
  ['of the status line', 'reply_timeout', drips(HEAD)],
  ['of the headers', 'reply_timeout', [ASKED, { say: HEAD }, { drip: 'X-A: b\r\n\r\n', everyMs: 1_000 }]],
  ['of the body', 'reply_timeout', [ASKED, { say: LONG }, { drip: 'x'.repeat(100), everyMs: 1_000 }]],
  ['of chunks', 'reply_timeout', [ASKED, { say: CHUNKED }, { drip: '1\r\nx\r\n'.repeat(20), everyMs: 1_000 }]],
  ['of interim replies', 'reply_timeout', drips('HTTP/1.1 103 Early Hints\r\n\r\n')],
  ['of the trailers', 'reply_timeout', [ASKED, { say: `${CHUNKED}0\r\n` }, { drip: 'X-A: b\r\n', everyMs: 1_000 }]],
];

const ENDLESSNESS: readonly Case[] = [
  ['empty lines', 'http_headers_too_large', floods('', many('\r\n'))],
  ['a reason', 'http_headers_too_large', floods('HTTP/1.1 200 ', many('z'))],
  ['header lines', 'http_headers_too_large', floods(HEAD, many('X-A: b\r\n'))],
  ['empty header lines', 'http_headers_too_large', floods(HEAD, many('X:\r\n'))],
  ['the name of a header', 'http_headers_too_large', floods(HEAD, many('z'))],
  ['the value of a header', 'http_headers_too_large', floods(`${HEAD}X: `, many('z'))],
  ['blanks before a value', 'http_headers_too_large', floods(`${HEAD}X: `, many(' '))],
  ['interim replies', 'http_protocol', floods('', many('HTTP/1.1 102 Processing\r\n\r\n'))],
  ['100 Continue', 'http_protocol', floods('', many('HTTP/1.1 100 Continue\r\n\r\n'))],
  ['headers of an interim reply', 'http_headers_too_large', floods('HTTP/1.1 103 Early Hints\r\n', many('X-A: b\r\n'))],
  ['a body', 'http_body_too_large', floods(`${HEAD}\r\n`, many('z')), TEXT],
  ['a body that nobody needs', 'ok', floods(`${HEAD}\r\n`, many('z'))],
  [
    'a body of an enormous length',
    'http_body_too_large',
    floods(`${HEAD}Content-Length: 9007199254740991\r\n\r\n`, many('z')),
    TEXT,
  ],
  ['chunks', 'http_body_too_large', floods(CHUNKED, many(`1000\r\n${'z'.repeat(4_096)}\r\n`)), TEXT],
  ['chunks of one byte', 'http_body_too_large', floods(CHUNKED, many('1\r\nz\r\n')), TEXT],
  ['chunks of one byte that are kept', 'http_body_too_large', floods(CHUNKED, many('1\r\n[\r\n')), JSON_OK],
  ['the extension of a chunk', 'http_body_too_large', floods(`${CHUNKED}1;`, many('z')), TEXT],
  ['the extension of a chunk that nobody needs', 'ok', floods(`${CHUNKED}1;`, many('z'))],
  ['extensions of chunks', 'http_body_too_large', floods(CHUNKED, many(`1;${'a=b;'.repeat(100)}c\r\nz\r\n`)), TEXT],
  ['zeros of a chunk’s size', 'http_body_too_large', floods(CHUNKED, many('0')), TEXT],
  ['trailers', 'http_headers_too_large', floods(`${CHUNKED}0\r\n`, many('X-A: b\r\n'))],
  ['JSON', 'http_body_too_large', floods(`${HEAD}\r\n{"a":[`, many('1,')), JSON_OK],
  ['what is compressed', 'http_body_too_large', floods(`${HEAD}Content-Encoding: gzip\r\n\r\n`, BOMBS.gzip), TEXT],
];

const BOMB: readonly Case[] = [
  ['gzip', 'http_body_too_large', says(coded('gzip', BOMBS.gzip)), TEXT],
  ['deflate', 'http_body_too_large', says(coded('deflate', BOMBS.deflate)), TEXT],
  ['br', 'http_body_too_large', says(coded('br', BOMBS.br)), TEXT],
  ['gzip with JSON', 'http_body_too_large', says(coded('gzip', BOMBS.gzip)), JSON_OK],
  ['gzip that nobody looks at', 'ok', says(coded('gzip', BOMBS.gzip))],
  [
    'gzip that is cut',
    'http_body_mismatch',
    says(coded('gzip', gzipSync('hello world, hello world').subarray(0, 20))),
    TEXT,
  ],
  ['gzip of gzip', 'http_body_mismatch', says(coded('gzip, gzip', gzipSync(BOMBS.gzip))), TEXT],
  ['nothing as gzip', 'http_body_mismatch', says(coded('gzip', Buffer.alloc(0))), TEXT],
];

const CUTS: readonly Case[] = (['reset', 'close'] as const).flatMap((cut): Case[] => [
  [`${cut} after it was asked`, 'connection_closed', [ASKED, cut]],
  [`${cut} within the status line`, 'connection_closed', says('HTTP/1.1 2', cut)],
  [`${cut} within the headers`, 'connection_closed', says(`${HEAD}X-A: b`, cut)],
  [`${cut} before the end of the headers`, 'connection_closed', says(`${HEAD}X-A: b\r\n`, cut)],
  [`${cut} after an interim reply`, 'connection_closed', says('HTTP/1.1 103 Early Hints\r\n\r\n', cut)],
  [`${cut} within the body`, 'connection_closed', says(`${LONG}hello`, cut)],
  [`${cut} within a chunk`, 'connection_closed', says(`${CHUNKED}5\r\nhel`, cut)],
  [`${cut} before the last chunk`, 'connection_closed', says(`${CHUNKED}5\r\nhello\r\n`, cut)],
  [`${cut} within the trailers`, 'connection_closed', says(`${CHUNKED}0\r\nX-A`, cut)],
]);

const FRAMING: readonly Case[] = [
  ['two lengths', 'http_protocol', says(`${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`)],
  ['one length twice', 'http_protocol', says(`${HEAD}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`)],
  ['a list of lengths', 'http_protocol', says(`${HEAD}Content-Length: 1, 2\r\n\r\na`)],
  ['a negative length', 'http_protocol', says(`${HEAD}Content-Length: -1\r\n\r\na`)],
  ['a length with a sign', 'http_protocol', says(`${HEAD}Content-Length: +1\r\n\r\na`)],
  ['a length that is no number', 'http_protocol', says(`${HEAD}Content-Length: 0x10\r\n\r\na`)],
  ['an empty length', 'http_protocol', says(`${HEAD}Content-Length: \r\n\r\na`)],
  ['a length beyond all bounds', 'http_protocol', says(`${HEAD}Content-Length: ${'9'.repeat(40)}\r\n\r\na`)],
  [
    'length and chunks',
    'http_protocol',
    says(`${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
  ],
  [
    'chunks and length',
    'http_protocol',
    says(`${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n`),
  ],
  ['a chunk without size', 'http_protocol', says(`${CHUNKED}\r\n\r\n`)],
  ['a negative chunk', 'http_protocol', says(`${CHUNKED}-1\r\nx\r\n`)],
  ['a chunk of a hexadecimal prefix', 'http_protocol', says(`${CHUNKED}0x1\r\nx\r\n`)],
  ['a chunk beyond all bounds', 'http_protocol', says(`${CHUNKED}${'f'.repeat(20)}\r\nx`)],
  ['a chunk that is longer than it said', 'http_protocol', says(`${CHUNKED}1\r\nxyz\r\n0\r\n\r\n`)],
  ['a chunk with NUL in its extension', 'http_protocol', says(`${CHUNKED}1;\0\r\nx\r\n0\r\n\r\n`)],
  ['a folded header', 'http_protocol', says(`${HEAD}X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n`)],
  ['a blank before the colon', 'http_protocol', says(`${HEAD}X-A : b\r\n\r\n`)],
  ['a header without a name', 'http_protocol', says(`${HEAD}: b\r\n\r\n`)],
  ['a header without a colon', 'http_protocol', says(`${HEAD}hello\r\n\r\n`)],
  ['NUL in a name', 'http_protocol', says(`${HEAD}X\0A: b\r\n\r\n`)],
  ['NUL in a value', 'http_protocol', says(`${HEAD}X-A: b\0c\r\n\r\n`)],
  ['a control character in a value', 'http_protocol', says(`${HEAD}X-A: \x1b[2J\r\n\r\n`)],
  ['a bare CR in a value', 'http_protocol', says(`${HEAD}X-A: b\rc\r\n\r\n`)],
  ['NUL in the reason', 'ok', says('HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n')],
  ['a status of two digits', 'http_protocol', says('HTTP/1.1 20 OK\r\n\r\n')],
  ['a status of four digits', 'http_protocol', says('HTTP/1.1 2000 OK\r\n\r\n')],
  ['a status of no digits', 'http_protocol', says('HTTP/1.1 abc OK\r\n\r\n')],
  ['a status beyond the list', 'http_status', says('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n')],
  ['a status of zeros', 'http_protocol', says('HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n')],
  ['a version of the future', 'http_protocol', says('HTTP/9.9 200 OK\r\n\r\n')],
  ['a version in lower case', 'http_protocol', says('http/1.1 200 OK\r\n\r\n')],
  ['the preface of HTTP/2', 'http_protocol', says('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['HTTP/0.9', 'http_protocol', says('<html>hello</html>', 'close')],
  ['a record of TLS', 'http_protocol', says('\x15\x03\x01\x00\x02\x02\x46')],
  ['a request', 'http_protocol', says('GET / HTTP/1.1\r\nHost: you\r\n\r\n')],
  [
    'an upgrade that nobody asked for',
    'http_protocol',
    says('HTTP/1.1 101 Go\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'),
  ],
  ['a greeting before the request', 'http_protocol', [{ say: '+OK POP3 ready\r\n' }, 'silence']],
  ['a reply before the request', 'ok', [{ say: `${HEAD}Content-Length: 0\r\n\r\n` }, 'silence']],
  ['HTTP/1.0', 'ok', says('HTTP/1.0 200 OK\r\n\r\nhello', 'close')],
  ['a status line without a reason', 'ok', says('HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n')],
  ['a second reply after the first', 'ok', says(`${HEAD}Content-Length: 1\r\n\r\naHTTP/1.1 500 No\r\n\r\n`)],
  ['a body with 204', 'ok', says('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello')],
  ['a body with HEAD', 'ok', says(`${HEAD}Content-Length: 5\r\n\r\nhello`), { method: 'HEAD' }],
];

const ESC = '\x1b[2J\x07\x9b31m';
const EVIDENCE: readonly Case[] = [
  ['the body', 'http_body_mismatch', says(`${HEAD}\r\n${ESC}\0\r\n\u202e<script>`, 'close'), TEXT],
  ['the text that is looked for', 'http_body_mismatch', says(`${HEAD}\r\nx`, 'close'), { contains: `${ESC}\r\n` }],
  [
    'a value of JSON',
    'http_json_mismatch',
    says(`${HEAD}\r\n{"a":"\\u001b[2J\\u202e\\r\\n\\u0000"}`, 'close'),
    JSON_OK,
  ],
  ['the name of a key of JSON', 'http_json_mismatch', says(`${HEAD}\r\n{"a":{"\\u001b":1}}`, 'close'), JSON_OK],
  ['what is no JSON', 'http_json_mismatch', says(`${HEAD}\r\n${ESC}`, 'close'), JSON_OK],
  [
    'a header',
    'http_header_mismatch',
    says(Buffer.from(`${HEAD}X-A: \x9b31m\x85\xa0\t\r\nContent-Length: 0\r\n\r\n`, 'latin1')),
    { responseHeaders: [{ name: 'x-a', equals: 'b' }] },
  ],
  [
    'the coding',
    'http_body_mismatch',
    says(Buffer.from(`${HEAD}Content-Encoding: \x9b31m\r\nContent-Length: 0\r\n\r\n`, 'latin1')),
    TEXT,
  ],
  [
    'a Location',
    'http_redirect',
    says(Buffer.from('HTTP/1.1 302 Go\r\nLocation: http://\x9b31m/\r\nContent-Length: 0\r\n\r\n', 'latin1')),
    FOLLOW,
  ],
  [
    'the scheme of a Location',
    'http_redirect',
    says('HTTP/1.1 302 Go\r\nLocation: x:\u202e\r\nContent-Length: 0\r\n\r\n'),
    FOLLOW,
  ],
  ['the reason', 'http_status', says('HTTP/1.1 500 \x9b31m<b>\r\nContent-Length: 0\r\n\r\n')],
  ['broken framing', 'http_protocol', says(`${ESC}\r\n`)],
];

async function probe([, , script, more = {}]: Case) {
  const server = await startHostileServer(script);
  hostiles.push(server);
  const floods = script.some((step) => typeof step === 'object' && 'flood' in step);
  const waits = script.some((step) => typeof step === 'object' && 'drip' in step) || script.at(-1) === 'silence';
  const limitMs = floods || !waits ? FLOOD_MS : SILENT_MS;
  const memory = process.memoryUsage().rss;
  const startMs = performance.now();
  const result = await probing.run({ target: httpTarget(server.port, more), timeoutMs: limitMs });
  expect(performance.now() - startMs).toBeLessThan(limitMs + 500);
  expect((process.memoryUsage().rss - memory) / 1_048_576).toBeLessThan(MEMORY_MIB_MAX);
  return result;
}

const named = (cases: readonly Case[]) => cases.map((one) => ({ name: `${one[0]}: ${one[1]}`, one }));
const wordOf = (result: Awaited<ReturnType<typeof probe>>) => (result.outcome === 'ok' ? 'ok' : result.error);

describe.each([
  ['is silent', SILENCE],
  ['sends a byte a second', SLOWNESS],
  ['sends without end', ENDLESSNESS],
  ['sends a bomb', BOMB],
  ['cuts the connection', CUTS],
  ['sends', FRAMING],
] as [string, readonly Case[]][])('a server that %s', (_kind, cases) => {
  it.each(named(cases))('$name', async ({ one }) => {
    const result = await probe(one);
    expect({ word: wordOf(result), evidence: result.evidence }).toMatchObject({ word: one[1] });
    for (const text of [result.evidence.seen, result.evidence.expected])
      expect(text ?? '').toMatch(/^[\x20-\x7e]{0,1000}$/);
  });
});

describe('a server that puts escapes into', () => {
  it.each(named(EVIDENCE))('$name', async ({ one }) => {
    const result = await probe(one);
    expect({ word: wordOf(result), evidence: result.evidence }).toMatchObject({ word: one[1] });
    expect(JSON.stringify(result.evidence)).toMatch(/^[\x20-\x7e]+$/);
    for (const text of [result.evidence.seen, result.evidence.expected])
      expect(text ?? '').toMatch(/^[\x20-\x7e]{0,1000}$/);
  });
});
