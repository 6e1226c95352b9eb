/** What a TLS handshake showed, as the exporter's metrics tell it. */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { SECOND } from '../../domain/time/instant.ts';
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';
import { chainOf } from '../../probes/certificate.ts';

const LABEL_LENGTH_MAX = 2_000;
/** The zero of the exporter's clock, 0001-01-01: there was no verified chain. */
const NEVER_SECONDS = -62_135_596_800;
/** The order in which the exporter writes the parts of a name (RFC 2253, from the most particular on). */
const NAME_PARTS = ['serialNumber', 'CN', 'postalCode', 'street', 'ST', 'L', 'OU', 'O', 'C'];

/**
 * The samples of a handshake that is done; to be called before the socket is destroyed.
 * @param verifies whether the certificate counts: where any will do there is no verified chain.
 */
export function readTls(socket: TLSSocket, verifies: boolean): ExporterSample[] {
  const leaf = socket.getPeerX509Certificate();
  const version = (socket.getProtocol() ?? 'unknown').replace(/^TLSv(\d)$/, 'TLSv$1.0').replace(/^TLSv/, 'TLS ');
  const samples: ExporterSample[] = [{ name: 'probe_tls_version_info', labels: { version }, value: 1 }];
  if (leaf === undefined) return samples;
  const chain = chainOf(leaf);
  const earliest = Math.min(...chain.map(expirySeconds));
  const presented = chain.length > 1 && isItsOwnIssuer(chain.at(-1)) ? chain.slice(0, -1) : chain;
  samples.push(
    // Servers leave the root out; whether this one did cannot be seen from here, so it is left out of what it sent.
    { name: 'probe_ssl_earliest_cert_expiry', value: Math.min(...presented.map(expirySeconds)) },
    {
      name: 'probe_ssl_last_chain_expiry_timestamp_seconds',
      value: verifies && socket.authorized ? earliest : NEVER_SECONDS,
    },
    {
      name: 'probe_ssl_last_chain_info',
      labels: {
        fingerprint_sha256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
        issuer: distinguishedName(leaf.issuer),
        subject: distinguishedName(leaf.subject),
        subjectalternative: hostNames(leaf.subjectAltName),
      },
      value: 1,
    },
  );
  return samples;
}

function isItsOwnIssuer(certificate: X509Certificate | undefined): boolean {
  return certificate?.checkIssued(certificate) === true;
}

function expirySeconds(certificate: X509Certificate): number {
  return Math.floor(certificate.validToDate.getTime() / SECOND);
}

/** A name as RFC 2253 writes it: `CN=example.kz,O=Example,C=KZ`. OpenSSL gives a part a line, the least particular first. */
export function distinguishedName(lines: string | undefined): string {
  const parts = Map.groupBy((lines ?? '').split('\n').filter(Boolean), (line) => line.split('=', 1)[0] ?? '');
  const known = NAME_PARTS.flatMap((key) => parts.get(key)?.join('+') ?? []);
  const others = [...parts].filter(([key]) => !NAME_PARTS.includes(key)).flatMap(([, values]) => values);
  return label([...known, ...others.reverse()].join(',').replace(/(^|[,+])serialNumber=/g, '$1SERIALNUMBER='));
}

function hostNames(alternatives: string | undefined): string {
  const names = (alternatives ?? '').split(', ').filter((name) => name.startsWith('DNS:'));
  return label(names.map((name) => name.slice(4)).join(','));
}

/** A label's text: bounded, without control characters. */
function label(text: string): string {
  return text
    .slice(0, LABEL_LENGTH_MAX)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '');
}
