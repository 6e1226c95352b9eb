/** Certificates for loopback servers, made in the test with WebCrypto: nothing has to be installed for them. */
import type { webcrypto } from 'node:crypto';
import 'reflect-metadata'; // @peculiar/x509 needs it before itself
import * as x509 from '@peculiar/x509';

/** What a TLS server needs, as PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export interface Certificates {
  /** PEM of the authority that signed all but `selfSigned`. */
  readonly ca: string;
  /** For `localhost`, 127.0.0.1 and ::1, in date. */
  readonly valid: Identity;
  readonly expired: Identity;
  readonly notYetValid: Identity;
  /** For `elsewhere.example` only. */
  readonly wrongName: Identity;
  /** For `localhost`, signed by itself. */
  readonly selfSigned: Identity;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const LOCAL = ['localhost', '127.0.0.1', '::1'];
const LONG_AGO = new Date('2020-01-01T00:00:00Z');
const FAR_AHEAD = new Date('2099-12-31T23:59:59Z');

/** The names that the test servers are reached by. */
export const SERVER_NAMES: readonly string[] = ['localhost', 'mail.example.test', '127.0.0.1'];

/** Makes an authority and its certificates. */
export async function makeCertificates(): Promise<Certificates> {
  const authorityKeys = await generateKeys();
  const leafKeys = await generateKeys();
  const key = await privateKeyPem(leafKeys);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Kepil test authority',
    notBefore: LONG_AGO,
    notAfter: FAR_AHEAD,
    keys: authorityKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const issue = async (names: readonly string[], notBefore: Date, notAfter: Date): Promise<Identity> => {
    const certificate = await x509.X509CertificateGenerator.create({
      subject: 'CN=kepil test',
      issuer: authority.subject,
      notBefore,
      notAfter,
      publicKey: leafKeys.publicKey,
      signingKey: authorityKeys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [alternativeNames(names)],
    });
    return { key, cert: pemOf(certificate) };
  };
  return {
    ca: pemOf(authority),
    valid: await issue(LOCAL, LONG_AGO, FAR_AHEAD),
    expired: await issue(LOCAL, LONG_AGO, new Date('2021-01-01T00:00:00Z')),
    notYetValid: await issue(LOCAL, new Date('2098-01-01T00:00:00Z'), FAR_AHEAD),
    wrongName: await issue(['elsewhere.example'], LONG_AGO, FAR_AHEAD),
    selfSigned: await makeSelfSigned(LOCAL),
  };
}

/** A certificate for these host names and addresses that nobody but itself vouches for. */
export async function makeSelfSigned(names: readonly string[], commonName = names[0]): Promise<Identity> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    notBefore: LONG_AGO,
    notAfter: FAR_AHEAD,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: names.length === 0 ? [] : [alternativeNames(names)],
  });
  return { key: await privateKeyPem(keys), cert: pemOf(certificate) };
}

function alternativeNames(names: readonly string[]): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension(
    names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value })),
  );
}

/** With the line feed at its end, so that several may stand in one file. */
function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

async function privateKeyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}
