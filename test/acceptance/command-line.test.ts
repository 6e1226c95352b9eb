/** The command line as a user meets it: a real process, its exit codes, and what it writes where. */
import { on } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { runKepil } from '../support/daemon.ts';
import { writeDaemonConfig } from '../support/daemon-config.ts';
import { readEntries } from '../support/journal-file.ts';
import { freePort } from '../support/servers/port.ts';
import { installed } from '../support/servers/program.ts';
import { ended, endGroup, spawnTied } from '../support/tied-process.ts';
import { startKepil } from './kepil.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLES = join(ROOT, 'test/replay/examples');
const START_MS_MAX = 3_000;
const STOP_MS_MAX = 2_000;

describe('kepil check', () => {
  it('names every mistake of every file at once, and exits with 2', async () => {
    await using config = await writeDaemonConfig({ subscriptions: [] });
    const main = await readFile(config.path, 'utf8');
    await writeFile(config.path, `${main}intervall: 5s\n`.replace('contract: ps-builder', 'contract: ps-bilder'));
    await writeFile(
      join(config.folder, 'services', 'all.yaml'),
      `customers:
  - { id: acme, name: Acme, email: not-an-address, locale: de }
services:
  - id: shop
    customer: acmee
    components:
      web:
        checks:
          - { id: home, http: "acme.example", interval: fast }
`,
    );
    const { code, stdout, stderr } = await runKepil(['check', '--config', config.path]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    const lines = stderr.trimEnd().split('\n');
    for (const [file, line, part] of [
      ['kepil.yaml', 2, 'ps-bilder'],
      ['kepil.yaml', main.split('\n').length, 'intervall'],
      ['services/all.yaml', 2, 'not-an-address'],
      ['services/all.yaml', 2, '"de"'],
      ['services/all.yaml', 5, 'acmee'],
      ['services/all.yaml', 9, 'acme.example'],
      ['services/all.yaml', 9, 'fast'],
    ]) {
      expect(lines.filter((one) => one.includes(`${file}:${line}:`) && one.includes(`${part}`))).toHaveLength(1);
    }
    expect(lines.at(-1)).toBe('7 mistakes');
    const refused = await runKepil(['serve', '--config', config.path]);
    expect(refused.code).toBe(2);
    for (const line of lines.slice(0, -1)) expect(refused.stderr).toContain(line);
  });
});

describe('npm start', () => {
  // Where `sh` is bash, as on macOS and Fedora, npm and the terminal both hand the daemon the signal.
  // The times are those of a machine with nothing else to do: a busy one is given three goes.
  it.each(['sh', 'bash'].filter(installed))(
    'runs the shipped configuration within seconds, and ends in order within seconds of Ctrl-C (npm runs it by %s)',
    { retry: 2 },
    async (shell) => {
      const folder = await mkdtemp(join(tmpdir(), 'kepil-shipped-'));
      await cp(join(ROOT, 'config'), join(folder, 'config'), { recursive: true });
      const path = join(folder, 'config', 'kepil.yaml');
      await writeFile(path, await withFreePorts(await readFile(path, 'utf8')));
      const begun = systemClock.monotonicMs();
      const child = spawnTied('npm', ['start', '--script-shell', shell, '--', '--config', path], { cwd: ROOT });
      try {
        const said: string[] = [];
        child.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text));
        const output = createInterface({ input: child.stdout! }).on('line', (line) => said.push(line));
        for await (const [line] of on(output, 'line', { close: ['close'] })) {
          if (`${line}`.includes('"kepil is running"')) break;
        }
        const startMs = systemClock.monotonicMs() - begun;
        expect(said.join('\n')).toContain('"kepil is running"');
        expect(startMs).toBeLessThan(START_MS_MAX);
        const asked = systemClock.monotonicMs();
        // As a terminal does: to npm and to what it started alike.
        process.kill(-child.pid!, 'SIGINT');
        await ended(child);
        expect(systemClock.monotonicMs() - asked).toBeLessThan(STOP_MS_MAX);
        expect(said.at(-1)).toContain('"kepil has stopped"');
        const verified = await runKepil(['verify', '--config', path, '--json']);
        expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
      } finally {
        await endGroup(child, 1_000);
        await rm(folder, { recursive: true });
      }
    },
  );
});

