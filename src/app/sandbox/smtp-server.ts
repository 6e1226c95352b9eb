/**
 * A sample customer's SMTP server (RFC 5321), plain text all along: STARTTLS is not offered. It takes no mail, which
 * its reply to MAIL says.
 */
import type { Server } from 'node:net';
import type { SandboxBehaviour } from '../../config/sandbox-schema.ts';
import { asciiName, createLineServer, type Reply } from './line-server.ts';

function reply(line: string): Reply {
  switch (line.split(' ', 1)[0]?.toUpperCase()) {
    case 'EHLO':
      return { text: '250-localhost\r\n250 PIPELINING\r\n' };
    case 'HELO':
      return { text: '250 localhost\r\n' };
    case 'NOOP':
    case 'RSET':
      return { text: '250 OK\r\n' };
    case 'MAIL':
      return { text: '550 A sample server takes no mail\r\n' };
    case 'QUIT':
      return { text: '221 localhost Goodbye\r\n', last: true };
    default:
      return { text: '502 Command not implemented\r\n' };
  }
}

/** An SMTP server that treats each connection as `behaviour` says when it is made. */
export function createSmtpServer(service: string, behaviour: () => SandboxBehaviour): Server {
  const protocol = {
    greeting: `220 localhost ESMTP Kepil sandbox, sample mail of ${asciiName(service)}\r\n`,
    refusal: '421 localhost Service not available, closing transmission channel\r\n',
    tooLong: '500 Line too long\r\n',
    reply,
  };
  return createLineServer(protocol, behaviour);
}
