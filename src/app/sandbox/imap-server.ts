/** A sample customer's IMAP server (RFC 3501), plain text all along: nobody can log in, as its capabilities say. */
import type { Server } from 'node:net';
import type { SandboxBehaviour } from '../../config/sandbox-schema.ts';
import { asciiName, createLineServer, type Reply } from './line-server.ts';

const CAPABILITIES = 'CAPABILITY IMAP4rev1 LOGINDISABLED';

function reply(line: string): Reply {
  const [, tag, command] = /^([A-Za-z0-9.]{1,32}) ([A-Za-z]{1,20})(?: |$)/.exec(line) ?? [];
  if (!tag || !command) return { text: '* BAD A tag and a command were expected\r\n' };
  switch (command.toUpperCase()) {
    case 'CAPABILITY':
      return { text: `* ${CAPABILITIES}\r\n${tag} OK CAPABILITY completed\r\n` };
    case 'NOOP':
      return { text: `${tag} OK NOOP completed\r\n` };
    case 'LOGOUT':
      return { text: `* BYE Logging out\r\n${tag} OK LOGOUT completed\r\n`, last: true };
    case 'LOGIN':
    case 'AUTHENTICATE':
    case 'STARTTLS':
      return { text: `${tag} NO A sample server holds no mailboxes\r\n` };
    default:
      return { text: `${tag} BAD Command not implemented\r\n` };
  }
}

/** An IMAP server that treats each connection as `behaviour` says when it is made. */
export function createImapServer(service: string, behaviour: () => SandboxBehaviour): Server {
  const protocol = {
    greeting: `* OK [${CAPABILITIES}] Kepil sandbox, sample mail of ${asciiName(service)}\r\n`,
    refusal: '* BYE Service not available\r\n',
    tooLong: '* BYE Line too long\r\n',
    reply,
  };
  return createLineServer(protocol, behaviour);
}
