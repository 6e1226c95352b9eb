/** What is probed and how: a validated value, nothing in it is looked at as text again. */
import type { Millis } from '../domain/time/instant.ts';
import { printable } from './printable.ts';

/** Plain text all along; STARTTLS after the greeting; or TLS from the first byte. */
export type MailSecurity = 'plain' | 'starttls' | 'tls';

/** Status codes, both ends included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** What is acceptable when nothing else is said: success, and redirects, which are not followed. */
export const DEFAULT_STATUS: readonly StatusRange[] = [{ from: 200, to: 399 }];

export interface HttpTarget {
  readonly kind: 'http';
  /** Absolute `http:` or `https:` URL without credentials. */
  readonly url: string;
  /** Acceptable status codes, as inclusive ranges; `DEFAULT_STATUS` unless the configuration says otherwise. */
  readonly status: readonly StatusRange[];
  /** Text that the body must hold, if any; compared as UTF-8 bytes. */
  readonly contains?: string;
}

export interface SmtpTarget {
  readonly kind: 'smtp';
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
}

export interface ImapTarget {
  readonly kind: 'imap';
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
}

export interface TlsTarget {
  readonly kind: 'tls';
  readonly host: string;
  readonly port: number;
  /** The protocol in which STARTTLS is asked for; absent: TLS from the first byte. */
  readonly starttls?: StarttlsProtocol;
  /** Down when a certificate that the server sends ends within so many days. */
  readonly daysLeft?: number;
  readonly minVersion: TlsVersion;
}

export type StarttlsProtocol = 'smtp' | 'imap' | 'pop3';
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

export interface DnsTarget {
  readonly kind: 'dns';
  /** Lower-case ASCII name without a trailing dot; empty for the root. */
  readonly name: string;
  readonly type: RecordType;
  /** `address` or `address:port` (`[v6]:port`), tried in this order; absent: the machine's own name servers. */
  readonly servers?: readonly string[];
  readonly expect: DnsExpectation;
  /** The name server must say that it has validated the answer (the AD flag, RFC 4035 section 3.2.3). */
  readonly dnssec: boolean;
}

export type RecordType = 'A' | 'AAAA' | 'MX' | 'NS' | 'TXT' | 'CNAME' | 'SOA' | 'CAA' | 'SRV' | 'PTR';

export type DnsExpectation =
  /** At least one record. */
  | { readonly kind: 'some' }
  /** The name must not exist. */
  | { readonly kind: 'nxdomain' }
  /** Records in the form of zone files: one of these, each of these, or these and no other. */
  | { readonly kind: 'any' | 'all' | 'exactly'; readonly answers: readonly string[] };

export interface TcpTarget {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Bytes to send first, a character each (Latin-1). */
  readonly send?: string;
  /** Bytes that must come, a character each. */
  readonly expect?: string;
}

export interface IcmpTarget {
  readonly kind: 'icmp';
  readonly host: string;
}

export type Target = HttpTarget | SmtpTarget | ImapTarget | TlsTarget | DnsTarget | TcpTarget | IcmpTarget;

export interface ProbeRequest {
  readonly target: Target;
  /** One deadline for the whole exchange, from the first lookup to the last byte. */
  readonly timeoutMs: Millis;
  /**
   * PEM certificates to trust besides the system's own, for a provider's private CA. Name and dates are still checked.
   */
  readonly trust?: readonly string[];
}

/** A target in one printable line, for logs and statements: `https://example.kz/`, `smtp://mail.example.kz:25 (starttls)`. */
export function describeTarget(target: Target): string {
  switch (target.kind) {
    case 'http':
      return printable(target.url);
    case 'smtp':
    case 'imap':
      return `${target.kind}://${authority(target)} (${target.security})`;
    case 'tls':
      return `tls://${authority(target)}${target.starttls === undefined ? '' : ` (starttls ${target.starttls})`}`;
    case 'tcp':
      return `tcp://${authority(target)}${target.tls ? ' (tls)' : ''}`;
    case 'dns': {
      const by = target.servers === undefined ? '' : ` by ${printable(target.servers.join(', '))}`;
      return `dns:${printable(target.name)}. ${target.type}${by}`;
    }
    case 'icmp':
      return `icmp:${printable(target.host)}`;
  }
}

function authority(target: { readonly host: string; readonly port: number }): string {
  return `${target.host.includes(':') ? `[${printable(target.host)}]` : printable(target.host)}:${target.port}`;
}
