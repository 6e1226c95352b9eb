/**
 * Opens the one connection of an exchange, to an address that the guard has let pass, and puts TLS on it. It settles the
 * exchange when that fails; it calls back when the connection is ready.
 */
import type { X509Certificate } from 'node:crypto';
import { connect as connectPlain, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  connect as connectTls,
  type DetailedPeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { chainOf, describeCertificate, explainDistrust, isFor, weaknessOf, wordForDistrust } from './certificate.ts';
import type { Exchange } from './exchange.ts';
import type { Host } from './host.ts';
import { printable } from './printable.ts';
import { judgeConnectTimeout } from './socket-fault.ts';

export interface Connecting {
  /** IP address to dial: never a name, so that nothing is looked up again. */
  readonly address: string;
  readonly port: number;
  /** Whom the certificate must name. */
  readonly host: Host;
  readonly secureContext: () => SecureContext;
  /** Protocols to offer in the handshake (ALPN), best first, if any. */
  readonly protocols?: readonly string[];
  /** Names an error of the socket, at any time in its life. */
  readonly failed: (error: Error) => void;
  /**
   * Takes what comes on a connection that stays plain, as Latin-1, in place of `data` events: one buffer then serves all
   * connections, where the stream would set aside 64 KiB for each read.
   */
  readonly take?: (bytes: string) => void;
}

/** Node's own code for it. */
const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** All connections are read into it; each read is used up or copied out before the next one of any. */
const sharedBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Connects without TLS. */
export function openPlain(exchange: Exchange, to: Connecting, opened: (socket: Socket) => void): void {
  exchange.enter('connectMs');
  exchange.atDeadline = judgeConnectTimeout;
  const { take } = to;
  const callback = take === undefined ? (bytes: number) => passOn(socket, bytes) : takeFrom(take);
  const socket: Socket = connectPlain({
    host: to.address,
    port: to.port,
    onread: { buffer: sharedBuffer, callback },
  });
  socket.on('error', to.failed);
  socket.once('connect', () => {
    exchange.atDeadline = null;
    opened(socket);
  });
  exchange.own(socket);
}

/** Connects with TLS from the first byte. */
export function openTls(exchange: Exchange, to: Connecting, opened: (socket: TLSSocket) => void): void {
  // Node documents `onread` for TLS; its types do not know it.
  const onread = { buffer: sharedBuffer, callback: (bytes: number): boolean => passOn(socket, bytes) };
  const options = { ...tlsOptions(to), port: to.port, onread };
  exchange.enter('connectMs');
  exchange.atDeadline = judgeConnectTimeout;
  const socket: TLSSocket = connectTls(options);
  socket.once('connect', () => {
    exchange.atDeadline = null;
    exchange.enter('tlsMs');
  });
  finishTls(exchange, to, socket, opened);
}

/** Puts TLS on a connection that has spoken plain text so far (STARTTLS). Nobody else may be reading from it. */
export function upgrade(exchange: Exchange, to: Connecting, plain: Socket, opened: (socket: TLSSocket) => void): void {
  const options = tlsOptions(to);
  exchange.enter('tlsMs');
  finishTls(exchange, to, connectTls({ ...options, socket: plain }), opened);
}

function takeFrom(take: (bytes: string) => void): (length: number) => boolean {
  return (length) => {
    take(sharedBuffer.toString('latin1', 0, length));
    return true;
  };
}

/**
 * Hands up a copy of what was read. Left to itself the stream sets 64 KiB aside for every read, which costs more than the
 * copy of a small one, and the garbage collector has to follow.
 * @returns whether to go on reading.
 */
function passOn(socket: Socket, bytes: number): boolean {
  return socket.push(Buffer.from(sharedBuffer.subarray(0, bytes)));
}

function tlsOptions(to: Connecting): ConnectionOptions {
  return {
    host: to.address,
    secureContext: to.secureContext(),
    // Judged below, before a byte is sent, so that a certificate that is not believed is still kept as evidence.
    rejectUnauthorized: false,
    // Judged below too.
    checkServerIdentity: () => undefined,
    ...(to.host.literal ? {} : { servername: to.host.name }),
    ...(to.protocols === undefined ? {} : { ALPNProtocols: to.protocols }),
  };
}

function finishTls(exchange: Exchange, to: Connecting, socket: TLSSocket, opened: (socket: TLSSocket) => void): void {
  // Node would make an object of every certificate of the chain to hand to `checkServerIdentity`, a tenth of a probe's cost.
  socket.getPeerCertificate = noCertificate;
  socket.on('error', to.failed);
  socket.once('secureConnect', () => {
    if (exchange.done) return;
    try {
      const certificate = socket.getPeerX509Certificate();
      if (certificate !== undefined) exchange.evidence.certificate = describeCertificate(certificate);
      exchange.evidence.tlsProtocol = printable(socket.getProtocol() ?? 'unknown');
      exchange.watch?.secured?.(socket);
      if (exchange.request.anyCertificate === true) opened(socket);
      else if (!socket.authorized) distrust(exchange, to, String(socket.authorizationError), certificate);
      else if (certificate === undefined || !isFor(certificate, to.host)) {
        distrust(exchange, to, WRONG_NAME, certificate);
      } else opened(socket);
    } catch (thrown) {
      // Nothing above this listener would catch it: the certificate is the target's, and may be a strange one.
      exchange.failWith(thrown);
    }
  });
  exchange.own(socket);
}

function noCertificate(): DetailedPeerCertificate {
  return {} as DetailedPeerCertificate;
}

function distrust(exchange: Exchange, to: Connecting, reason: string, certificate: X509Certificate | undefined): void {
  const chain = certificate === undefined ? [] : chainOf(certificate);
  // Node has no name for OpenSSL's verdict that a key or signature is too weak.
  const weakness = reason === 'UNSPECIFIED' ? weaknessOf(chain) : null;
  const { seen, expected } = explainDistrust(reason, chain, to.host, exchange.clock.now());
  exchange.fail(weakness === null ? wordForDistrust(reason) : 'tls_weak', weakness ?? seen, expected);
}
