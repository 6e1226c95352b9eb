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

const GREETING: Step = { say: '* OK [CAPABILITY IMAP4rev1] ready\r\n' };
const asked = (tag: string): Step => ({ hear: new RegExp(`${tag} CAPABILITY\r\n`) });
const offers = (tag: string): Step => ({ say: `* CAPABILITY IMAP4rev1 STARTTLS\r\n${tag} OK done\r\n` });
const STARTTLS: Step = { hear: /k2 STARTTLS\r\n/ };
const AGREED: Step = { say: 'k2 OK begin\r\n' };
const LOGOUT: Step[] = [{ hear: /k\d LOGOUT\r\n/ }, { say: '* BYE\r\nk9 OK\r\n' }, 'close'];

async function probe(script: readonly Step[], security: 'plain' | 'starttls' | 'tls' = 'plain', timeoutMs = 2_000) {
  server = await startHostileServer(script);
  return probing.run({ target: mailTarget('imap', server.port, security), timeoutMs, trust: [certificates.ca] });
}

describe('a decent server', () => {
  it('is up in plain text', async () => {
    const result = await probe([GREETING, asked('k1'), offers('k1'), ...LOGOUT]);
    expect(result).toMatchObject({ outcome: 'ok' });
    expect(Object.keys(result.phases)).toEqual(['connectMs', 'firstByteMs', 'transferMs']);
    expect(server?.heard).toEqual(['k1 CAPABILITY\r\nk2 LOGOUT\r\n']);
  });

  it('is up with STARTTLS, asked again under TLS', async () => {
    const secured: Step = { tls: certificates.valid };
    const script = [
      GREETING,
      asked('k1'),
      offers('k1'),
      STARTTLS,
      AGREED,
      secured,
      asked('k3'),
      offers('k3'),
      ...LOGOUT,
    ];
    expect(await probe(script, 'starttls')).toMatchObject({ outcome: 'ok', evidence: { tlsProtocol: 'TLSv1.3' } });
  });

  it('is up with TLS from the first byte', async () => {
    const script = [{ tls: certificates.valid }, GREETING, asked('k1'), offers('k1'), ...LOGOUT];
    expect(await probe(script, 'tls')).toMatchObject({ outcome: 'ok', evidence: { tlsProtocol: 'TLSv1.3' } });
  });

  it('may say other things between', async () => {
    const reply: Step = { say: '* 3 EXISTS\r\n* CAPABILITY\r\n* capability imap4rev2 idle\r\nk1 ok done\r\n' };
    expect(await probe([GREETING, asked('k1'), reply, ...LOGOUT])).toMatchObject({ outcome: 'ok' });
  });
});

describe('a hostile server', () => {
  it.each([
    ['is silent', 'reply_timeout', ['silence']],
    ['is silent after CAPABILITY', 'reply_timeout', [GREETING, asked('k1'), 'silence']],
    [
      'is silent before the tagged line',
      'reply_timeout',
      [GREETING, asked('k1'), { say: '* CAPABILITY IMAP4rev1\r\n' }, 'silence'],
    ],
    ['drips', 'reply_timeout', [{ drip: `* OK ${'x'.repeat(500)}`, everyMs: 5 }]],
    ['closes at once', 'connection_closed', ['close']],
    ['resets after the greeting', 'connection_closed', [GREETING, asked('k1'), 'reset']],
    ['greets with BYE', 'imap_status', [{ say: '* BYE overloaded\r\n' }, 'close']],
    ['says BYE later', 'imap_status', [GREETING, asked('k1'), { say: '* BYE shutting down\r\n' }, 'close']],
    ['answers NO', 'imap_status', [GREETING, asked('k1'), { say: 'k1 NO\r\n' }, 'silence']],
    ['answers BAD', 'imap_status', [GREETING, asked('k1'), { say: 'k1 BAD what\r\n' }, 'silence']],
    ['greets like another protocol', 'imap_protocol', [{ say: '+OK POP3 ready\r\n' }, 'silence']],
    ['greets with half a word', 'imap_protocol', [{ say: '* OKAY\r\n' }, 'silence']],
    ['answers with another tag', 'imap_protocol', [GREETING, asked('k1'), { say: 'k9 OK\r\n' }, 'silence']],
    ['answers with another word', 'imap_protocol', [GREETING, asked('k1'), { say: 'k1 FINE\r\n' }, 'silence']],
    [
      'has no capability of IMAP',
      'imap_protocol',
      [GREETING, asked('k1'), { say: '* CAPABILITY X\r\nk1 OK\r\n' }, 'silence'],
    ],
    ['greets with a megabyte', 'reply_too_large', [{ say: `* OK ${'x'.repeat(1024 * 1024)}\r\n` }, 'silence']],
    ['talks without end', 'reply_too_large', [GREETING, { flood: '* 1 EXISTS\r\n' }]],
  ] as [string, string, Step[]][])('that %s ends with %s', async (_what, word, script) => {
    const startMs = performance.now();
    const timeoutMs = word === 'reply_timeout' ? 300 : 3_000;
    expect(await probe(script, 'plain', timeoutMs)).toMatchObject({ outcome: 'fail', error: word });
    expect(performance.now() - startMs).toBeLessThan(timeoutMs + 250);
  });
});

describe('STARTTLS', () => {
  const start = [GREETING, asked('k1'), offers('k1'), STARTTLS];
  it.each([
    [
      'is not offered',
      'starttls_missing',
      [GREETING, asked('k1'), { say: '* CAPABILITY IMAP4rev1\r\nk1 OK\r\n' }, 'silence'],
    ],
    ['is refused', 'starttls_refused', [...start, { say: 'k2 BAD no\r\n' }, 'silence']],
    ['is followed by silence', 'tls_timeout', [...start, AGREED, 'silence']],
    [
      'is agreed to with text after it',
      'imap_protocol',
      [...start, { say: 'k2 OK\r\n* CAPABILITY IMAP4rev1\r\n' }, 'silence'],
    ],
  ] as [string, string, Step[]][])('that %s ends with %s', async (_what, word, script) => {
    const timeoutMs = word === 'tls_timeout' ? 300 : 2_000;
    expect(await probe(script, 'starttls', timeoutMs)).toMatchObject({ outcome: 'fail', error: word });
  });
});
