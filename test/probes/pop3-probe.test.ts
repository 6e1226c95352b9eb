import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Pop3Target } from '../../src/probes/target.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import { CREDENTIALS, hear, POP3, POP3_OPEN, say } from './mail-scripts.ts';
import { expectNothingLeft, startProbing } from './probing.ts';

const probing = startProbing();
let certificates: Certificates;
let server: HostileServer | undefined;

beforeAll(async () => {
  certificates = await makeCertificates();
});
afterEach(async () => {
  await expectNothingLeft(probing, server === undefined ? [] : [server]);
});
afterAll(() => probing.close());

async function probe(script: readonly Step[], more: Partial<Pop3Target> = {}) {
  server = await startHostileServer(script);
  const target: Pop3Target = { kind: 'pop3', host: '127.0.0.1', port: server.port, security: 'plain', ...more };
  return probing.run({ target, timeoutMs: 2_000, trust: [certificates.ca] });
}

describe('a decent server', () => {
  const goodbye = [POP3.quit, POP3.ok, 'close'] as const;
  const login = [POP3.user, POP3.ok, POP3.pass, POP3.ok, POP3.stat, say('+OK 2 320'), ...goodbye];

  it('is up in plain text', async () => {
    const result = await probe([...POP3_OPEN, ...goodbye]);
    expect(result).toMatchObject({ outcome: 'ok', evidence: { address: '127.0.0.1' } });
    expect(Object.keys(result.phases)).toEqual(['connectMs', 'firstByteMs', 'transferMs']);
    expect(server?.heard).toEqual(['CAPA\r\nQUIT\r\n']);
  });

  it('need not know CAPA', async () => {
    const script = [POP3.greeting, POP3.capa, say('-ERR what?'), ...login];
    expect(await probe(script, { credentials: CREDENTIALS })).toMatchObject({ outcome: 'ok' });
  });

  it('is logged in to and counts its messages, under STLS, with CAPA asked again', async () => {
    const { inPlainText: _, ...credentials } = { ...CREDENTIALS, password: 'two words ü' };
    const secured: Step = { tls: certificates.valid };
    const script = [...POP3_OPEN, hear(/STLS\r\n/), POP3.ok, secured, POP3.capa, POP3.offers, ...login];
    expect(await probe(script, { security: 'starttls', credentials })).toMatchObject({
      outcome: 'ok',
      evidence: { tlsProtocol: 'TLSv1.3' },
    });
    const [heard = ''] = server?.heard ?? [];
    expect(Buffer.from(heard, 'latin1').toString()).toMatch(
      /CAPA\r\nUSER alice\r\nPASS two words ü\r\nSTAT\r\nQUIT\r\n$/,
    );
  });

  it('is logged in to with TLS from the first byte', async () => {
    const { inPlainText: _, ...credentials } = CREDENTIALS;
    const script = [{ tls: certificates.valid }, ...POP3_OPEN, ...login];
    expect(await probe(script, { security: 'tls', credentials })).toMatchObject({ outcome: 'ok' });
  });
});

describe('STLS', () => {
  it.each([
    ['is not offered', [POP3.greeting, POP3.capa, say('+OK', 'USER', '.')]],
    ['is not known, like CAPA', [POP3.greeting, POP3.capa, say('-ERR')]],
  ])('that %s ends with starttls_missing', async (_what, script) => {
    expect(await probe(script, { security: 'starttls' })).toMatchObject({ error: 'starttls_missing' });
  });
});
