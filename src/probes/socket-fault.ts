/** Names what went wrong on a socket: the word depends on the system's code and on the phase that it cut short. */
import type { Exchange, Phase } from './exchange.ts';
import type { Failure } from './outcome.ts';
import { printable } from './printable.ts';
import { isUnsent, silentGateway, whyUnsent } from './uplink.ts';

/** Our machine ran out of something: descriptors, memory, ports. It says nothing of the target. */
const LOCAL_SHORTAGES: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOBUFS',
  'EAGAIN',
  'EADDRNOTAVAIL',
  'EADDRINUSE',
]);

const CONNECT_WORDS: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: 'connect_refused',
  ECONNRESET: 'connect_reset',
  ECONNABORTED: 'connect_reset',
  EPIPE: 'connect_reset',
  ETIMEDOUT: 'connect_timeout',
  EHOSTUNREACH: 'connect_unreachable',
  EHOSTDOWN: 'connect_unreachable',
  ENETUNREACH: 'connect_unreachable',
  ENETDOWN: 'connect_unreachable',
};

/** What OpenSSL's code does not tell whoever runs the server. */
const HINTS: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'what came is not TLS',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the server speaks no version in common',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the server speaks no version in common',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': 'the server has nothing in common, or wants a certificate of its client',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the server wants a certificate of its client',
};

/** The system's or library's code of an error, or an empty string. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** True when the error is a shortage of our own machine. */
export function isLocalShortage(code: string): boolean {
  return LOCAL_SHORTAGES.has(code);
}

/** Settles the exchange with the word for a socket's error in the phase that is open. */
export function failSocket(exchange: Exchange, error: Error): void {
  if (exchange.done) return;
  const code = codeOf(error);
  const hint = HINTS[code];
  const seen = printable(code === '' ? error.message : hint === undefined ? code : `${code}: ${hint}`);
  if (exchange.phase === 'connectMs' && abandonAsUnsent(exchange, code, isUnsent(error))) return;
  if (isLocalShortage(code)) {
    exchange.abandon('out_of_resources', seen);
    return;
  }
  const word = wordOf(code, exchange.phase);
  if (word === null) exchange.abandon('internal_error', seen);
  else exchange.fail(word, seen);
}

/** Settles the exchange when it was this machine that could not send. Says whether it did. */
export function abandonAsUnsent(exchange: Exchange, code: string, isUnsent: boolean): boolean {
  const address = exchange.evidence.address ?? '';
  const why = isUnsent ? whyUnsent(code, address) : code === 'EHOSTUNREACH' ? whyCutOff(exchange) : null;
  if (why !== null) exchange.abandon('network_unavailable', printable(why));
  return why !== null;
}

/** The deadline cut a connection attempt short: no evidence, when nothing that we send gets past our own gateway. */
export function judgeConnectTimeout(exchange: Exchange): void {
  const why = whyCutOff(exchange);
  if (why !== null) exchange.abandon('network_unavailable', why);
}

function whyCutOff(exchange: Exchange): string | null {
  const gateway = silentGateway(exchange.evidence.address ?? '', exchange.clock);
  return gateway === null ? null : `the gateway ${gateway} does not answer this machine`;
}

function wordOf(code: string, phase: Phase | null): Failure | null {
  if (phase === 'tlsMs') {
    if (code.endsWith('_KEY_TOO_SMALL') || code.endsWith('_MD_TOO_WEAK')) return 'tls_weak';
    return code === 'ETIMEDOUT' ? 'tls_timeout' : 'tls_handshake';
  }
  if (phase === 'firstByteMs' || phase === 'transferMs' || phase === 'deliveryMs') {
    // TLS 1.3 lets a server refuse the handshake after the client believes that it is done.
    if (code.startsWith('ERR_SSL') || code === 'EPROTO') return 'tls_handshake';
    return code === 'ETIMEDOUT' ? 'reply_timeout' : 'connection_closed';
  }
  return CONNECT_WORDS[code] ?? null;
}
