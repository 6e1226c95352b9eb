/** The mail benchmark's targets, in a process of their own: SMTP and IMAP in their shortest decent form, over plain sockets. */
import { createServer, type Socket } from 'node:net';

const SMTP_OFFERS = '250-mail.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n250 8BITMIME\r\n';
const IMAP_OFFERS = '* CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS AUTH=PLAIN\r\n';

/** Answers each chunk by its first command; clients of the benchmark send one at a time. */
function serve(greeting: string, answer: (command: string, socket: Socket) => void) {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => answer(chunk.toString('latin1'), socket));
    socket.write(greeting);
  });
  return new Promise<number>((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
    });
  });
}

const smtp = await serve('220 mail.example ESMTP ready\r\n', (command, socket) => {
  if (command.startsWith('EHLO')) socket.write(SMTP_OFFERS);
  else socket.end('221 2.0.0 Bye\r\n');
});
const imap = await serve('* OK [CAPABILITY IMAP4rev1 SASL-IR] ready\r\n', (command, socket) => {
  const [tag = '', verb = ''] = command.trimEnd().split(' ');
  if (verb === 'CAPABILITY') socket.write(`${IMAP_OFFERS}${tag} OK done\r\n`);
  else socket.end(`* BYE\r\n${tag} OK done\r\n`);
});
process.send?.({ smtp, imap });
process.on('disconnect', () => process.exit());
