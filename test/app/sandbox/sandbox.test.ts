import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../src/app/sandbox/sandbox.ts';
import type { SandboxSite } from '../../../src/config/configuration.ts';
import type { SandboxBehaviour } from '../../../src/config/sandbox-schema.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const HOST = '127.0.0.1';
const STEP_MS = 1_000;

const cleanups: (() => Promise<unknown>)[] = [];
let ports: { http: number; smtp: number; imap: number };

/** Ports that nobody listens on now. They are let go again, as the sandbox is told numbers. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      server.listen(0, HOST);
      await once(server, 'listening');
      return server;
    }),
  );
  const found = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return found;
}

/** A sandbox of one site for each component, following one script of steps of STEP_MS each. */
async function start(...behaviours: SandboxBehaviour[]): Promise<ManualClock> {
  const clock = new ManualClock();
  const script = behaviours.map((behaviour) => ({ behaviour, durationMs: STEP_MS }));
  const sites: SandboxSite[] = [
    { service: 'Гүл <b>дүкені', component: 'web', ports: { http: ports.http }, script },
    { service: 'Гүл', component: 'mail', ports: { smtp: ports.smtp, imap: ports.imap }, script },
  ];
  const sandbox = await startSandbox({ sites, clock, onError: (error) => errors.push(error) });
  cleanups.push(() => sandbox.stop());
  return clock;
}

const errors: Error[] = [];

/** Sends the lines one after the other, each after a reply, and gives everything received until the end. */
async function talk(port: number, ...lines: string[]): Promise<string> {
  const socket = connect(port, HOST);
  let received = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    received += chunk;
    const line = lines.shift();
    if (line !== undefined) socket.write(`${line}\r\n`);
  });
  await once(socket, 'close');
  return received;
}

/** What becomes of a connection that says nothing itself within 100 ms. */
async function listenTo(socket: Socket): Promise<string> {
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  const ended = once(socket, 'close').then(
    () => 'closed',
    (error: NodeJS.ErrnoException) => error.code ?? 'error',
  );
  const fate = await Promise.race([ended, wait(100, 'open')]);
  return received === '' ? fate : `${fate}: ${received}`;
}

async function get(path = '/', method = 'GET'): Promise<{ status: number | undefined; body: string }> {
  const sent = request({ host: HOST, port: ports.http, path, method, agent: false });
  sent.end();
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, body };
}

beforeEach(async () => {
  errors.length = 0;
  const [http, smtp, imap] = (await freePorts(3)) as [number, number, number];
  ports = { http, smtp, imap };
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  expect(errors).toEqual([]);
});

describe('up', () => {
  it('serves a page that names the sample service, escaped, whatever the path', async () => {
    await start('up');
    const { status, body } = await get('/any/path?x=1');
    expect(status).toBe(200);
    expect(body).toContain('<title>Гүл &lt;b&gt;дүкені</title>');
    expect(body).not.toContain('<b>');
    expect(await get('/', 'HEAD')).toEqual({ status: 200, body: '' });
  });

  it('greets over SMTP, answers EHLO without STARTTLS, takes no mail and lets go at QUIT', async () => {
    await start('up');
    expect(await talk(ports.smtp, 'EHLO probe.example', 'MAIL FROM:<a@b.example>', 'STARTTLS', 'quit')).toBe(
      '220 localhost ESMTP Kepil sandbox, sample mail of ???\r\n' +
        '250-localhost\r\n250 PIPELINING\r\n' +
        '550 A sample server takes no mail\r\n' +
        '502 Command not implemented\r\n' +
        '221 localhost Goodbye\r\n',
    );
  });

  it('answers SMTP commands that come in one packet in order', async () => {
    await start('up');
    expect(await talk(ports.smtp, 'HELO a\r\nNOOP\r\nQUIT\r\nNOOP')).toMatch(
      /^220 .*\r\n250 localhost\r\n250 OK\r\n221 localhost Goodbye\r\n$/,
    );
  });

  it('greets over IMAP, tells its capabilities, lets nobody in and lets go at LOGOUT', async () => {
    await start('up');
    expect(await talk(ports.imap, 'a1 CAPABILITY', 'a2 LOGIN u p', '\x1b]0;x', 'a3 logout')).toBe(
      '* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] Kepil sandbox, sample mail of ???\r\n' +
        '* CAPABILITY IMAP4rev1 LOGINDISABLED\r\na1 OK CAPABILITY completed\r\n' +
        'a2 NO A sample server holds no mailboxes\r\n' +
        '* BAD A tag and a command were expected\r\n' +
        '* BYE Logging out\r\na3 OK LOGOUT completed\r\n',
    );
  });

  it('hangs up on a line without an end instead of keeping it', async () => {
    await start('up');
    expect(await talk(ports.smtp, 'x'.repeat(100_000))).toMatch(/\r\n500 Line too long\r\n$/);
  });

  it('outlives a client that resets its connection', async () => {
    await start('up');
    for (const port of Object.values(ports)) {
      const socket = connect(port, HOST);
      await once(socket, 'connect');
      socket.write('GET / HT');
      socket.resetAndDestroy();
    }
    expect((await get()).status).toBe(200);
  });
});

