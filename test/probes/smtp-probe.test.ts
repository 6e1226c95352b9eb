import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import { expectNothingLeft, mailTarget, startProbing } from './probing.ts';

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

const BANNER: Step = { say: '220 mail.example ESMTP\r\n' };
const EHLO: Step = { hear: /EHLO .*\r\n/ };
const OFFERS: Step = { say: '250-mail.example\r\n250-PIPELINING\r\n250 STARTTLS\r\n' };
const STARTTLS: Step = { hear: /STARTTLS\r\n/ };
const AGREED: Step = { say: '220 2.0.0 Ready\r\n' };
const QUIT: Step[] = [{ hear: /QUIT\r\n/ }, { say: '221 Bye\r\n' }, 'close'];

async function probe(script: readonly Step[], security: 'plain' | 'starttls' | 'tls' = 'plain', timeoutMs = 2_000) {
  server = await startHostileServer(script);
  return probing.run({ target: mailTarget('smtp', server.port, security), timeoutMs, trust: [certificates.ca] });
}

describe('a decent server', () => {
  it('is up in plain text, and is told who we are and when we go', async () => {
    const result = await probe([BANNER, EHLO, OFFERS, ...QUIT]);
    expect(result).toMatchObject({ outcome: 'ok', evidence: { address: '127.0.0.1', status: 250 } });
    expect(Object.keys(result.phases)).toEqual(['connectMs', 'firstByteMs', 'transferMs']);
    expect(server?.heard).toEqual(['EHLO [127.0.0.1]\r\nQUIT\r\n']);
  });

  it('is up with STARTTLS, greeted again under TLS, with the certificate as evidence', async () => {
    const secured: Step = { tls: certificates.valid };
    const result = await probe([BANNER, EHLO, OFFERS, STARTTLS, AGREED, secured, EHLO, OFFERS, ...QUIT], 'starttls');
    expect(result).toMatchObject({
      outcome: 'ok',
      evidence: { tlsProtocol: 'TLSv1.3', certificate: { subject: 'CN=kepil test' } },
    });
    expect(Object.keys(result.phases)).toEqual(['connectMs', 'firstByteMs', 'transferMs', 'tlsMs']);
    expect(server?.heard.join('')).toContain('QUIT\r\n');
  });

  it('is up with TLS from the first byte', async () => {
    const result = await probe([{ tls: certificates.valid }, BANNER, EHLO, OFFERS, ...QUIT], 'tls');
    expect(result).toMatchObject({ outcome: 'ok', evidence: { tlsProtocol: 'TLSv1.3' } });
    expect(Object.keys(result.phases)).toEqual(['connectMs', 'tlsMs', 'firstByteMs', 'transferMs']);
  });

  it('may greet in several lines and end lines with LF alone', async () => {
    const result = await probe([{ say: '220-one\r\n220-two\n220\r\n' }, EHLO, { say: '250 hi\n' }, ...QUIT]);
    expect(result).toMatchObject({ outcome: 'ok' });
  });

  it.each([
    ['closes', 'close'],
    ['resets', 'reset'],
    ['is silent', 'silence'],
  ] as [string, Step][])('that %s at QUIT has served, and is waited for a second at most', async (_what, step) => {
    const result = await probe([BANNER, EHLO, OFFERS, { hear: /QUIT/ }, step], 'plain', 10_000);
    expect(result).toMatchObject({ outcome: 'ok' });
    expect(result.durationMs).toBeLessThan(900);
  });
});

