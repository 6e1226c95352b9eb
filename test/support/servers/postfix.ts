/**
 * A whole Postfix of its own: takes mail for a list of addresses on loopback, puts it into Maildirs, refuses everyone else
 * with 550, and never sends anything anywhere. Needs root.
 */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/runtime/clock.ts';
import { type Identity, makeSelfSigned, SERVER_NAMES } from '../certificates.ts';
import { MAIL_DOMAIN, MAIL_OWNER, type Mailbox } from './mailbox.ts';
import { freePort } from './port.ts';
import { run } from './program.ts';
import { answers, type Server, serverFolder, startServer } from './server.ts';

export interface Postfix extends Server {
  /** SMTP with STARTTLS offered. */
  readonly port: number;
  /** SMTP with TLS from the first byte. */
  readonly tlsPort: number;
  /** Takes mail from who has logged in, under STARTTLS only; 0 without `saslPort`. */
  readonly submissionPort: number;
  /** What a client has to trust. */
  readonly certificate: string;
  /** The folder of Maildirs, for `startDovecot`. */
  readonly maildirs: string;
}

export interface PostfixOptions {
  /** Of the domain `example.test`. */
  readonly mailboxes: readonly Mailbox[];
  readonly tls?: Identity;
  /** Where a Dovecot on loopback says who may log in: a port that `startDovecot` is given too. */
  readonly saslPort?: number;
}

/** Starts Postfix; its queue and mail stay over `stop` and `start`. Throws when it does not start (see `startServer`). */
export async function startPostfix({ mailboxes, ...options }: PostfixOptions): Promise<Postfix> {
  const tls = options.tls ?? (await makeSelfSigned(SERVER_NAMES));
  const folder = await serverFolder('postfix');
  const { saslPort } = options;
  const [port, tlsPort] = [await freePort(), await freePort()];
  const submissionPort = saslPort === undefined ? 0 : await freePort();
  const [etc, maildirs] = [join(folder, 'etc'), join(folder, 'mail')];
  await mkdir(etc);
  await writeAged(join(etc, 'main.cf'), mainConfig(folder));
  await writeAged(join(etc, 'master.cf'), masterConfig({ port, tlsPort }) + submissionConfig(submissionPort, saslPort));
  await writeAged(join(etc, 'mailboxes'), mailboxes.map(({ address }) => `${address} ${address}/\n`).join(''));
  await writeFile(join(etc, 'tls.pem'), tls.key + tls.cert, { mode: 0o600 });
  makeFolders(folder, maildirs);
  const server = await startServer({
    program: 'master',
    // -d: stays in the foreground and in the process group that it was given.
    args: ['-c', etc, '-d'],
    // What the `postfix` command would set: master hands it to its daemons, and they log through its postlogd.
    env: { MAIL_CONFIG: etc, MAIL_LOGTAG: 'postfix' },
    folder,
    logFiles: [join(folder, 'mail.log')],
    ready: () => answers(port, '220 '),
  });
  return Object.assign(server, { port, tlsPort, submissionPort, certificate: tls.cert, maildirs });
}

/** Postfix waits up to two seconds until a table that it reads is surely complete, unless it is older than that. */
async function writeAged(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  const before = systemClock.now() / 1_000 - 60;
  await utimes(path, before, before);
}

/** The queue's folders with the owners that Postfix's own `post-install` gives them. */
function makeFolders(folder: string, maildirs: string): void {
  const owned = (owner: string, group: string, mode: string, ...folders: string[]) =>
    run('install', ['-d', '-o', owner, '-g', group, '-m', mode, ...folders]);
  const queue = (...names: string[]) => names.map((name) => join(folder, 'queue', name));
  owned('root', 'root', '755', ...queue('', 'pid'));
  owned('postfix', 'root', '700', join(folder, 'data'), ...queue('active', 'bounce', 'corrupt', 'defer', 'deferred'));
  owned('postfix', 'root', '700', ...queue('flush', 'hold', 'incoming', 'private', 'saved', 'trace'));
  owned('postfix', 'postdrop', '730', ...queue('maildrop'));
  owned('postfix', 'postdrop', '710', ...queue('public'));
  owned(`${MAIL_OWNER}`, `${MAIL_OWNER}`, '700', maildirs);
}

function mainConfig(folder: string): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/mail.log
maillog_file_prefixes = ${folder}
myhostname = mail.${MAIL_DOMAIN}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
virtual_mailbox_domains = ${MAIL_DOMAIN}
virtual_mailbox_maps = texthash:${folder}/etc/mailboxes
virtual_mailbox_base = ${folder}/mail
virtual_uid_maps = static:${MAIL_OWNER}
virtual_gid_maps = static:${MAIL_OWNER}
smtpd_relay_restrictions = reject_unauth_destination
default_transport = error:mail does not leave the tests
smtpd_tls_security_level = may
smtpd_tls_chain_files = ${folder}/etc/tls.pem
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
`;
}

function submissionConfig(port: number, saslPort: number | undefined): string {
  if (saslPort === undefined) return '';
  return `127.0.0.1:${port} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sasl_type=dovecot
  -o smtpd_sasl_path=inet:127.0.0.1:${saslPort}
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
`;
}

function masterConfig({ port, tlsPort }: { port: number; tlsPort: number }): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
127.0.0.1:${tlsPort} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;
}
