/**
 * Random and mutated replies through the very path that a probe's reply takes, over an in-process stream in place of a
 * connection: no crash, no hang, no growth. `HTTP_FUZZ_INPUTS=1000000 npx vitest run test/probes/http-fuzz.test.ts` for
 * the long form; `HTTP_FUZZ_SEED` chooses another sequence, and each failure names its own seed.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { expect, it } from 'vitest';
import { BlockPageWatch } from '../../src/probes/block-page.ts';
import { Exchange } from '../../src/probes/exchange.ts';
import { type HttpPlan, planOf } from '../../src/probes/http-plan.ts';
import { nextHop } from '../../src/probes/http-redirect.ts';
import { type Follow, HttpReply } from '../../src/probes/http-reply.ts';
import { askOverHttp1 } from '../../src/probes/http1-request.ts';
import { askOverHttp2 } from '../../src/probes/http2-request.ts';
import { FAILURES, type ProbeResult } from '../../src/probes/outcome.ts';
import { type BlockPage, DEFAULT_STATUS, type HttpTarget } from '../../src/probes/target.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { randomPieces, randomReply } from '../support/http-inputs.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const INPUTS = Number(process.env.HTTP_FUZZ_INPUTS ?? 4_000);
const SEED = Number(process.env.HTTP_FUZZ_SEED ?? 20260217);
const LONG_FORM = INPUTS > 10_000;
const AT_ONCE = 16;
/** More turns of the event loop than any input needs; a reply that takes more hangs. */
const TURNS_MAX = 200;
const GROWTH_MIB_MAX = 96;
const PRINTABLE = /^[\x20-\x7e]*$/;

const common = { kind: 'http', url: 'http://127.0.0.1:8/', status: DEFAULT_STATUS } as const;
const PLANS: readonly HttpPlan[] = (
  [
    common,
    { ...common, contains: 'hello', lacks: 'Fatal error' },
    { ...common, json: { path: '/a/b', equals: 1 } },
    { ...common, responseHeaders: [{ name: 'content-type', contains: 'html' }, { name: 'x-a' }] },
    { ...common, method: 'HEAD' },
    { ...common, method: 'POST', body: 'hello', contains: 'hello' },
    { ...common, redirects: { limit: 2, only: 'any' }, auth: { username: 'ops', password: 'hunter2' } },
  ] satisfies HttpTarget[]
).map(planOf);

/** A connection whose other end is a list of pieces, one for each turn, and then an end or an error. */
class Scripted extends Duplex {
  bytesRead = 0;

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }

  async play(pieces: readonly Buffer[], reset: boolean): Promise<void> {
    for (const piece of pieces) {
      if (this.destroyed) return;
      this.bytesRead += piece.length;
      this.push(piece);
      await turn();
    }
    if (this.destroyed) return;
    if (reset) this.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    else this.push(null);
  }
}

const BLOCK_PAGES: readonly BlockPage[] = [
  { status: [{ from: 500, to: 599 }], text: 'hello' },
  { location: 'http://127.0.0.1/next' },
  { text: 'o' },
];

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The result of one probe whose server sends these bytes. Undefined: it hangs. */
async function feed(
  plan: HttpPlan,
  random: SeededRandom,
  bytes: Buffer,
  http2: boolean,
): Promise<ProbeResult | undefined> {
  let result: ProbeResult | undefined;
  const exchange = new Exchange(systemClock, { target: common, timeoutMs: 60_000 }, (settled) => {
    result = settled;
  });
  const { redirects, first } = plan;
  const follow: Follow | null =
    redirects === null
      ? null
      : (status, headers) => {
          nextHop({ status, headers }, [first], redirects, plan.quote);
          exchange.succeed();
        };
  const pages = random.chance(0.5) ? new BlockPageWatch(BLOCK_PAGES) : null;
  const reply = new HttpReply(exchange, { plan, follow, href: first.href, pages });
  const connection = new Scripted();
  connection.on('error', () => {});
  exchange.own(connection as unknown as Socket);
  exchange.enter('firstByteMs');
  if (http2) askOverHttp2(exchange, first, connection as unknown as TLSSocket, reply);
  else askOverHttp1(exchange, first, connection as unknown as Socket, reply);
  await connection.play(randomPieces(random, bytes), random.chance(0.3));
  for (let turns = 0; turns < TURNS_MAX && result === undefined; turns += 1) await turn();
  if (result === undefined) exchange.abandon('internal_error', 'it hangs');
  return result;
}

