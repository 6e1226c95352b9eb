import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogLine, runKepil, startDaemon } from './daemon.ts';
import { groupLives } from './tied-process.ts';

/** Logs as the daemon does, and behaves as its config path says. */
const STAND_IN = `
const [verb, , mode] = process.argv.slice(2);
const log = (line) => process.stdout.write(JSON.stringify({ level: 30, time: Date.now(), ...line }) + '\\n');
if (verb === 'serve') {
  log({ msg: 'starting', mode, argv: process.argv.slice(2), token: process.env.TOKEN });
  process.stdout.write('no log line\\n');
  process.stderr.write('a warning\\n');
  if (mode === 'bad.yaml') process.exit(3);
  setTimeout(() => log({ msg: 'listening', port: 1234 }), 100);
  process.on('SIGTERM', () => {
    log({ msg: 'stopped' });
    process.exit(0);
  });
  setInterval(() => {}, 1_000);
} else {
  process.stdout.write('out ' + verb);
  process.stderr.write('err');
  process.exitCode = 4;
}
`;

let folder: string;
let entry: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kepil-stand-in-'));
  entry = join(folder, 'stand-in.mjs');
  await writeFile(entry, STAND_IN);
});
afterAll(() => rm(folder, { recursive: true }));

const named = (msg: string) => (line: LogLine) => line.msg === msg;

describe('a daemon', () => {
  it('is started with its config and environment, and its log is read', async () => {
    await using daemon = startDaemon({ configPath: 'good.yaml', env: { TOKEN: 'secret' }, entry });
    expect(await daemon.waitForLog(named('listening'), 5_000)).toMatchObject({ port: 1234 });
    expect(await daemon.waitForLog(named('starting'), 0)).toMatchObject({
      argv: ['serve', '--config', 'good.yaml'],
      token: 'secret',
    });
    expect(daemon.logs().map(({ msg }) => msg)).toEqual(['starting', 'listening']);
    expect(daemon.strayOutput().split('\n').sort()).toEqual(['a warning', 'no log line']);
    expect(daemon.exitCode).toBeUndefined();
  });

  it('stops on SIGTERM with its last words and its exit code', async () => {
    const daemon = startDaemon({ configPath: 'good.yaml', entry });
    await daemon.waitForLog(named('listening'), 5_000);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.exitCode).toBe(0);
    expect(daemon.logs().at(-1)).toMatchObject({ msg: 'stopped' });
    expect(await daemon.stop()).toBe(0);
  });

  it('is killed without a word', async () => {
    const daemon = startDaemon({ configPath: 'good.yaml', entry });
    await daemon.waitForLog(named('listening'), 5_000);
    await daemon.kill9();
    expect(groupLives(daemon.pid)).toBe(false);
    expect(daemon.exitCode).toBeNull();
    expect(daemon.logs().at(-1)).toMatchObject({ msg: 'listening' });
  });

  it('that ends by itself says its exit code, and a wait for its log ends with what it said', async () => {
    const daemon = startDaemon({ configPath: 'bad.yaml', entry });
    await expect(daemon.waitForLog(named('listening'), 5_000)).rejects.toThrow(
      /ended with code 3\n.*"starting".*a warning/s,
    );
    expect(await daemon.waitForExit(0)).toBe(3);
  });

  it('that does not say what is awaited ends the wait in time', async () => {
    await using daemon = startDaemon({ configPath: 'good.yaml', entry });
    await daemon.waitForLog(named('listening'), 5_000);
    await expect(daemon.waitForLog(named('never'), 50)).rejects.toThrow(/not within 50 ms\n.*"listening"/s);
    await expect(daemon.waitForExit(50)).rejects.toThrow('the end of the daemon: not within 50 ms');
  });
});

describe('a command', () => {
  it('is run to its end with its output apart', async () => {
    expect(await runKepil(['check'], { entry })).toEqual({ code: 4, stdout: 'out check', stderr: 'err' });
  });
});