describe('kepil serve', () => {
  it('takes two signals close together for one request to stop, and stops in order', async () => {
    await using config = await writeDaemonConfig({ subscriptions: [] });
    const daemon = await startKepil(config);
    // Two of a kind could reach it as one.
    process.kill(daemon.pid, 'SIGINT');
    process.kill(daemon.pid, 'SIGTERM');
    expect(await daemon.waitForExit(STOP_MS_MAX)).toBe(0);
    expect(daemon.logs().at(-1)).toMatchObject({ msg: 'kepil has stopped' });
    const facts = (await readEntries(config.journalPath)).map((entry) => entry.fact.type);
    expect(facts).toEqual(['daemon-started', 'daemon-stopped']);
  });

  it.skipIf(process.platform !== 'linux')('is the process that was started, told to take little memory', async () => {
    await using config = await writeDaemonConfig({ subscriptions: [] });
    await using daemon = await startKepil(config);
    const told = (file: string) => readFileSync(`/proc/${daemon.pid}/${file}`, 'utf8').split('\0');
    expect(told('cmdline').slice(1)).toEqual([
      '--max-semi-space-size=4',
      expect.stringMatching(/launch\.js$/),
      'serve',
      '--config',
      config.path,
      '',
    ]);
    expect(told('environ')).toContain('MALLOC_ARENA_MAX=1');
  });
});

describe('kepil replay', () => {
  const names = readdirSync(EXAMPLES).flatMap((file) => /^(.*)\.ndjson$/.exec(file)?.[1] ?? []);

  it('has examples', () => {
    expect(names).toHaveLength(6);
  });

  it.each(names)('computes what is expected of %s', async (name) => {
    const file = join(EXAMPLES, `${name}.ndjson`);
    const { code, stdout, stderr } = await runKepil(['replay', file, '--month', '2026-03', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const expected: unknown = JSON.parse(readFileSync(join(EXAMPLES, `${name}.expected.json`), 'utf8'));
    expect(JSON.parse(stdout)).toMatchObject(expected as object);
  });

  it('says of a malformed line where it is, prints nothing else, and exits with 2', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kepil-replay-'));
    try {
      const file = join(folder, 'broken.ndjson');
      const lines = readFileSync(join(EXAMPLES, `${names[0]}.ndjson`), 'utf8').split('\n');
      lines[6] = '{"type": "observation", "check": ';
      await writeFile(file, lines.join('\n'));
      const { code, stdout, stderr } = await runKepil(['replay', file, '--json']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(file);
      expect(stderr).toMatch(/line 7\b/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('kepil status', () => {
  it('shows what the running daemon sees, and says where none answers', async () => {
    await using config = await writeDaemonConfig({
      subscriptions: [{ id: 's1', checks: [{ id: 'home', http: 'http://127.0.0.1:9/', interval: '1s' }] }],
    });
    const none = await runKepil(['status', '--config', config.path]);
    expect({ code: none.code, stdout: none.stdout }).toEqual({ code: 1, stdout: '' });
    expect(none.stderr).toContain(`no daemon answers at ${config.url}/api/v1/status`);
    expect(none.stderr).toContain('ECONNREFUSED');
    expect(none.stderr).not.toContain('    at ');

    await using daemon = await startKepil(config);
    await daemon.waitForLog((line) => line.msg === 'outage began', 10_000);
    const shown = await runKepil(['status', '--config', config.path]);
    expect({ code: shown.code, stderr: shown.stderr }).toEqual({ code: 0, stderr: '' });
    expect(shown.stdout).toMatch(/\bs1\b.*\bdown\b/s);
    const printed = await runKepil(['status', '--config', config.path, '--json']);
    expect(JSON.parse(printed.stdout)).toMatchObject({
      services: [{ service: 's1', customer: 's1', state: 'down', openOutage: { class: 'unplanned' } }],
    });
  });
});

/** Every port of the shipped configuration exchanged for one that is free. */
async function withFreePorts(text: string): Promise<string> {
  const parts = text.split(/\b93\d\d\b/);
  let replaced = parts[0] ?? '';
  for (const part of parts.slice(1)) replaced += `${await freePort()}${part}`;
  return replaced;
}
