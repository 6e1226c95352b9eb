/** What is kept of a server's certificate, and the word for one that is not believed. */
import type { X509Certificate } from 'node:crypto';
import type { Host } from './host.ts';
import type { CertificateSeen, Failure } from './outcome.ts';
import { printable } from './printable.ts';

const NAMES_MAX = 50;

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

/** Whether the certificate names this host (RFC 9525): an address among its addresses, a name among its names. */
export function isFor(certificate: X509Certificate, host: Host): boolean {
  const named = host.literal ? certificate.checkIP(host.name) : certificate.checkHost(host.name);
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
    default:
      return 'tls_untrusted';
  }
}

/** OpenSSL separates the parts of a name with line ends. */
function oneLine(name: string): string {
  return printable(name.replaceAll('\n', ', '));
}
