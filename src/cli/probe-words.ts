/** What a probe's outcome means, in one sentence for a person. */
import type { ProbeResult } from '../probes/outcome.ts';

/** By error word; one that is not here is told by the word itself. `docs/probes.md` says more. */
const MEANINGS: Readonly<Record<string, string>> = {
  dns_nxdomain: 'the name does not exist',
  dns_failure: 'the name servers gave no usable answer',
  dns_timeout: 'the name servers did not answer in time',
  dns_servfail: 'the name server failed to answer',
  dns_refused: 'the name server refused the question',
  dns_mismatch: 'the name server gave another answer',
  connect_refused: 'nothing listens on that port',
  connect_unreachable: 'the network knows no way there',
  connect_reset: 'the connection was reset while it was being made',
  connect_timeout: 'nobody answered the connection attempt in time',
  tls_handshake: 'the TLS handshake broke',
  tls_timeout: 'the TLS handshake was not done in time',
  tls_expired: 'a certificate is past its last day',
  tls_not_yet_valid: 'a certificate is before its first day',
  tls_name_mismatch: 'the certificate is for another name',
  tls_self_signed: 'the certificate is signed by itself',
  tls_untrusted: 'the certificate does not lead to a trusted authority',
  tls_expires_soon: 'the certificate expires too soon',
  tls_weak: 'the TLS version or cipher is too weak',
  http_status: 'the status is not an accepted one',
  http_protocol: 'the reply is not proper HTTP',
  http_headers_too_large: 'the headers are too large',
  http_body_too_large: 'the text was not found in the part of the page that is read',
  http_body_mismatch: 'the page is not as expected',
  http_header_mismatch: 'a header is not as expected',
  http_json_mismatch: 'a value in the JSON is not as expected',
  http_redirect: 'the redirect may not be followed',
  smtp_code: 'the mail server answered with another code',
  smtp_protocol: 'the reply is not proper SMTP',
  imap_status: 'the mailbox server refused',
  imap_protocol: 'the reply is not proper IMAP',
  pop3_status: 'the mailbox server refused',
  pop3_protocol: 'the reply is not proper POP3',
  auth_refused: 'the login was refused',
  starttls_missing: 'STARTTLS is not offered',
  starttls_refused: 'STARTTLS is offered and then refused',
  delivery_rejected: 'the mail was not accepted',
  delivery_timeout: 'the mail did not arrive in time',
  tcp_mismatch: 'the server said something else',
  icmp_unreachable: 'the network says that it cannot be reached',
  icmp_timeout: 'no echo came back in time',
  reply_too_large: 'the reply is too large',
  reply_timeout: 'the reply was not there, or not complete, in time',
  connection_closed: 'the connection was closed before the reply was complete',
  guard_refused: 'it is at an address that may not be dialled',
  out_of_resources: 'this machine lacks resources',
  resolver_unavailable: 'the name servers of this machine cannot be asked',
  network_unavailable: 'this machine has no way out',
  unsupported: 'this machine cannot send such a probe',
  monitor_stopping: 'the probe was stopped',
  internal_error: 'a defect of Kepil',
};

/** `It fails: the status is not an accepted one: status 503, expected status 200-399.` */
export function tellOutcome(result: ProbeResult): string {
  const { status, seen, expected } = result.evidence;
  if (result.outcome === 'ok') {
    const answer = status === undefined || isResponseCode(status) ? 'It serves' : `It serves, with status ${status}`;
    return `${answer}: ${formatMs(result.durationMs)}.`;
  }
  const verdict = result.outcome === 'fail' ? 'It fails' : 'Not known';
  const meaning = Object.hasOwn(MEANINGS, result.error) ? MEANINGS[result.error] : result.error.replaceAll('_', ' ');
  const saw = seen === undefined ? '' : `: ${seen}`;
  const wanted = expected === undefined ? '' : `, expected ${expected}`;
  return `${verdict}: ${meaning}${saw}${wanted}.`;
}

/** Whether a status is the response code of a DNS reply: HTTP and SMTP have three digits. */
export function isResponseCode(status: number): boolean {
  return status < 100;
}

/** Milliseconds with a resolution that suits their size: `0.123 ms`, `12.3 ms`, `1234 ms`. */
export function formatMs(ms: number): string {
  return `${ms.toFixed(ms < 1 ? 3 : ms < 100 ? 1 : 0)} ms`;
}
