/** What is kept of a server's certificate, and the word for one that is not believed. */
import type { X509Certificate } from 'node:crypto';
import type { Instant } from '../domain/time/instant.ts';
import type { Host } from './host.ts';
import type { CertificateSeen, Failure } from './outcome.ts';
import { printable } from './printable.ts';

const NAMES_MAX = 50;
/** As many as a sentence bears. */
const NAMES_TOLD = 5;
/** Chains that lead anywhere are four long; a server may send a hundred. */
const CHAIN_MAX = 20;
const RSA_BITS_MIN = 2048;
/** By their names in OpenSSL: the curves of fewer than 224 bits that a certificate could carry. */
const SMALL_CURVES =
  /^(?:prime192v|secp(?:112|128|160|192)|sect(?:113|131|163|193)|wap-wsg|brainpoolP(?:160|192)|c2pnb|c2tnb)/;
const BROKEN_SIGNATURES = /sha-?1(?!\d)|md[245]/i;

/** The parts of a certificate that a person or a metric needs; names bounded in number, all of it printable. */
export function describeCertificate(certificate: X509Certificate): CertificateSeen {
  const names = (certificate.subjectAltName ?? '').split(', ', NAMES_MAX);
  return {
    subject: oneLine(certificate.subject ?? ''),
    issuer: oneLine(certificate.issuer ?? ''),
    names: names.filter((name) => name !== '').map((name) => printable(name.replace(/^(?:DNS|IP Address):/, ''))),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    fingerprint256: certificate.fingerprint256,
  };
}

/** Node would also look at the common name, and let a star stand for a part of a label: no browser does (RFC 9525, section 6.3). */
const NAMES_ALONE = { subject: 'never', partialWildcards: false } as const;

/** Whether the certificate names this host (RFC 9525): an address among its addresses, a name among its names. */
export function isFor(certificate: X509Certificate, host: Host): boolean {
  const named = host.literal ? certificate.checkIP(host.name) : certificate.checkHost(host.name, NAMES_ALONE);
  return named !== undefined;
}

/** The word for OpenSSL's or Node's reason not to believe a certificate. */
export function wordForDistrust(code: string): Failure {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'tls_expired';
    case 'CERT_NOT_YET_VALID':
      return 'tls_not_yet_valid';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return 'tls_name_mismatch';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'tls_self_signed';
    case 'EE_KEY_TOO_SMALL':
    case 'CA_KEY_TOO_SMALL':
    case 'CA_MD_TOO_WEAK':
      return 'tls_weak';
    default:
      return 'tls_untrusted';
  }
}

/** The certificates that the server sent, its own first, as far as each is signed by the next. At most 20. */
export function chainOf(certificate: X509Certificate): readonly X509Certificate[] {
  const chain = [certificate];
  let last = certificate;
  while (chain.length < CHAIN_MAX) {
    const next = last.issuerCertificate;
    // One that is signed by itself may be told as its own issuer.
    if (next === undefined || next.fingerprint256 === last.fingerprint256) break;
    chain.push(next);
    last = next;
  }
  return chain;
}

/**
 * What is too weak in a chain to be believed, in one sentence: RSA keys under 2048 bits, elliptic curves under 224, signatures
 * with SHA-1 or MD5 (NIST SP 800-131A). Null when nothing is. An authority's signature of itself proves nothing anyway.
 */
export function weaknessOf(chain: readonly X509Certificate[]): string | null {
  for (const certificate of chain) {
    const of = oneLine(certificate.subject ?? '');
    const key = weakKey(certificate);
    if (key !== null) return `the certificate of ${of} has ${key}`;
    const algorithm = certificate.signatureAlgorithm ?? '';
    if (certificate.subject !== certificate.issuer && BROKEN_SIGNATURES.test(algorithm)) {
      return `the certificate of ${of} is signed with ${printable(algorithm)}`;
    }
  }
  return null;
}

/** What was seen and what was expected, a sentence each. */
interface Finding {
  readonly seen: string;
  readonly expected: string;
}

/** Why a chain is not believed at `now`, so that a server's administrator knows what to do about it. */
export function explainDistrust(code: string, chain: readonly X509Certificate[], host: Host, now: Instant): Finding {
  const [own] = chain;
  const outOfDate = chain.find((one) => one.validToDate.getTime() < now || one.validFromDate.getTime() > now);
  switch (wordForDistrust(code)) {
    case 'tls_name_mismatch':
      if (own !== undefined) return { seen: sayNames(own), expected: `one for ${host.name}` };
      break;
    case 'tls_expired':
    case 'tls_not_yet_valid':
      if (outOfDate !== undefined) return { seen: sayDates(outOfDate, now), expected: 'certificates that are in date' };
      break;
    default:
  }
  return {
    seen: sayIncomplete(code, chain),
    expected: `a certificate in date, from a trusted authority, for ${host.name}`,
  };
}

function sayNames(certificate: X509Certificate): string {
  const { names, subject } = describeCertificate(certificate);
  if (names.length === 0) return `a certificate that names no host but in its subject, ${subject}`;
  const more = names.length - NAMES_TOLD;
  return printable(`a certificate for ${names.slice(0, NAMES_TOLD).join(', ')}${more > 0 ? ` and ${more} more` : ''}`);
}

function sayDates(certificate: X509Certificate, now: Instant): string {
  const ended = certificate.validToDate.getTime() < now;
  const at = (ended ? certificate.validToDate : certificate.validFromDate).toISOString();
  return `the certificate of ${oneLine(certificate.subject ?? '')} ${ended ? 'ended' : 'begins'} at ${at}`;
}

function sayIncomplete(code: string, chain: readonly X509Certificate[]): string {
  const last = chain.at(-1);
  const seen = `the certificate is not believed: ${printable(code)}`;
  if (last === undefined || !INCOMPLETE.has(code)) return seen;
  const issuer = oneLine(last.issuer ?? '');
  return chain.length === 1
    ? `${seen}; the server sends no intermediate certificate: the one of ${issuer} is missing, or that authority is not trusted`
    : `${seen}; the server sends ${chain.length} certificates, but not the one of ${issuer}, and that authority is not trusted`;
}

const INCOMPLETE: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

function weakKey(certificate: X509Certificate): string | null {
  const { type, bits, curve } = describeKey(certificate);
  if (type.startsWith('rsa') && bits < RSA_BITS_MIN) return `an RSA key of ${bits} bits`;
  if (type === 'dsa') return 'a DSA key';
  return SMALL_CURVES.test(curve) ? `a key on the curve ${printable(curve)}` : null;
}

function describeKey(certificate: X509Certificate): { type: string; bits: number; curve: string } {
  try {
    const { asymmetricKeyType = '', asymmetricKeyDetails = {} } = certificate.publicKey;
    const { modulusLength = Number.POSITIVE_INFINITY, namedCurve = '' } = asymmetricKeyDetails;
    return { type: asymmetricKeyType, bits: modulusLength, curve: namedCurve };
  } catch {
    // A key of a kind that OpenSSL cannot load: the handshake judges it, not we.
    return { type: '', bits: Number.POSITIVE_INFINITY, curve: '' };
  }
}

/** OpenSSL separates the parts of a name with line ends. */
function oneLine(name: string): string {
  return printable(name.replaceAll('\n', ', '));
}
