import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { TcpTarget } from '../../src/probes/target.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import { expectNothingLeft, startProbing } from './probing.ts';

const probing = startProbing();
const servers: HostileServer[] = [];
let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
});
afterEach(() => expectNothingLeft(probing, servers.splice(0)));
afterAll(() => probing.close());

async function probe(script: readonly Step[], more: Partial<TcpTarget> = {}, timeoutMs = 1_500) {
  const server = await startHostileServer(script);
  servers.push(server);
  const startMs = performance.now();
  const target: TcpTarget = { kind: 'tcp', host: '127.0.0.1', port: server.port, tls: false, ...more };
  const result = await probing.run({ target, timeoutMs, trust: [certificates.ca] });
  expect(performance.now() - startMs).toBeLessThan(timeoutMs + 250);
  return { result, server };
}

it('is up when somebody takes the connection', async () => {
  const { result } = await probe(['silence']);
  expect(result).toMatchObject({ outcome: 'ok', evidence: { address: '127.0.0.1' } });
  expect(Object.keys(result.phases)).toEqual(['connectMs']);
});

it('sends bytes and finds bytes, also over TLS and across pieces', async () => {
  const script: Step[] = [{ hear: /PING\r\n/ }, { drip: 'x\xff+PONG\r\n', everyMs: 2 }, 'silence'];
  for (const tls of [false, true]) {
    const steps: Step[] = tls ? [{ tls: certificates.valid }, ...script] : script;
    const { result, server } = await probe(steps, { tls, send: 'PING\r\n', expect: '+PONG' });
    expect(result).toMatchObject({ outcome: 'ok' });
    expect(server.heard).toContain('PING\r\n');
  }
  const { result } = await probe([{ hear: /\xff/ }, { say: Buffer.of(0, 255, 1) }], {
    send: '\0\xff',
    expect: '\xff\x01',
  });
  expect(result).toMatchObject({ outcome: 'ok' });
});

it.each<[string, Step[], Partial<TcpTarget>, string]>([
  ['says something else and waits', [{ say: 'SSH-1.99-x\r\n' }, 'silence'], { expect: 'SSH-2.0' }, 'tcp_mismatch'],
  ['says something else and ends', [{ say: 'no' }, 'close'], { expect: 'yes' }, 'tcp_mismatch'],
  ['says something else without end', [{ flood: 'no '.repeat(5_000) }], { expect: 'yes' }, 'tcp_mismatch'],
  ['says it a byte at a time', [{ drip: 'yes, yes, yes', everyMs: 100 }], { expect: 'yes, yes, yes' }, 'tcp_mismatch'],
  ['says nothing', ['silence'], { expect: 'yes' }, 'reply_timeout'],
  ['ends', ['close'], { expect: 'yes' }, 'connection_closed'],
  ['resets', [{ hear: /./ }, 'reset'], { send: 'x', expect: 'yes' }, 'connection_closed'],
  ['does not speak TLS', [{ say: 'hello\r\n' }, 'close'], { tls: true }, 'tls_handshake'],
  ['is silent in the handshake', ['silence'], { tls: true }, 'tls_timeout'],
])('ends in time with its word when the server %s', async (_, script, more, error) => {
  const { result } = await probe(script, more, 300);
  expect(result).toMatchObject({ outcome: 'fail', error });
});

it('shows what came, bounded and printable', async () => {
  const { result } = await probe([{ say: `\x1b[2J\0${'x'.repeat(500)}` }, 'close'], { expect: 'yes\r\n' });
  expect(result.evidence.seen).toMatch(/^505 bytes and then the end, beginning "\\x1b\[2J\\x00x{115}\.\.\."$/);
  expect(result.evidence.expected).toBe('"yes\\x0d\\x0a"');
});

it('believes no certificate that is not good', async () => {
  const { result } = await probe([{ tls: certificates.wrongName }], { tls: true, expect: 'x' });
  expect(result).toMatchObject({ outcome: 'fail', error: 'tls_name_mismatch' });
});

it('is void for a host that is none or may not be dialled, and refused where nobody listens', async () => {
  const target: TcpTarget = { kind: 'tcp', host: 'a b', port: 1, tls: false };
  expect(await probing.run({ target, timeoutMs: 500 })).toMatchObject({ outcome: 'void', error: 'guard_refused' });
  expect(await probing.run({ target: { ...target, host: '10.0.0.1' }, timeoutMs: 500 })).toMatchObject({
    error: 'guard_refused',
  });
  expect(await probing.run({ target: { ...target, host: '127.0.0.1' }, timeoutMs: 500 })).toMatchObject({
    error: 'connect_refused',
  });
});
