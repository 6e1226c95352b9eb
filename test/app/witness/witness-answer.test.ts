/** One question to a witness over a real socket, good, hostile and silent; and what is read of its reply. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askWitness, readAnswer } from '../../../src/app/witness/witness-answer.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { type Step, startHostileServer } from '../../support/hostile-server.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const UP = '# TYPE probe_success gauge\nprobe_success 1\nprobe_ip_addr_hash 3.177588961e+09\n';
const QUESTION = { target: 'https://acme.kz/?a=b&c', module: 'http_2xx' };
const ask = (port: number, { timeoutMs = 2_000, signal = new AbortController().signal, path = '/probe' } = {}) =>
  askWitness({ url: `http://127.0.0.1:${port}${path}`, timeoutMs, trust: [] }, QUESTION, systemClock, signal);

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

async function hostile(...script: readonly Step[]): Promise<number> {
  const server = await startHostileServer([{ hear: /\r\n\r\n/ }, ...script]);
  closers.push(() => server.close());
  return server.port;
}

describe('a witness', () => {
  it('is asked about the target with the module, and told how long its scrape may take', async () => {
    const asked: unknown[] = [];
    const port = await serve(({ url, headers }, reply) => {
      asked.push([url, headers['x-prometheus-scrape-timeout-seconds']]);
      reply.end(UP);
    });
    expect(await ask(port, { path: '/probe?debug=false' })).toEqual({ kind: 'up', addressHash: 3_177_588_961 });
    expect(asked).toEqual([['/probe?debug=false&target=https%3A%2F%2Facme.kz%2F%3Fa%3Db%26c&module=http_2xx', '1']]);
  });

  it.each([400, 403, 503, 301])('that answers with %s says nothing', async (status) => {
    const port = await serve((_request, reply) => reply.writeHead(status, { location: '/other' }).end(UP));
    expect(await ask(port)).toEqual({ kind: 'none', why: `status ${status}` });
  });

  it.each<[string, Step[]]>([
    ['is silent', ['silence']],
    ['hangs up', ['close']],
    ['resets', ['reset']],
    ['drips', [{ say: 'HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n' }, { drip: 'x'.repeat(9_000), everyMs: 20 }]],
    ['floods', [{ say: 'HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n' }, { flood: UP }]],
    ['floods its headers', [{ say: 'HTTP/1.1 200 OK\r\n' }, { flood: 'x-a: b\r\n'.repeat(1_000) }]],
    ['speaks no HTTP', [{ say: 'SSH-2.0-x\r\n' }, 'close']],
  ])('that %s says nothing, in time', async (_what, script) => {
    const port = await hostile(...script);
    const startMs = performance.now();
    expect(await ask(port, { timeoutMs: 500 })).toMatchObject({ kind: 'none', why: expect.any(String) });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it('that is not there says nothing', async () => {
    const port = await serve(() => {});
    for (const close of closers.splice(0)) await close();
    expect(await ask(port)).toMatchObject({ kind: 'none', why: expect.stringContaining('ECONNREFUSED') });
  });

  it('is let go when the daemon stops', async () => {
    const abort = new AbortController();
    const answer = ask(await hostile('silence'), { timeoutMs: 60_000, signal: abort.signal });
    abort.abort(new Error('the daemon is stopping'));
    expect(await answer).toEqual({ kind: 'none', why: 'the daemon is stopping' });
  });
});

describe('a reply', () => {
  const success = (value: string) => `probe_success ${value}\nprobe_ip_addr_hash 7\n`;
  it.each<[string, string, object]>([
    ['of success', UP, { kind: 'up', addressHash: 3_177_588_961 }],
    ['of failure', success('0'), { kind: 'down', addressHash: 7 }],
    ['of failure, with no address', 'probe_success 0\n', { kind: 'down', addressHash: 0 }],
    ['with line ends of another system', UP.replaceAll('\n', '\r\n'), { kind: 'up', addressHash: 3_177_588_961 }],
  ])('%s is read', (_what, text, answer) => expect(readAnswer(text)).toEqual(answer));

  it.each<[string, string]>([
    ['without it', 'up 1\n'],
    ['that is empty', ''],
    ['of two of them', `${UP}probe_success 0\n`],
    ['of success without an address', 'probe_success 1\n'],
    ['of two addresses', `${UP}probe_ip_addr_hash 7\n`],
    ['in a comment', '# probe_success 1\nprobe_ip_addr_hash 7\n'],
    ['under another name', success('1').replace('probe_success', 'probe_success_ratio')],
    ...['2', '-1', 'NaN', '+Inf', '1x', '0x1', '', '1 2', '٠'].map((value): [string, string] => [
      `of "${value}"`,
      success(value),
    ]),
  ])('%s says nothing', (_what, text) => expect(readAnswer(text)).toMatchObject({ kind: 'none' }));
});
