/** What the sample SMTP and IMAP servers share: a greeting, then a reply to each line. */
import { createServer, type Server, type Socket } from 'node:net';
import type { SandboxBehaviour } from '../../config/sandbox-schema.ts';

export interface Reply {
  /** Whole lines, each ended by CRLF. */
  readonly text: string;
  /** Whether the server ends the connection after it. */
  readonly last?: boolean;
}

export interface LineProtocol {
  readonly greeting: string;
  /** What `error` says in place of the greeting, before it hangs up. */
  readonly refusal: string;
  readonly tooLong: string;
  reply(line: string): Reply;
}

/** More than SMTP (512) and sensible IMAP command lines have. */
const LINE_BYTES_MAX = 2_048;

/** A plain-text server that treats each connection as `behaviour` says when it is made. */
export function createLineServer(protocol: LineProtocol, behaviour: () => SandboxBehaviour): Server {
  return createServer((socket) => {
    switch (behaviour()) {
      case 'up':
        return converse(socket, protocol);
      case 'error':
        socket.resume();
        socket.end(protocol.refusal);
        return;
      case 'silent':
        // Read and thrown away: a socket that is not read does not notice that its client has gone.
        socket.resume();
        return;
      case 'down':
        socket.destroy();
    }
  });
}

function converse(socket: Socket, protocol: LineProtocol): void {
  let rest = '';
  socket.setEncoding('latin1');
  socket.write(protocol.greeting);
  socket.on('data', (chunk) => {
    rest += chunk;
    for (let end = rest.indexOf('\n'); end >= 0 && socket.writable; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end).replace(/\r$/, '');
      rest = rest.slice(end + 1);
      const reply: Reply = line.length > LINE_BYTES_MAX ? { text: protocol.tooLong, last: true } : protocol.reply(line);
      if (reply.last) socket.end(reply.text);
      else socket.write(reply.text);
    }
    if (rest.length > LINE_BYTES_MAX && socket.writable) socket.end(protocol.tooLong);
    if (!socket.writable) rest = '';
  });
}

const NAME_LENGTH_MAX = 60;

/** A service's name as it may stand in a line of protocol: printable ASCII, short. */
export function asciiName(service: string): string {
  return service.replace(/[^\x20-\x7e]/g, '?').slice(0, NAME_LENGTH_MAX);
}
