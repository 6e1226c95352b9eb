import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TlsTarget } from '../../src/probes/target.ts';
import { type Certificates, type Identity, makeCertificates, makeSelfSigned } from '../support/certificates.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import { makeOpensslAuthority, type OpensslAuthority } from '../support/openssl-authority.ts';
import { installed } from '../support/servers/program.ts';
import { expectNothingLeft, httpTarget, startProbing } from './probing.ts';

const probing = startProbing();
const servers: HostileServer[] = [];
let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
});
afterEach(() => expectNothingLeft(probing, servers.splice(0)));
afterAll(() => probing.close());

const target = (port: number, more: Partial<TlsTarget> = {}): TlsTarget => ({
  kind: 'tls',
  host: '127.0.0.1',
  port,
  minVersion: 'TLSv1.2',
  ...more,
});

async function probe(script: readonly Step[], more: Partial<TlsTarget> = {}, timeoutMs = 2_000) {
  const server = await startHostileServer(script);
  servers.push(server);
  return probing.run({ target: target(server.port, more), timeoutMs, trust: [certificates.ca] });
}

/** Probes a server of Node's own with any options, and closes it. */
async function probeServer(options: TlsOptions, root: string, more: Partial<TlsTarget> = {}, https = false) {
  const sockets = new Set<TLSSocket>();
  const server = createServer(options, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const what = https ? httpTarget(port, { scheme: 'https' }) : target(port, more);
  const result = await probing.run({ target: what, timeoutMs: 3_000, trust: [root] });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  return result;
}

describe('a handshake', () => {
  it('is up, with the certificate and the earliest end of the chain as evidence', async () => {
    const result = await probe([{ tls: certificates.valid }]);
    expect(result).toMatchObject({
      outcome: 'ok',
      evidence: {
        tlsProtocol: 'TLSv1.3',
        certificate: { subject: 'CN=kepil test', chainNotAfter: Date.parse('2099-12-31T23:59:59Z') },
      },
    });
    expect(Object.keys(result.phases)).toEqual(['connectMs', 'tlsMs']);
  });

  const SMTP: Step[] = [{ say: '220-hi\r\n220 hi\r\n' }, { hear: /EHLO \[127/ }, { say: '250-a\r\n250 STARTTLS\r\n' }];
  const IMAP: Step[] = [
    { say: '* OK hi\r\n' },
    { hear: /k1 CAPABILITY/ },
    { say: '* CAPABILITY IMAP4rev1 STARTTLS\r\nk1 OK\r\n' },
    { hear: /k2 STARTTLS/ },
  ];
  const POP3: Step[] = [{ say: '+OK hi\r\n' }, { hear: /CAPA/ }, { say: '+OK\r\nSTLS\r\n.\r\n' }, { hear: /STLS/ }];

  it.each<[TlsTarget['starttls'], Step[]]>([
    ['smtp', [...SMTP, { hear: /STARTTLS/ }, { say: '220 go\r\n' }]],
    ['imap', [...IMAP, { say: 'k2 OK go\r\n' }]],
    ['pop3', [...POP3, { say: '+OK go\r\n' }]],
  ])('is made inside STARTTLS of %s', async (starttls = 'smtp', script) => {
    expect(await probe([...script, { tls: certificates.valid }], { starttls })).toMatchObject({ outcome: 'ok' });
    expect(await probe([...script, { tls: certificates.expired }], { starttls })).toMatchObject({
      error: 'tls_expired',
    });
  });

  it.each<[string, TlsTarget['starttls'], Step[], string]>([
    ['a greeting that refuses', 'smtp', [{ say: '554 no\r\n' }], 'smtp_code'],
    ['a greeting of another protocol', 'smtp', [{ say: '+OK hi\r\n' }], 'smtp_protocol'],
    ['STARTTLS refused', 'smtp', [...SMTP, { hear: /STARTTLS/ }, { say: '454 no\r\n' }], 'starttls_refused'],
    [
      'text injected after STARTTLS',
      'smtp',
      [...SMTP, { hear: /STARTTLS/ }, { say: '220 go\r\n250 x\r\n' }],
      'smtp_protocol',
    ],
    ['BYE', 'imap', [{ say: '* BYE no\r\n' }], 'imap_status'],
    ['STARTTLS refused', 'imap', [...IMAP, { say: 'k2 BAD what\r\n' }], 'starttls_refused'],
    ['another tag', 'imap', [...IMAP, { say: 'k9 OK go\r\n' }], 'imap_protocol'],
    ['text injected after STARTTLS', 'imap', [...IMAP, { say: 'k2 OK go\r\n* x\r\n' }], 'imap_protocol'],
    ['-ERR', 'pop3', [{ say: '-ERR no\r\n' }], 'pop3_status'],
    ['STLS refused', 'pop3', [...POP3, { say: '-ERR no\r\n' }], 'starttls_refused'],
    ['another protocol', 'pop3', [{ say: '220 hi\r\n' }], 'pop3_protocol'],
    ['an endless line', 'pop3', [{ flood: 'x'.repeat(1_000) }], 'reply_too_large'],
    ['silence', 'imap', ['silence'], 'reply_timeout'],
    ['a byte a time', 'smtp', [{ drip: '220 hi hi hi hi', everyMs: 100 }], 'reply_timeout'],
    ['the end', 'smtp', ['close'], 'connection_closed'],
    [
      'no TLS after the agreement',
      'smtp',
      [...SMTP, { hear: /STARTTLS/ }, { say: '220 go\r\n' }, { hear: /./ }, { say: 'no' }, 'close'],
      'tls_handshake',
    ],
  ])('inside STARTTLS that meets %s (%s) ends in time with its word', async (_, starttls = 'smtp', script, error) => {
    const timeoutMs = error === 'reply_timeout' ? 300 : 2_000;
    expect(await probe(script, { starttls }, timeoutMs)).toMatchObject({ outcome: 'fail', error });
  });

  it.each<[string, Step[], string]>([
    ['silence', ['silence'], 'tls_timeout'],
    ['garbage', [{ say: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, 'close'], 'tls_handshake'],
    ['a record header and nothing more', [{ say: '\x16\x03\x03\x40\x00' }, 'silence'], 'tls_timeout'],
    [
      'a byte a time',
      [{ drip: '\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03', everyMs: 50 }, 'silence'],
      'tls_timeout',
    ],
    ['a flood', [{ flood: Buffer.alloc(65_536, 0x16) }], 'tls_handshake'],
    ['an alert', [{ say: Buffer.from('15030300020228', 'hex') }, 'close'], 'tls_handshake'],
    ['a reset', [{ hear: /./ }, 'reset'], 'tls_handshake'],
    ['the end', [{ hear: /./ }, 'close'], 'tls_handshake'],
  ])('that meets %s ends in time with its word', async (_, script, error) => {
    expect(await probe(script, {}, error === 'tls_timeout' ? 300 : 2_000)).toMatchObject({ outcome: 'fail', error });
  });
});

it.each<[string, TlsOptions, Step[] | null, string]>([
  ['no TLS at all', {}, [{ say: 'SSH-2.0-x\r\n' }, 'silence'], 'what came is not TLS'],
  ['an old version alone', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, null, 'no version in common'],
  ['a wish for a certificate', { requestCert: true, maxVersion: 'TLSv1.2' }, null, 'a certificate of its client'],
])('a server of %s is told in words', async (_, options, script, words) => {
  const weak = { ...certificates.valid, ciphers: 'DEFAULT:@SECLEVEL=0', ca: certificates.ca, ...options };
  const result = script === null ? await probeServer(weak, certificates.ca, {}, true) : await probe(script);
  expect(result).toMatchObject({ outcome: 'fail', error: 'tls_handshake' });
  expect(result.evidence.seen).toMatch(new RegExp(`^ERR_SSL_\\S+: .*${words}`));
});

describe('certificates of our own making', () => {
  it.each([
    ['expired', 'tls_expired'],
    ['notYetValid', 'tls_not_yet_valid'],
    ['wrongName', 'tls_name_mismatch'],
    ['selfSigned', 'tls_self_signed'],
  ] as const)('%s is %s', async (which, error) => {
    expect(await probe([{ tls: certificates[which] }])).toMatchObject({
      outcome: 'fail',
      error,
      evidence: { certificate: { subject: expect.any(String) } },
    });
  });

  it('that end soon are said to, with the days left', async () => {
    const soon = await makeCertificates();
    expect(await probe([{ tls: certificates.valid }], { daysLeft: 14 })).toMatchObject({ outcome: 'ok' });
    const days = Math.floor((Date.parse('2099-12-31T23:59:59Z') - Date.now()) / 86_400_000);
    const result = await probeServer(soon.valid, soon.ca, { daysLeft: days + 1 });
    expect(result).toMatchObject({
      outcome: 'fail',
      error: 'tls_expires_soon',
      evidence: { seen: `a certificate that ends at 2099-12-31T23:59:59.000Z, in ${days} days` },
    });
    expect(await probeServer(soon.valid, soon.ca, { daysLeft: days })).toMatchObject({ outcome: 'ok' });
  });

  it('with a hundred kilobytes of chain, and with names that hold NUL and terminal escapes, are bounded and printable', async () => {
    const strange = await makeSelfSigned(['localhost\0.evil.example', '\x1b[31mred.example']);
    const result = await probe([{ tls: strange }]);
    expect(result).toMatchObject({ outcome: 'fail', error: 'tls_self_signed' });
    expect(JSON.stringify(result.evidence)).not.toMatch(/(?<!\\)\\u00/);
    const heavy: Identity = { key: strange.key, cert: strange.cert + certificates.valid.cert.repeat(400) };
    expect(await probeServer(heavy, certificates.ca)).toMatchObject({ outcome: 'fail', error: 'tls_handshake' });
  });
});

describe.skipIf(!installed('openssl'))('certificates of an authority with an intermediate, made with openssl', () => {
  let authority: OpensslAuthority;
  beforeAll(() => {
    authority = makeOpensslAuthority('20400101000000Z');
  });
  afterAll(() => authority.close());
  const RSA = (bits: number) => ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`];
  const WEAK = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;

  it('are believed, and the earliest end is the intermediate’s', async () => {
    const result = await probeServer(authority.issue({}), authority.root);
    expect(result).toMatchObject({ outcome: 'ok', evidence: { certificate: { chainNotAfter: Date.UTC(2040, 0, 1) } } });
    const days = Math.ceil((Date.UTC(2040, 0, 1) - Date.now()) / 86_400_000);
    expect(await probeServer(authority.issue({}), authority.root, { daysLeft: days })).toMatchObject({
      error: 'tls_expires_soon',
    });
  });

  it('without the intermediate are untrusted, and the sentence says what is missing', async () => {
    expect(await probeServer(authority.issue({ chain: false }), authority.root)).toMatchObject({
      outcome: 'fail',
      error: 'tls_untrusted',
      evidence: {
        seen: 'the certificate is not believed: UNABLE_TO_VERIFY_LEAF_SIGNATURE; the server sends no intermediate certificate: the one of CN=Kepil test middle is missing, or that authority is not trusted',
      },
    });
  });

  it('of an authority that is not trusted say whose certificate is missing', async () => {
    const result = await probeServer(authority.issue({}), certificates.ca);
    expect(result).toMatchObject({ error: 'tls_untrusted' });
    expect(result.evidence.seen).toContain('the server sends 2 certificates, but not the one of CN=Kepil test root');
  });

  it.each([
    ['past its last day', { from: '20200101000000Z', until: '20210101000000Z' }, 'tls_expired'],
    ['before its first day', { from: '20980101000000Z' }, 'tls_not_yet_valid'],
    ['for another name', { names: 'DNS:elsewhere.example' }, 'tls_name_mismatch'],
  ])('%s', async (_, issue, error) => {
    expect(await probeServer(authority.issue(issue), authority.root)).toMatchObject({ outcome: 'fail', error });
  });

  it.each([
    ['an RSA key of 1024 bits', { key: RSA(1_024) }, 'the certificate of CN=kepil test has an RSA key of 1024 bits'],
    [
      'a curve of 192 bits',
      { key: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-192'] },
      'a key on the curve prime192v1',
    ],
    ['a signature with SHA-1', { digest: 'sha1' }, 'is signed with ecdsa-with-SHA1'],
  ])('with %s are weak', async (_, issue, seen) => {
    const result = await probeServer(
      { ...authority.issue(issue), ...WEAK, maxVersion: 'TLSv1.2', ecdhCurve: 'P-256:P-192' },
      authority.root,
    );
    expect(result).toMatchObject({ outcome: 'fail', error: 'tls_weak', evidence: { certificate: expect.any(Object) } });
    expect(result.evidence.seen).toContain(seen);
  });

  it('that are weak are called so by probes of other kinds too, where OpenSSL refuses them', async () => {
    const weak = { ...authority.issue({ key: RSA(1_024) }), ...WEAK };
    expect(await probeServer(weak, authority.root, {}, true)).toMatchObject({ outcome: 'fail', error: 'tls_weak' });
  });

  it.each([
    ['TLSv1', 'TLSv1.2', 'fail'],
    ['TLSv1.1', 'TLSv1.2', 'fail'],
    ['TLSv1.2', 'TLSv1.2', 'ok'],
    ['TLSv1.2', 'TLSv1.3', 'fail'],
    ['TLSv1.3', 'TLSv1.3', 'ok'],
  ] as const)(
    'on a server that speaks at most %s, where %s is asked for, are: %s',
    async (maxVersion, minVersion, outcome) => {
      const result = await probeServer({ ...authority.issue({}), ...WEAK, maxVersion }, authority.root, { minVersion });
      expect(result).toMatchObject({ outcome, ...(outcome === 'ok' ? {} : { error: 'tls_weak' }) });
      expect(result.evidence.tlsProtocol).toBe(maxVersion);
    },
  );
});