describe('a hostile server', () => {
  const unsecured: readonly [string, string, readonly Step[]][] = [
    ['is silent', 'reply_timeout', ['silence']],
    ['is silent within the greeting', 'reply_timeout', [{ say: '220 mail' }, 'silence']],
    ['is silent after EHLO', 'reply_timeout', [BANNER, EHLO, 'silence']],
    ['never ends a reply', 'reply_timeout', [BANNER, EHLO, { say: '250-mail.example\r\n' }, 'silence']],
    ['drips', 'reply_timeout', [{ drip: `220 ${'x'.repeat(500)}`, everyMs: 5 }]],
    ['closes at once', 'connection_closed', ['close']],
    ['closes within the greeting', 'connection_closed', [{ say: '220 mail' }, 'close']],
    ['resets after EHLO', 'connection_closed', [BANNER, EHLO, 'reset']],
    ['greets with 421', 'smtp_code', [{ say: '421 4.3.2 too busy\r\n' }, 'close']],
    ['greets with 554', 'smtp_code', [{ say: '554-no\r\n554 go away\r\n' }, 'close']],
    ['greets with 250', 'smtp_code', [{ say: '250 hi\r\n' }, 'silence']],
    ['refuses EHLO', 'smtp_code', [BANNER, EHLO, { say: '502 what?\r\n' }, 'silence']],
    ['greets without a code', 'smtp_protocol', [{ say: 'hello\r\n' }, 'silence']],
    ['greets with an odd code', 'smtp_protocol', [{ say: '999 hello\r\n' }, 'silence']],
    ['runs the code into the text', 'smtp_protocol', [{ say: '220hello\r\n' }, 'silence']],
    ['changes the code within a reply', 'smtp_protocol', [BANNER, EHLO, { say: '250-a\r\n550 b\r\n' }, 'silence']],
    ['greets with a megabyte', 'reply_too_large', [{ say: `220 ${'x'.repeat(1024 * 1024)}\r\n` }, 'silence']],
    ['greets without end', 'reply_too_large', [{ flood: '220-hello hello hello\r\n' }]],
    ['floods in answer to EHLO', 'reply_too_large', [BANNER, EHLO, { flood: 'x'.repeat(1000) }]],
  ];
  it.each(unsecured)('that %s ends with %s', async (_what, word, script) => {
    const startMs = performance.now();
    const timeoutMs = word === 'reply_timeout' ? 300 : 3_000;
    const result = await probe(script, 'plain', timeoutMs);
    expect(result).toMatchObject({ outcome: 'fail', error: word });
    expect(performance.now() - startMs).toBeLessThan(timeoutMs + 250);
  });

  it('leaves its code and words as evidence, made printable', async () => {
    const result = await probe([{ say: '421 4.3.2 \x1b[2Jbusy\xff\r\n' }, 'close']);
    expect(result.evidence).toMatchObject({ status: 421, seen: '421 4.3.2 \\x1b[2Jbusy\\xc3\\xbf', expected: '220' });
  });
});

describe('STARTTLS', () => {
  const start = [BANNER, EHLO, OFFERS, STARTTLS];
  it.each([
    ['is not offered', 'starttls_missing', [BANNER, EHLO, { say: '250-x\r\n250 XSTARTTLS\r\n' }, 'silence']],
    ['is refused', 'starttls_refused', [...start, { say: '454 4.7.0 TLS not available\r\n' }, 'silence']],
    ['is answered with 421', 'smtp_code', [...start, { say: '421 closing\r\n' }, 'close']],
    ['is followed by silence', 'tls_timeout', [...start, AGREED, 'silence']],
    ['is followed by a close', 'tls_handshake', [...start, AGREED, 'close']],
    ['is followed by a reset', 'tls_handshake', [...start, AGREED, { hear: /./s }, 'reset']],
    [
      'is agreed to with text after it',
      'smtp_protocol',
      [...start, { say: '220 Ready\r\n250 injected\r\n' }, 'silence'],
    ],
    ['is followed by text instead of TLS', 'tls_handshake', [...start, AGREED, { hear: /./s }, { say: '250 hi\r\n' }]],
  ] as [string, string, Step[]][])('that %s ends with %s', async (_what, word, script) => {
    const timeoutMs = word === 'tls_timeout' ? 300 : 2_000;
    expect(await probe(script, 'starttls', timeoutMs)).toMatchObject({ outcome: 'fail', error: word });
    expect(server?.heard.join('')).not.toContain('QUIT');
  });

  it('never lets injected replies stand for those under TLS', async () => {
    // Injected ahead of the handshake: an EHLO reply that would make a silent server look alive.
    const script: Step[] = [...start, { say: '220 Ready\r\n250 hi\r\n' }, { tls: certificates.valid }, 'silence'];
    const result = await probe(script, 'starttls', 500);
    expect(result).toMatchObject({ error: 'smtp_protocol', evidence: { expected: 'TLS and nothing else' } });
  });

  it.each([
    ['expired', 'tls_expired'],
    ['wrongName', 'tls_name_mismatch'],
  ] as const)('with a certificate that is %s ends with %s', async (name, word) => {
    const script: Step[] = [...start, AGREED, { tls: certificates[name] }, EHLO, OFFERS, ...QUIT];
    expect(await probe(script, 'starttls')).toMatchObject({ error: word, evidence: { certificate: {} } });
  });
});
