/**
 * A handshake, also inside STARTTLS, and a judgement of what the server showed in it: that it is believed, is not weak, and
 * will not end soon. The handshake itself accepts weak keys and old versions, so that they are named and not just an alert.
 */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { DAY, type Instant } from '../domain/time/instant.ts';
import { chainOf, weaknessOf } from './certificate.ts';
import { dial } from './dial.ts';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import { ImapTalk } from './imap-talk.ts';
import { COMMON_BOUNDS, type Talk } from './line-dialogue.ts';
import { type MailSession, openSession } from './mail-session.ts';
import { enterPop3 } from './pop3-probe.ts';
import { printable } from './printable.ts';
import type { ProbeContext } from './probe-context.ts';
import { enterSmtp } from './smtp-talk.ts';
import type { StarttlsProtocol, TlsTarget, TlsVersion } from './target.ts';

/** Versions of the protocol from old to new, as Node names them. */
const VERSIONS = ['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
/** NIST SP 800-56A: a finite-field exchange under this is within reach. */
const DH_BITS_MIN = 2048;

/** How a plain mail connection agrees to TLS: RFC 3207, RFC 9051 section 6.2.1, RFC 2595 section 4. */
const ENTRANCES: Readonly<Record<StarttlsProtocol, (session: MailSession) => Talk>> = {
  smtp: enterSmtp,
  imap: (session) => new ImapTalk(session).enter(),
  pop3: enterPop3,
};

/** Sends the probe; the exchange settles with its result. */
export function probeTls(exchange: Exchange, target: TlsTarget, context: ProbeContext): void {
  const { host, port, starttls } = target;
  const secureContext = () => context.trust.examinerFor(exchange.request.trust);
  if (starttls === undefined) {
    dial(exchange, { host, port, tls: true, secureContext }, context, (socket) => {
      conclude(exchange, target, socket as TLSSocket);
    });
    return;
  }
  openSession(exchange, { host, port, security: 'starttls' }, context, {
    bounds: COMMON_BOUNDS,
    secureContext,
    secured: (socket) => conclude(exchange, target, socket),
    converse: ENTRANCES[starttls],
    ended: (thrown) => exchange.failWith(thrown),
  });
}

/** The certificate is believed by now. Throws nothing. */
function conclude(exchange: Exchange, target: TlsTarget, socket: TLSSocket): void {
  try {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) throw new Fault('tls_untrusted', 'the server showed no certificate');
    const chain = chainOf(certificate);
    const ends = earliestEnd(chain);
    if (exchange.evidence.certificate !== undefined) {
      exchange.evidence.certificate = { ...exchange.evidence.certificate, chainNotAfter: ends };
    }
    demandStrength(socket, target.minVersion, chain);
    const leftDays = (ends - exchange.clock.now()) / DAY;
    if (target.daysLeft !== undefined && leftDays < target.daysLeft) {
      const seen = `a certificate that ends at ${new Date(ends).toISOString()}, in ${Math.floor(leftDays)} days`;
      throw new Fault('tls_expires_soon', seen, `at least ${target.daysLeft} days left`);
    }
    exchange.succeed();
  } catch (thrown) {
    exchange.failWith(thrown);
  }
}

function demandStrength(socket: TLSSocket, minVersion: TlsVersion, chain: readonly X509Certificate[]): void {
  const version = socket.getProtocol() ?? 'unknown';
  if (VERSIONS.indexOf(version) < VERSIONS.indexOf(minVersion)) {
    throw new Fault('tls_weak', `${printable(version)} is the newest version that the server agreed to`, minVersion);
  }
  const weakness = weaknessOf(chain);
  if (weakness !== null) {
    throw new Fault('tls_weak', weakness, 'RSA of 2048 bits, a curve of 224, signatures with SHA-2, or better');
  }
  const exchanged = socket.getEphemeralKeyInfo();
  if (exchanged !== null && 'type' in exchanged && exchanged.type === 'DH' && exchanged.size < DH_BITS_MIN) {
    throw new Fault(
      'tls_weak',
      `a key exchange over DH of ${exchanged.size} bits`,
      `DH of ${DH_BITS_MIN} bits or ECDH`,
    );
  }
}

/** A certificate below the server's own may end first; a browser would say so only on that day. */
function earliestEnd(chain: readonly X509Certificate[]): Instant {
  return Math.min(...chain.map((certificate) => certificate.validToDate.getTime()));
}
