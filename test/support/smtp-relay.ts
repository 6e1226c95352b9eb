/** A scripted SMTP server on loopback: it answers each command as the test says, and keeps what it was given. */
import { createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What to do at a step: reply with a line, hang up, or say nothing. */
export type Reaction = string | 'drop' | 'silence';
export type Step = 'greeting' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'message' | 'QUIT';

const POLITE: Readonly<Record<Step, Reaction>> = {
  greeting: '220 relay.test ESMTP',
  EHLO: '250-relay.test\r\n250 AUTH PLAIN',
  AUTH: '235 2.7.0 welcome',
  MAIL: '250 2.1.0 ok',
  RCPT: '250 2.1.5 ok',
  DATA: '354 go on',
  message: '250 2.0.0 queued as 4F2A',
  QUIT: '221 bye',
};

export interface ScriptedRelay {
  readonly url: string;
  readonly port: number;
  readonly commands: string[];
  readonly messages: string[];
  readonly openSockets: () => number;
  close(): Promise<void>;
}

/** PEM texts. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Listens on a free port; steps that the script leaves out are answered politely. With a certificate, it has STARTTLS. */
export async function startRelay(
  script: Partial<Record<Step, Reaction>> = {},
  certificate?: Certificate,
): Promise<ScriptedRelay> {
  const commands: string[] = [];
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const steps = { ...POLITE, ...script };
    if (certificate)
      converse(socket, { ...steps, EHLO: `250-relay.test\r\n250 STARTTLS` }, { commands, messages, certificate });
    else converse(socket, steps, { commands, messages });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('relay: expected a TCP port');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    port: address.port,
    commands,
    messages,
    openSockets: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function converse(
  socket: Socket,
  script: Readonly<Record<Step, Reaction>>,
  kept: { readonly commands: string[]; readonly messages: string[]; readonly certificate?: Certificate },
): void {
  const react = (step: Step): void => {
    const reaction = script[step];
    if (reaction === 'silence') return;
    if (reaction === 'drop') socket.destroy();
    else socket.write(`${reaction}\r\n`);
  };
  let pending = '';
  let inMessage = false;
  if (!(socket instanceof TLSSocket)) react('greeting');
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    pending += chunk;
    while (true) {
      const end = pending.indexOf(inMessage ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return;
      const text = pending.slice(0, end);
      pending = pending.slice(end + (inMessage ? 5 : 2));
      if (inMessage) {
        kept.messages.push(text);
        inMessage = false;
        react('message');
        continue;
      }
      kept.commands.push(text);
      const verb = text.split(/[ :]/)[0]?.toUpperCase() ?? '';
      if (verb === 'STARTTLS' && kept.certificate) {
        socket.removeAllListeners('data');
        socket.write('220 2.0.0 go on\r\n');
        const secured = new TLSSocket(socket, { isServer: true, ...kept.certificate });
        secured.on('error', () => secured.destroy());
        converse(secured, { ...script, EHLO: '250-relay.test\r\n250 AUTH PLAIN' }, { ...kept });
        return;
      }
      inMessage = verb === 'DATA' && script.DATA.startsWith('354');
      if (verb in script) react(verb as Step);
      else socket.write('502 5.5.1 not implemented\r\n');
    }
  });
}
