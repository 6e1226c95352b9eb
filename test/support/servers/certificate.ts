/** Certificates made for one test run by openssl; nobody else trusts them and they last a day. */
import { run } from './program.ts';

export interface Certificate {
  /** PEM; being self-signed it is also what a client has to trust. */
  readonly certificate: string;
  /** PEM of the private key (P-256). */
  readonly key: string;
}

/** The names that the test servers are reached by. */
const SERVER_NAMES = ['localhost', 'mail.example.test', '127.0.0.1'];

/** A self-signed certificate for host names and IPv4 addresses, valid from now for one day. */
export function selfSigned(names: readonly string[] = SERVER_NAMES): Certificate {
  const alternatives = names.map((name) => (/^[0-9.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  const subject = ['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives}`];
  const pem = run('openssl', [...request, ...subject, '-keyout', '-', '-out', '-']);
  return { certificate: block(pem, 'CERTIFICATE'), key: block(pem, 'PRIVATE KEY') };
}

function block(pem: string, label: string): string {
  const found = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n`).exec(pem);
  if (found === null) throw new Error(`openssl: expected a PEM block ${label}, found: ${pem.slice(0, 200)}`);
  return found[0];
}
