/**
 * Opens the one connection of an exchange, to an address that the guard has let pass, and puts TLS on it. It settles the
 * exchange when that fails; it calls back when the connection is ready.
 */
import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { describeCertificate, wordForDistrust } from './certificate.ts';
import type { Exchange } from './exchange.ts';
import type { Host } from './host.ts';
import { printable } from './printable.ts';

export interface Connecting {
  /** IP address to dial: never a name, so that nothing is looked up again. */
  readonly address: string;
  readonly port: number;
  /** Whom the certificate must name. */
  readonly host: Host;
  readonly secureContext: () => SecureContext;
  /** Protocol to ask for in the handshake (ALPN), if any. */
  readonly protocol?: string;
  /** Names an error of the socket, at any time in its life. */
  readonly failed: (error: Error) => void;
}

/** Connects without TLS. */
export function openPlain(exchange: Exchange, to: Connecting, opened: (socket: Socket) => void): void {
  exchange.enter('connectMs');
  const socket = connectPlain({ host: to.address, port: to.port });
  socket.on('error', to.failed);
  socket.once('connect', () => opened(socket));
  exchange.own(socket);
}

/** Connects with TLS from the first byte. */
export function openTls(exchange: Exchange, to: Connecting, opened: (socket: TLSSocket) => void): void {
  const options = tlsOptions(to);
  exchange.enter('connectMs');
  const socket = connectTls({ ...options, port: to.port });
  socket.once('connect', () => exchange.enter('tlsMs'));
  finishTls(exchange, to, socket, opened);
}

/** Puts TLS on a connection that has spoken plain text so far (STARTTLS). Nobody else may be reading from it. */
export function upgrade(exchange: Exchange, to: Connecting, plain: Socket, opened: (socket: TLSSocket) => void): void {
  const options = tlsOptions(to);
  exchange.enter('tlsMs');
  finishTls(exchange, to, connectTls({ ...options, socket: plain }), opened);
}

function tlsOptions(to: Connecting): ConnectionOptions {
  return {
    host: to.address,
    secureContext: to.secureContext(),
    // Judged below, before a byte is sent, so that a certificate that is not believed is still kept as evidence.
    rejectUnauthorized: false,
    ...(to.host.literal ? {} : { servername: to.host.name }),
    ...(to.protocol === undefined ? {} : { ALPNProtocols: [to.protocol] }),
  };
}

function finishTls(exchange: Exchange, to: Connecting, socket: TLSSocket, opened: (socket: TLSSocket) => void): void {
  socket.on('error', to.failed);
  socket.once('secureConnect', () => {
    if (exchange.done) return;
    try {
      const certificate = socket.getPeerX509Certificate();
      if (certificate !== undefined) exchange.evidence.certificate = describeCertificate(certificate);
      exchange.evidence.tlsProtocol = printable(socket.getProtocol() ?? 'unknown');
      exchange.watch?.secured?.(socket);
      if (socket.authorized || exchange.request.anyCertificate === true) opened(socket);
      else distrust(exchange, to, String(socket.authorizationError));
    } catch (thrown) {
      // Nothing above this listener would catch it: the certificate is the target's, and may be a strange one.
      exchange.failWith(thrown);
    }
  });
  exchange.own(socket);
}

function distrust(exchange: Exchange, to: Connecting, reason: string): void {
  exchange.fail(
    wordForDistrust(reason),
    `the certificate is not believed: ${printable(reason)}`,
    `a certificate in date, from a trusted authority, for ${to.host.name}`,
  );
}
