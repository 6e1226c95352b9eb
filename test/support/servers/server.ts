/**
 * One real server as a child of the test: started in the foreground from a temporary folder, stopped and started again at
 * will on the same ports with the same data, and gone with its folder when closed.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/runtime/clock.ts';
import { endGroup, spawnTied, type TiedOptions } from '../tied-process.ts';
import { programPath } from './program.ts';

const START_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 5_000;
const OUTPUT_KEPT = 64 * 1024;

export interface Server extends AsyncDisposable {
  /** Config, data and logs. */
  readonly folder: string;
  /** Of the running process; absent while stopped. */
  readonly pid: number | undefined;
  /** Starts it again after `stop`, on the same ports; resolves when it answers. Does nothing while it runs. */
  start(): Promise<void>;
  /** Stops it and all it forked; data and ports stay its own. Does nothing while it is stopped. */
  stop(): Promise<void>;
  /** Stops it for good and removes its folder; what `await using` does at the end. */
  close(): Promise<void>;
  /** The end of what it wrote to its output, and its log files. */
  logs(): string;
}

export interface Recipe extends TiedOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly logFiles?: readonly string[];
  /** Whether it answers by now. */
  ready(): Promise<boolean>;
}

/** A temporary folder that the users into which servers turn themselves can pass through. */
export async function serverFolder(program: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `kepil-${program}-`));
  await chmod(folder, 0o755);
  return folder;
}

/**
 * Starts a server and waits until it answers. Throws when the program is missing, ends, or does not answer within ten
 * seconds; the message holds its logs, and its folder is left for a look.
 */
export async function startServer(recipe: Recipe): Promise<Server> {
  const program = programPath(recipe.program);
  if (program === undefined) throw new Error(`${recipe.program} is not installed`);
  let child: ChildProcess | undefined;
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-OUTPUT_KEPT);
  };
  const logs = () => {
    const files = (recipe.logFiles ?? []).filter((file) => existsSync(file));
    return [output, ...files.map((file) => readFileSync(file, 'utf8').slice(-OUTPUT_KEPT))].join('');
  };
  const stop = async () => {
    const running = child;
    child = undefined;
    if (running !== undefined) await endGroup(running, STOP_WITHIN_MS);
  };
  const start = async () => {
    if (child !== undefined) return;
    const started = spawnTied(program, recipe.args, recipe);
    child = started;
    let ending: string | undefined;
    started.once('error', (error) => {
      ending = error.message;
    });
    started.once('exit', (code, signal) => {
      ending = `it ended with ${signal ?? `code ${code}`}`;
      if (child === started) child = undefined;
    });
    started.stdout?.on('data', keep);
    started.stderr?.on('data', keep);
    const deadline = systemClock.monotonicMs() + START_WITHIN_MS;
    while (!(await recipe.ready()) || ending !== undefined) {
      if (ending === undefined && systemClock.monotonicMs() > deadline) ending = 'it does not answer';
      if (ending !== undefined) {
        await endGroup(started, STOP_WITHIN_MS);
        child = undefined;
        throw new Error(`${recipe.program} did not start in ${recipe.folder}: ${ending}\n${logs()}`);
      }
      await systemClock.sleep(20);
    }
  };
  const close = async () => {
    await stop();
    await rm(recipe.folder, { recursive: true, force: true });
  };
  await start();
  return {
    folder: recipe.folder,
    get pid() {
      return child?.pid;
    },
    start,
    stop,
    close,
    logs,
    [Symbol.asyncDispose]: close,
  };
}

/** Whether a server on loopback takes a connection and, when a greeting is expected, begins with it. */
export function answers(port: number, greeting = ''): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    if (greeting === '') socket.once('connect', () => end(true));
    else socket.once('data', (chunk) => end(chunk.toString('latin1').startsWith(greeting)));
  });
}

/** Whether a URL answers with a 2xx status. */
export async function respondsWell(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