describe('down', () => {
  it('refuses connects on every port, cuts connections made before, and serves again after it', async () => {
    const clock = await start('up', 'down');
    const old = await Promise.all(
      Object.values(ports).map(async (port) => {
        const socket = connect(port, HOST).resume();
        await once(socket, 'connect');
        return socket;
      }),
    );
    await wait(20); // until the server has accepted them
    const cut = old.map((socket) => once(socket, 'close'));
    await clock.advance(STEP_MS);
    await Promise.all(cut);
    for (const port of Object.values(ports)) expect(await listenTo(connect(port, HOST))).toBe('ECONNREFUSED');
    await clock.advance(STEP_MS);
    await wait(20);
    expect((await get()).status).toBe(200);
    expect(await talk(ports.smtp, 'QUIT')).toContain('221 ');
    expect(await talk(ports.imap, 'a LOGOUT')).toContain('a OK');
  });

  it("ends in the script's state when changes come faster than sockets close", async () => {
    const clock = await start('up', 'down', 'up', 'down', 'error');
    await clock.advance(4 * STEP_MS);
    await wait(20);
    expect((await get()).status).toBe(503);
  });
});

describe('error', () => {
  it('answers 503, 421 and BYE, and hangs up', async () => {
    await start('error');
    const { status, body } = await get();
    expect(status).toBe(503);
    expect(body).toContain('cannot be served');
    expect(await talk(ports.smtp)).toBe('421 localhost Service not available, closing transmission channel\r\n');
    expect(await talk(ports.imap)).toBe('* BYE Service not available\r\n');
  });
});

describe('silent', () => {
  it('accepts and never says a word, not even when spoken to', async () => {
    await start('silent');
    for (const port of Object.values(ports)) {
      const socket = connect(port, HOST);
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      expect(await listenTo(socket)).toBe('open');
      socket.destroy();
    }
  });

  it('leaves a request sent during it unanswered after it', async () => {
    const clock = await start('silent', 'up');
    const socket = connect(ports.http, HOST);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await wait(20);
    await clock.advance(STEP_MS);
    expect(await listenTo(socket)).toBe('open');
    socket.destroy();
    expect((await get()).status).toBe(200);
  });
});

describe('startSandbox', () => {
  it('names the port, the block and the remedy when a port is taken, and leaves nothing listening', async () => {
    const squatter = createServer().listen(ports.imap, HOST);
    await once(squatter, 'listening');
    cleanups.push(() => once(squatter.close(), 'close'));
    const refused = start('down', 'up');
    await expect(refused).rejects.toMatchObject({ code: 'SANDBOX_PORT', port: ports.imap });
    await expect(refused).rejects.toThrow(
      `sandbox: port ${ports.imap} on 127.0.0.1 (imap of sample service "Гүл"): another program, or another Kepil, ` +
        'listens there: stop it; give it another port under `sandbox` in the configuration, or remove that block to run ' +
        'without sample services',
    );
    expect(await listenTo(connect(ports.http, HOST))).toBe('ECONNREFUSED');
    expect(await listenTo(connect(ports.smtp, HOST))).toBe('ECONNREFUSED');
  });

  it('tells of a port that was taken while it was down, and serves on it at a later change', async () => {
    const clock = await start('up', 'down', 'up', 'down');
    await clock.advance(STEP_MS);
    await wait(20);
    const squatter = createServer().listen(ports.http, HOST);
    await once(squatter, 'listening');
    await clock.advance(STEP_MS);
    await wait(20);
    expect(errors.splice(0)).toMatchObject([{ code: 'SANDBOX_PORT', port: ports.http }]);
    expect(await talk(ports.smtp, 'QUIT')).toContain('221 ');
    await once(squatter.close(), 'close');
    await clock.advance(2 * STEP_MS);
    await wait(20);
    expect((await get()).status).toBe(200);
  });

  it('stops at once in the middle of conversations, holds no timer, and may be stopped twice', async () => {
    const clock = new ManualClock();
    const site: SandboxSite = {
      service: 'a',
      component: 'mail',
      ports: { smtp: ports.smtp, imap: ports.imap },
      script: [{ behaviour: 'silent', durationMs: STEP_MS }],
    };
    const sandbox = await startSandbox({ sites: [site], clock, onError: (error) => errors.push(error) });
    const socket = connect(ports.smtp, HOST).resume();
    await once(socket, 'connect');
    await wait(20);
    const cut = once(socket, 'close');
    await Promise.all([sandbox.stop(), sandbox.stop()]);
    await cut;
    expect(clock.pending).toBe(0);
    await clock.advance(10 * STEP_MS);
    expect(await listenTo(connect(ports.smtp, HOST))).toBe('ECONNREFUSED');
  });

  it('refuses a script without a step before it listens anywhere', async () => {
    const sites: SandboxSite[] = [{ service: 'a', component: 'web', ports: { http: ports.http }, script: [] }];
    await expect(startSandbox({ sites, clock: new ManualClock(), onError: () => {} })).rejects.toThrow('found no step');
    expect(await listenTo(connect(ports.http, HOST))).toBe('ECONNREFUSED');
  });
});
