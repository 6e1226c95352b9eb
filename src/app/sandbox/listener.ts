/**
 * A listening port that can be shut and opened again, as the sample sites' outages need it.
 *
 * 1. While it is shut nothing listens on the port, so connects are refused, and no connection made before is left.
 * 2. Calls take effect in the order in which they were made, however long each takes.
 * 3. Connections that nobody uses are cut after a while and their number is bounded: a forgotten client costs little.
 */
import type { Server, Socket } from 'node:net';
import type { Millis } from '../../domain/time/instant.ts';

/** Longer than any probe's deadline, so that `silent` stays silent for whoever still listens. */
export const IDLE_MS_MAX: Millis = 300_000;
const CONNECTIONS_MAX = 1_000;

export interface Listener {
  /** Listens; rejects with the system's error, such as EADDRINUSE. Does nothing while open. */
  open(): Promise<void>;
  /** Stops listening and cuts every connection. Does nothing while shut. */
  shut(): Promise<void>;
}

/**
 * Takes over a server that is not listening yet; the server's own handler answers the connections. `onError` hears of
 * errors while it is open, such as connections that could not be accepted.
 */
export function createListener(
  server: Server,
  address: { readonly host: string; readonly port: number },
  onError: (error: Error) => void,
): Listener {
  const connections = new Set<Socket>();
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    // A client that resets its connection is its own affair; without a listener the event would end the process.
    socket.on('error', () => {});
    socket.setTimeout(IDLE_MS_MAX, () => socket.destroy());
  });
  server.on('error', (error) => {
    if (server.listening) onError(error);
  });

  const open = () =>
    new Promise<void>((resolve, reject) => {
      if (server.listening) return resolve();
      const refused = (error: Error) => {
        server.off('listening', opened);
        reject(error);
      };
      const opened = () => {
        server.off('error', refused);
        resolve();
      };
      server.once('error', refused);
      server.once('listening', opened);
      server.listen({ host: address.host, port: address.port, exclusive: true });
    });

  const shut = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      for (const socket of connections) socket.destroy();
    });

  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  return { open: () => inTurn(open), shut: () => inTurn(shut) };
}
