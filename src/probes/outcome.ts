/**
 * What a probe can say. One result type for every protocol and one closed list of error words: they become metric labels,
 * rows of a statement and tests, so a word is added here or nowhere.
 */
import type { Instant } from '../domain/time/instant.ts';

/** Why a target was found down. Stable words; `docs/probes.md` explains each. */
export const FAILURES = [
  'dns_nxdomain',
  'dns_servfail',
  'dns_refused',
  'dns_failure',
  'dns_timeout',
  'dns_mismatch',
  'connect_refused',
  'connect_unreachable',
  'connect_reset',
  'connect_timeout',
  'tls_handshake',
  'tls_timeout',
  'tls_expired',
  'tls_not_yet_valid',
  'tls_name_mismatch',
  'tls_self_signed',
  'tls_untrusted',
  'tls_weak',
  'tls_expires_soon',
  'tcp_mismatch',
  'icmp_unreachable',
  'icmp_timeout',
  'http_status',
  'http_protocol',
  'http_headers_too_large',
  'http_body_too_large',
  'http_body_mismatch',
  'http_redirect',
  'http_header_mismatch',
  'http_json_mismatch',
  'smtp_code',
  'smtp_protocol',
  'imap_status',
  'imap_protocol',
  'pop3_status',
  'pop3_protocol',
  'auth_refused',
  'delivery_rejected',
  'delivery_timeout',
  'starttls_missing',
  'starttls_refused',
  'reply_too_large',
  'reply_timeout',
  'connection_closed',
] as const;
export type Failure = (typeof FAILURES)[number];

/** Why a probe says nothing of its target: the fault is ours, or the target may not be probed. */
export const VOIDS = [
  'guard_refused',
  'resolver_unavailable',
  'network_unavailable',
  'unsupported',
  'out_of_resources',
  'monitor_blind',
  'monitor_stopping',
  'internal_error',
] as const;
export type VoidReason = (typeof VOIDS)[number];

/** Milliseconds spent in each phase that was reached, from the monotonic clock; fractional. */
export interface PhaseTimes {
  readonly resolveMs?: number;
  readonly connectMs?: number;
  readonly tlsMs?: number;
  /** From the request sent (or, for mail, the connection made) to the first byte of the reply. */
  readonly firstByteMs?: number;
  /** From the first byte of the reply to the end of the exchange, without the handshake of STARTTLS. */
  readonly transferMs?: number;
  /** Mail round trip: from the submission server's acceptance to the message found in the mailbox. */
  readonly deliveryMs?: number;
}

export interface CertificateSeen {
  readonly subject: string;
  readonly issuer: string;
  /** Host names and IP addresses that it is for; at most 50. */
  readonly names: readonly string[];
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly fingerprint256: string;
  /** The earliest end of all certificates that the server sent; in a `tls` probe only. */
  readonly chainNotAfter?: Instant;
}

/** What a person needs to believe the outcome. Everything from a target is bounded and made printable. */
export interface ProbeEvidence {
  /** IP address that was dialled, or that the guard refused. */
  readonly address?: string;
  /** HTTP status, code of the last SMTP reply, or the response code of a DNS reply. */
  readonly status?: number;
  /** The URL that redirects led to, when any was followed. */
  readonly url?: string;
  /** What was spoken, when it was not HTTP/1.1. */
  readonly httpVersion?: 'HTTP/2';
  /** Which of the request's pages of blocked services a reply was, counted from 1. */
  readonly blockPage?: number;
  readonly certificate?: CertificateSeen;
  readonly tlsProtocol?: string;
  /** What was expected and what was seen, in one short sentence each. */
  readonly expected?: string;
  readonly seen?: string;
}

interface ProbeRun {
  /** Wall-clock instant at which the probe was sent: the instant it is an observation of. */
  readonly sentAt: Instant;
  /**
   * Wall-clock instant by which the target was as the outcome says: the end, or where the deadline ended it, a second after
   * the beginning of what was waited for in vain. What it was when the probe was sent, the outcome does not say.
   */
  readonly shownAt: Instant;
  readonly durationMs: number;
  readonly phases: PhaseTimes;
  readonly evidence: ProbeEvidence;
}

/** A probe resolves to one of these; it does not reject because the world is broken. */
export type ProbeResult =
  | (ProbeRun & { readonly outcome: 'ok' })
  | (ProbeRun & { readonly outcome: 'fail'; readonly error: Failure })
  | (ProbeRun & { readonly outcome: 'void'; readonly error: VoidReason });
