/** Dovecot over the Maildirs that `startPostfix` delivers into: IMAP on loopback, with STARTTLS and over TLS. Needs root. */
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
  /** What a client has to trust. */
  readonly certificate: string;
}

export interface DovecotOptions {
  readonly mailboxes: readonly Mailbox[];
  /** The folder with a Maildir per address. */
  readonly maildirs: string;
  readonly tls?: Identity;
}

/** Starts Dovecot. Throws when it does not start (see `startServer`). */
export async function startDovecot({ mailboxes, maildirs, ...options }: DovecotOptions): Promise<Dovecot> {
  const tls = options.tls ?? (await makeSelfSigned(SERVER_NAMES));
  const folder = await serverFolder('dovecot');
  const [port, tlsPort] = [await freePort(), await freePort()];
  await writeFile(join(folder, 'tls.pem'), tls.cert);
  await writeFile(join(folder, 'tls.key'), tls.key, { mode: 0o600 });
  // Readable to the authentication process, which is no longer root.
  await writeFile(
    join(folder, 'users'),
    mailboxes.map(({ address, password }) => `${address}:{PLAIN}${password}\n`).join(''),
  );
  await writeFile(join(folder, 'dovecot.conf'), config({ folder, maildirs, port, tlsPort }));
  const server = await startServer({
    program: 'dovecot',
    args: ['-F', '-c', join(folder, 'dovecot.conf')],
    folder,
    ready: () => answers(port, '* OK'),
  });
  return Object.assign(server, { port, tlsPort, certificate: tls.cert });
}

interface Places {
  readonly folder: string;
  readonly maildirs: string;
  readonly port: number;
  readonly tlsPort: number;
}

function config({ folder, maildirs, port, tlsPort }: Places): string {
  return `protocols = imap
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
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
  }
}
`;
}
