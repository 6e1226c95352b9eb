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

export type Target = HttpTarget | SmtpTarget | ImapTarget | Pop3Target | DeliveryTarget;

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
    case 'pop3':
      return describeServer(target.kind, target);
    case 'delivery':
      return `${describeServer('smtp', target.submission)} to ${describeServer('imap', target.mailbox)}`;
  }
}

function describeServer(protocol: string, { host, port, security }: MailServer): string {
  return `${protocol}://${printable(host.includes(':') ? `[${host}]` : host)}:${port} (${security})`;
}
