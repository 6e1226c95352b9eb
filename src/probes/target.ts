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

export interface HttpTarget {
  readonly kind: 'http';
  /** Absolute `http:` or `https:` URL without credentials. */
  readonly url: string;
  /** Acceptable status codes, as inclusive ranges; `DEFAULT_STATUS` unless the configuration says otherwise. */
  readonly status: readonly StatusRange[];
  /** Text that the body must hold, if any; compared as UTF-8 bytes. */
  readonly contains?: string;
  /** Default: GET. */
  readonly method?: HttpMethod;
  /** Sent in place of, or besides, our own. */
  readonly headers?: readonly HttpHeader[];
  readonly body?: string;
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

export interface TcpTarget {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

export type Target = HttpTarget | SmtpTarget | ImapTarget | TcpTarget;

export interface ProbeRequest {
  readonly target: Target;
  /** One deadline for the whole exchange, from the first lookup to the last byte. */
  readonly timeoutMs: Millis;
  /**
   * PEM certificates to trust besides the system's own, for a provider's private CA. Name and dates are still checked.
   */
  readonly trust?: readonly string[];
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
      return `${target.kind}://${authority(target)} (${target.security})`;
    case 'tcp':
      return `tcp://${authority(target)}${target.tls ? ' (tls)' : ''}`;
  }
}

function authority(target: { readonly host: string; readonly port: number }): string {
  return `${target.host.includes(':') ? `[${printable(target.host)}]` : printable(target.host)}:${target.port}`;
}
