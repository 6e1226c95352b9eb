/** `kepil probe` over loopback servers, with a real clock. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { inFolder, SERVICES } from '../config/folder.ts';
import { makeCertificates } from '../support/certificates.ts';
import { runKepil } from '../support/command-line.ts';

const servers: (Server | TlsServer)[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((closed) => server.close(closed));
});

async function serve(status = 200): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end('hello'));
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const kepil = (args: readonly string[], stop = new AbortController().signal) =>
  runKepil(['probe', ...args], { clock: systemClock, stop });

const LOOPBACK = ['--allow', '127.0.0.0/8'];

describe('kepil probe URL', () => {
  it('needs neither a daemon nor a configuration, and says that the target serves', async () => {
    const url = await serve();
    const { code, stdout } = await kepil([url, ...LOOPBACK, '--config', '/nowhere/kepil.yaml']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${url}\nIt serves, with status 200: [\\d.]+ ms\\.\n\nconnect `));
    expect(stdout).toMatch(/^Guard {4}let through by an allowed range$/m);
  });

  it('exits with 1 where it fails, and says why in the first sentence', async () => {
    const { code, stdout } = await kepil([await serve(503), ...LOOPBACK]);
    expect([code, stdout.split('\n')[1]]).toEqual([
      1,
      'It fails: the status is not an accepted one: status 503, expected status 200-399.',
    ]);
  });

  it('exits with 3 where nothing is known, and says how to let the address through', async () => {
    const { code, stdout } = await kepil([await serve()]);
    expect(code).toBe(3);
    expect(stdout).toContain('Not known: it is at an address that may not be dialled: 127.0.0.1 is loopback');
    expect(stdout).toContain('--allow RANGE lets it through');
  });

  it('prints the whole result as JSON', async () => {
    const url = await serve();
    const { code, stdout } = await kepil([url, ...LOOPBACK, '--timeout', '3s', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      {
        target: url,
        kind: 'http',
        timeoutMs: 3_000,
        allow: ['127.0.0.0/8'],
        results: [{ outcome: 'ok', evidence: { address: '127.0.0.1', status: 200 } }],
      },
    ]);
  });

  it('ends at its deadline', async () => {
    const server = createServer(() => {});
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { code, stdout } = await kepil([url, ...LOOPBACK, '--timeout', '150ms']);
    expect([code, stdout]).toEqual([1, expect.stringContaining('nothing more within 150 ms')]);
  });

  it('probes several times, a line each, with a summary', async () => {
    const { code, stdout } = await kepil([await serve(), ...LOOPBACK, '--count', '3', '--every', '1ms']);
    const lines = stdout.split('\n');
    expect(code).toBe(0);
    expect(lines.slice(0, 3).map((line) => line.slice(0, 7))).toEqual(['  1  ok', '  2  ok', '  3  ok']);
    expect(lines[4]).toBe('3 probes: 3 ok, 0 failed, 0 without evidence.');
  });

  it('sums up what there is when it is stopped', async () => {
    const stop = new AbortController();
    const running = kepil([await serve(), ...LOOPBACK, '--count', '9', '--every', '1h'], stop.signal);
    await systemClock.sleep(300);
    stop.abort(new Error('SIGINT'));
    const { code, stdout } = await running;
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 probe: 1 ok')]);
  });
});

describe('kepil probe over TLS', () => {
  it('shows the certificate, believed or not, and trusts an authority that is named', async () => {
    const { ca, valid } = await makeCertificates();
    const server = createTlsServer(valid, (_request, response) => response.end('hello'));
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    const distrusted = await kepil([url, ...LOOPBACK]);
    expect([distrusted.code, distrusted.stdout]).toEqual([
      1,
      expect.stringMatching(/^It fails: the certificate does not lead to a trusted authority: .*\.$/m),
    ]);
    const folder = await mkdtemp(join(tmpdir(), 'kepil-probe-'));
    await writeFile(join(folder, 'ca.pem'), ca);
    const trusted = await kepil([url, ...LOOPBACK, '--trust', join(folder, 'ca.pem')]);
    await rm(folder, { recursive: true });
    expect(trusted.code).toBe(0);
    expect(trusted.stdout).toMatch(/^Certificate {2}CN=kepil test$/m);
    expect(trusted.stdout).toMatch(/^Names {8}localhost, 127\.0\.0\.1, .*$/m);
    expect(trusted.stdout).toMatch(/^Chain {8}\(no other certificate was sent\)$/m);
    expect(trusted.stdout).toMatch(/^SHA-256 {6}(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/m);
  });
});

describe('kepil probe with a mistake', () => {
  it.each([
    [['ftp://x/'], 'TARGET: found "ftp://x/", expected a URL that begins with'],
    [['http://x/', '--count', '0'], '--count: found "0", expected a whole number from 1 to 10000'],
    [['http://x/', '--timeout', '10'], '--timeout: found "10", expected a duration'],
    [['http://x/', '--timeout', '0s'], '--timeout: found "0s", expected a duration from 1ms to 300s'],
    [['http://x/', '--allow', '10.0.0.1/8'], '--allow: found "10.0.0.1/8", expected the range by its first address'],
    [['http://x/', '--trust', '/nowhere.pem'], '/nowhere.pem: ENOENT'],
    [['http://x/', '--trust', '/etc/hostname'], '--trust: found a file without a certificate'],
  ])('exits with 2 and names it: %j', async (args, message) => {
    const { code, stderr } = await kepil(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('kepil probe CHECK', () => {
  const checksOf = (url: string) => ({
    'services/acme.yaml': SERVICES.replace('"https://acme.kz/"', `"${url}", status: "404", contains: hello`),
  });

  it('takes every setting of the check, and says which it is', async () => {
    await inFolder(checksOf(await serve(404)), async (config) => {
      const { code, stdout } = await kepil(['s1/web/home', ...LOOPBACK, '--config', config]);
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(/^s1\/web\/home: http:\S+\nIt serves, with status 404/),
      ]);
    });
  });

  it.each([
    ['s1/web/hme', 's1/web/home'],
    ['example.kz', 'https://example.kz/'],
    ['192.0.2.7:8080', 'https://192.0.2.7:8080/'],
  ])('suggests what was meant by %s', async (text, meant) => {
    await inFolder({}, async (config) => {
      const { code, stderr } = await kepil([text, '--config', config]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`(did you mean "${meant}"?)`)]);
    });
  });
});
