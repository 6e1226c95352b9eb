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

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** A name and a value, as they are sent. */
export interface HttpHeader {
  readonly name: string;
  readonly value: string;
}

/** What one header of the reply must be: one of its values is `equals`, or holds `contains`; neither: it is there. */
export interface HeaderRule {
  /** Lower case. */
  readonly name: string;
  readonly equals?: string;
  readonly contains?: string;
}

/** What stands at a place of a JSON body. */
export interface JsonRule {
  /** JSON pointer (RFC 6901); empty: the whole. */
  readonly path: string;
  readonly equals: string | number | boolean | null;
}

/** Sent with the request, and never to another origin. */
export type HttpAuth = { readonly username: string; readonly password: string } | { readonly bearer: string };

/** Where a redirect may lead: the same host (but for a leading `www.`) and not from https to http; any https URL; any. */
export type RedirectScope = 'same-site' | 'https' | 'any';

export interface Redirects {
  /** How many are followed. */
  readonly limit: number;
  readonly only: RedirectScope;
}

export interface HttpTarget {
  readonly kind: 'http';
  /** Absolute `http:` or `https:` URL without credentials. */
  readonly url: string;
  /** Acceptable status codes, as inclusive ranges; `DEFAULT_STATUS` unless the configuration says otherwise. */
  readonly status: readonly StatusRange[];
  /** Text that the body must hold, if any; compared as UTF-8 bytes. */
  readonly contains?: string;
  /** Text that the body must not hold, if any; compared as UTF-8 bytes. */
  readonly lacks?: string;
  readonly json?: JsonRule;
  readonly responseHeaders?: readonly HeaderRule[];
  /** Default: GET. */
  readonly method?: HttpMethod;
  /** Sent in place of, or besides, our own. */
  readonly headers?: readonly HttpHeader[];
  readonly body?: string;
  readonly auth?: HttpAuth;
  /** Absent: a redirect is a reply like any other. */
  readonly redirects?: Redirects;
  /** True: HTTP/2 where the server prefers it in the TLS handshake. */
  readonly http2?: boolean;
}

/** A user and a password. They are sent under TLS that is believed, or not at all. */
export interface MailCredentials {
  readonly username: string;
  readonly password: string;
  /** Sent in plain text all the same: the configuration says so in words. */
  readonly inPlainText?: boolean;
}

export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
  /** Who logs in; nobody does when absent. */
  readonly credentials?: MailCredentials;
}

export interface SmtpTarget extends MailServer {
  readonly kind: 'smtp';
  /** Whom a mail would be from; asked with `MAIL FROM`, and the empty sender where only a recipient is named. */
  readonly sender?: string;
  /** Whom a mail would be for; asked with `RCPT TO`, and no mail is sent. */
  readonly recipient?: string;
}

export interface ImapTarget extends MailServer {
  readonly kind: 'imap';
  /** Whether the inbox is opened, for reading only. It needs credentials. */
  readonly inbox?: boolean;
}

export interface Pop3Target extends MailServer {
  readonly kind: 'pop3';
}

/** A mail round trip: a message is submitted here and has to turn up there. */
export interface DeliveryTarget {
  readonly kind: 'delivery';
  readonly submission: MailServer;
  /** IMAP. */
  readonly mailbox: MailServer & { readonly credentials: MailCredentials };
  readonly from: string;
  readonly to: string;
  /** Names the check and the place it is run from: messages with it are this check's, and are deleted. */
  readonly mark: string;
}

/** Which of a host's addresses are dialled: IPv4 where there is any, else IPv6; one family; or each, one after the other. */
export type AddressFamily = 'any' | 4 | 6 | 'both';
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
  /**
   * `address` or `address:port` (`[v6]:port`), tried in this order; one alone may have a name in place of its address.
   * Absent: the machine's own name servers.
   */
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

export type Target =
  | HttpTarget
  | SmtpTarget
  | ImapTarget
  | Pop3Target
  | DeliveryTarget
  | TlsTarget
  | DnsTarget
  | TcpTarget
  | IcmpTarget;

/**
 * How a provider's own page for blocked services looks. All that is given must hold of one reply, and something besides the
 * status is.
 */
export interface BlockPage {
  readonly status?: readonly StatusRange[];
  /** Absolute URL: the reply's Location leads there or below. */
  readonly location?: string;
  /** The body holds it; compared as UTF-8 bytes. */
  readonly text?: string;
  readonly headers?: readonly HeaderRule[];
}

export interface ProbeRequest {
  readonly target: Target;
  /** One deadline for the whole exchange, from the first lookup to the last byte. */
  readonly timeoutMs: Millis;
  /**
   * PEM certificates to trust besides the system's own, for a provider's private CA. Name and dates are still checked.
   */
  readonly trust?: readonly string[];
  /** Default: `any`. */
  readonly ip?: AddressFamily;
  /** Looked for in the replies of a probe of `http` that fails; which one was found is evidence, and nothing else. */
  readonly blockPages?: readonly BlockPage[];
  /** True: a certificate that is not believed ends nothing; it is kept as evidence all the same. */
  readonly anyCertificate?: boolean;
}

/** A target in one printable line, for logs and statements: `https://example.kz/`, `smtp://mail.example.kz:25 (starttls)`. */
export function describeTarget(target: Target): string {
  switch (target.kind) {
    case 'http':
      return printable(target.url);
    case 'smtp':
    case 'imap':
    case 'pop3':
      return describeServer(target.kind, target);
    case 'delivery':
      return `${describeServer('smtp', target.submission)} to ${describeServer('imap', target.mailbox)}`;
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

function describeServer(protocol: string, server: MailServer): string {
  return `${protocol}://${authority(server)} (${server.security})`;
}

function authority(target: { readonly host: string; readonly port: number }): string {
  return `${target.host.includes(':') ? `[${printable(target.host)}]` : printable(target.host)}:${target.port}`;
}