/** Runs so many inputs, from `SEED` on, and counts the words that they end with. */
async function fuzz(inputs: number, http2: boolean, draw: (random: SeededRandom) => Buffer) {
  const words = new Map<string, number>();
  let seed = SEED;
  let settledRss = 0;
  let growthMib = 0;
  const work = async () => {
    while (seed < SEED + inputs) {
      const mine = seed;
      seed += 1;
      const random = new SeededRandom(mine);
      const plan = random.pick(PLANS);
      const result = await feed(plan, random, draw(random), http2);
      const word = result === undefined ? 'hang' : result.outcome === 'ok' ? 'ok' : result.error;
      words.set(word, (words.get(word) ?? 0) + 1);
      const { seen = '', expected = '' } = result?.evidence ?? {};
      if (
        !(word === 'ok' || FAILURES.some((known) => known === word)) ||
        !PRINTABLE.test(seen) ||
        !PRINTABLE.test(expected)
      ) {
        throw new Error(`seed ${mine}: ${JSON.stringify(result ?? 'it hangs')}`);
      }
      const done = mine - SEED;
      if (done === Math.floor(inputs / 2)) settledRss = process.memoryUsage().rss;
      if (done > inputs / 2 && done % 1_000 === 0)
        growthMib = Math.max(growthMib, (process.memoryUsage().rss - settledRss) / 1_048_576);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { words: Object.fromEntries(words), growthMib };
}

it(`ends each of ${INPUTS} replies over HTTP/1.1 with a word of the list`, { timeout: 3_600_000 }, async () => {
  const startMs = performance.now();
  const { words, growthMib } = await fuzz(INPUTS, false, randomReply);
  if (LONG_FORM)
    process.stdout.write(`${JSON.stringify({ words, growthMib, seconds: (performance.now() - startMs) / 1_000 })}\n`);
  // Inputs that all end alike would test nothing.
  expect(Object.keys(words).length).toBeGreaterThan(6);
  expect(growthMib).toBeLessThan(GROWTH_MIB_MAX);
});

const FRAME_TYPES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x77];

/** Frames of HTTP/2, a few of them wrong. */
function randomFrames(random: SeededRandom): Buffer {
  const frames = [Buffer.from('000000040000000000', 'hex')];
  // `:status: 200` and perhaps a body: the beginning of a good reply.
  if (random.chance(0.6)) frames.push(Buffer.from(`00000101${random.pick(['04', '05'])}0000000188`, 'hex'));
  if (random.chance(0.3)) frames.push(Buffer.from(`00000500${random.pick(['00', '01'])}0000000168656c6c6f`, 'hex'));
  for (let count = random.whole(0, 6); count > 0; count -= 1) {
    const payload = Buffer.from(Array.from({ length: random.whole(0, 24) }, () => random.whole(0, 255)));
    if (random.chance(0.5) && payload.length > 0) payload[0] = 0x88;
    const head = Buffer.alloc(9);
    head.writeUIntBE(random.chance(0.9) ? payload.length : random.whole(0, 70_000), 0, 3);
    head.writeUInt8(random.pick(FRAME_TYPES), 3);
    head.writeUInt8(random.pick([0, 1, 4, 5, 255]), 4);
    head.writeUInt32BE(random.pick([0, 1, 1, 1, 2, 3, 0x7fffffff]), 5);
    frames.push(head, payload);
  }
  return Buffer.concat(frames);
}

it(`ends each of ${INPUTS / 10} replies over HTTP/2 with a word of the list`, { timeout: 3_600_000 }, async () => {
  const { words, growthMib } = await fuzz(INPUTS / 10, true, randomFrames);
  if (LONG_FORM) process.stdout.write(`${JSON.stringify({ words, growthMib })}\n`);
  expect(Object.keys(words).length).toBeGreaterThan(2);
  expect(growthMib).toBeLessThan(GROWTH_MIB_MAX);
});
