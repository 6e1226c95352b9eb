/** Dovecot over the Maildirs that `startPostfix` delivers into: IMAP, and POP3 if asked for, on loopback. Needs root. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Identity, makeSelfSigned, SERVER_NAMES } from '../certificates.ts';
import { MAIL_OWNER, type Mailbox } from './mailbox.ts';
import { freePort } from './port.ts';
import { answers, type Server, serverFolder, startServer } from './server.ts';

export interface Dovecot extends Server {
  /** IMAP with STARTTLS offered. */
  readonly port: number;
  /** IMAP with TLS from the first byte. */
  readonly tlsPort: number;
  /** POP3 with STLS offered, and with TLS from the first byte; 0 unless asked for. */
  readonly pop3Port: number;
  readonly pop3TlsPort: number;
  /** What a client has to trust. */
  readonly certificate: string;
}

export interface DovecotOptions {
  readonly mailboxes: readonly Mailbox[];
  /** The folder with a Maildir per address. */
  readonly maildirs: string;
  readonly tls?: Identity;
  /** Whether it speaks POP3; that is a package of its own. */
  readonly pop3?: boolean;
  /** Where Postfix asks it about logins (see `PostfixOptions`). */
  readonly saslPort?: number;
}

/** Whether Dovecot can speak POP3 here. */
export function pop3Installed(): boolean {
  return ['/usr/lib', '/usr/libexec'].some((folder) => existsSync(join(folder, 'dovecot/pop3')));
}

/** Starts Dovecot. Throws when it does not start (see `startServer`). */
export async function startDovecot({ mailboxes, maildirs, ...options }: DovecotOptions): Promise<Dovecot> {
  const tls = options.tls ?? (await makeSelfSigned(SERVER_NAMES));
  const folder = await serverFolder('dovecot');
  const [port, tlsPort] = [await freePort(), await freePort()];
  const [pop3Port, pop3TlsPort] = options.pop3 ? [await freePort(), await freePort()] : [0, 0];
  const { saslPort } = options;
  await writeFile(join(folder, 'tls.pem'), tls.cert);
  await writeFile(join(folder, 'tls.key'), tls.key, { mode: 0o600 });
  // Readable to the authentication process, which is no longer root.
  await writeFile(
    join(folder, 'users'),
    mailboxes.map(({ address, password }) => `${address}:{PLAIN}${password}\n`).join(''),
  );
  await writeFile(
    join(folder, 'dovecot.conf'),
    config({ folder, maildirs, port, tlsPort, pop3Port, pop3TlsPort, saslPort }),
  );
  const server = await startServer({
    program: 'dovecot',
    args: ['-F', '-c', join(folder, 'dovecot.conf')],
    folder,
    ready: () => answers(port, '* OK'),
  });
  return Object.assign(server, { port, tlsPort, pop3Port, pop3TlsPort, certificate: tls.cert });
}

interface Places {
  readonly folder: string;
  readonly maildirs: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly pop3Port: number;
  readonly pop3TlsPort: number;
  readonly saslPort: number | undefined;
}

function config({ folder, maildirs, port, tlsPort, pop3Port, pop3TlsPort, saslPort }: Places): string {
  return `protocols = imap${pop3Port === 0 ? '' : ' pop3'}
auth_mechanisms = plain login
auth_failure_delay = 0
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = /dev/stderr
ssl = yes
ssl_cert = <${folder}/tls.pem
ssl_key = <${folder}/tls.key
mail_location = maildir:${maildirs}/%u
first_valid_uid = ${MAIL_OWNER}
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=${MAIL_OWNER} gid=${MAIL_OWNER} home=${maildirs}/%u
}
# Wrong passwords would slow down whoever tries next from the same address.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
  }
}
${pop3Port === 0 ? '' : `service pop3-login {\n  inet_listener pop3 {\n    port = ${pop3Port}\n  }\n  inet_listener pop3s {\n    port = ${pop3TlsPort}\n  }\n}\n`}
${saslPort === undefined ? '' : `service auth {\n  inet_listener {\n    port = ${saslPort}\n    address = 127.0.0.1\n  }\n}\n`}
`;
}
