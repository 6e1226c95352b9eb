/** What is probed and how: a validated value, nothing in it is looked at as text again. */
import type { Millis } from '../domain/time/instant.ts';

/** Plain text all along; STARTTLS after the greeting; or TLS from the first byte. */
export type MailSecurity = 'plain' | 'starttls' | 'tls';

export interface HttpTarget {
  readonly kind: 'http';
  /** Absolute `http:` or `https:` URL without credentials. */
  readonly url: string;
  /** Acceptable status codes, as inclusive ranges. Default 200–399. */
  readonly status: readonly { readonly from: number; readonly to: number }[];
  /** Text that the body must hold, if any. */
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

export type Target = HttpTarget | SmtpTarget | ImapTarget;

export interface ProbeRequest {
  readonly target: Target;
  /** One deadline for the whole exchange, from the first lookup to the last byte. */
  readonly timeoutMs: Millis;
  /**
   * PEM certificates to trust besides the system's own, for a provider's private CA. Name and dates are still checked.
   */
  readonly trust?: readonly string[];
}
