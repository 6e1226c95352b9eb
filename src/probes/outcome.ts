/**
 * What a probe can say. One result type for every protocol and one closed list of error words: they become metric labels,
 * rows of a statement and tests, so a word is added here or nowhere.
 */
import type { Instant } from '../domain/time/instant.ts';

/** Why a target was found down. Stable words; `docs/probes.md` explains each. */
export const FAILURES = [
  'dns_nxdomain',
  'dns_failure',
  'dns_timeout',
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
  'http_status',
  'http_protocol',
  'http_headers_too_large',
  'http_body_too_large',
  'http_body_mismatch',
  'http_redirect',
  'smtp_code',
  'smtp_protocol',
  'imap_status',
  'imap_protocol',
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
}

export interface CertificateSeen {
  readonly subject: string;
  readonly issuer: string;
  /** Host names and IP addresses that it is for; at most 50. */
  readonly names: readonly string[];
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly fingerprint256: string;
}

/** What a person needs to believe the outcome. Everything from a target is bounded and made printable. */
export interface ProbeEvidence {
  /** IP address that was dialled, or that the guard refused. */
  readonly address?: string;
  /** HTTP status or code of the last SMTP reply. */
  readonly status?: number;
  readonly certificate?: CertificateSeen;
  readonly tlsProtocol?: string;
  /** What was expected and what was seen, in one short sentence each. */
  readonly expected?: string;
  readonly seen?: string;
}

interface ProbeRun {
  /** Wall-clock instant at which the probe was sent: the instant it is an observation of. */
  readonly sentAt: Instant;
  readonly durationMs: number;
  readonly phases: PhaseTimes;
  readonly evidence: ProbeEvidence;
}

/** A probe resolves to one of these; it does not reject because the world is broken. */
export type ProbeResult =
  | (ProbeRun & { readonly outcome: 'ok' })
  | (ProbeRun & { readonly outcome: 'fail'; readonly error: Failure })
  | (ProbeRun & { readonly outcome: 'void'; readonly error: VoidReason });
