/** Kepil itself as a child process: the daemon with its log read line by line, and single commands run to their end. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/runtime/clock.ts';
import { ended, endGroup, spawnTied } from './tied-process.ts';

const LAUNCHER = fileURLToPath(new URL('../../src/launch.js', import.meta.url));
const STOP_WITHIN_MS = 10_000;
const RUN_WITHIN_MS = 60_000;
const LINES_SHOWN = 40;

/** One line of pino's: `level`, `time`, `msg` and what else was logged. */
export type LogLine = Readonly<Record<string, unknown>>;

interface LaunchOptions {
  /** Added to the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The script to run in place of Kepil's launcher. */
  readonly entry?: string;
}

export interface DaemonOptions extends LaunchOptions {
  readonly configPath: string;
}

export interface Daemon extends AsyncDisposable {
  readonly pid: number;
  /** Absent while it runs; null when a signal ended it. */
  readonly exitCode: number | null | undefined;
  /** All it has logged so far, oldest first. */
  logs(): readonly LogLine[];
  /** What it wrote besides log lines: stderr, and lines of stdout that are no JSON object. */
  strayOutput(): string;
  /**
   * The first line, past or to come, that the predicate accepts. Throws with the last lines when none came within
   * `timeoutMs`, or none came before the daemon ended.
   */
  waitForLog(predicate: (line: LogLine) => boolean, timeoutMs: number): Promise<LogLine>;
  /** Resolves with the exit code (null: by a signal) once it has ended by itself. Throws when it still runs by then. */
  waitForExit(timeoutMs: number): Promise<number | null>;
  /** SIGTERM; resolves with the exit code. Throws when it, or what it started, had to be killed after ten seconds. */
  stop(): Promise<number | null>;
  /** SIGKILL, as a crash would; resolves when it is gone. */
  kill9(): Promise<void>;
}

/** Starts `kepil serve --config PATH`. It is on the way when this returns: wait for a log line to know it is up. */
export function startDaemon({ configPath, env = {}, entry = LAUNCHER }: DaemonOptions): Daemon {
  const child = spawnTied(process.execPath, [entry, 'serve', '--config', configPath], { env });
  if (child.pid === undefined) throw new Error(`${process.execPath} cannot be started`);
  const lines: LogLine[] = [];
  const stray: string[] = [];
  const wakers = new Set<() => void>();
  const wake = () => {
    for (const waker of wakers) waker();
  };
  eachLine(child, 'stdout', (text) => {
    const line = asLogLine(text);
    if (line === undefined) stray.push(text);
    else lines.push(line);
    wake();
  });
  eachLine(child, 'stderr', (text) => stray.push(text));
  let closed = false;
  child.once('close', () => {
    closed = true;
    wake();
  });

  const shown = () => [...lines.slice(-LINES_SHOWN).map((line) => JSON.stringify(line)), ...stray].join('\n');
  const exitCode = () => (child.exitCode === null && child.signalCode === null ? undefined : child.exitCode);
  /** Asks again at every line and at the end, until there is an answer. */
  const until = <T>(timeoutMs: number, awaited: string, ask: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        wakers.delete(look);
        cancel();
        act();
      };
      const fail = (why: string) => finish(() => reject(new Error(`${awaited}: ${why}\n${shown()}`)));
      const look = () => {
        const answer = ask();
        if (answer !== undefined) finish(() => resolve(answer));
        else if (closed) fail(`the daemon ended with ${child.signalCode ?? `code ${child.exitCode}`}`);
      };
      const cancel = systemClock.after(timeoutMs, () => fail(`not within ${timeoutMs} ms`));
      wakers.add(look);
      look();
    });

  const stop = async () => {
    if (!(await endGroup(child, STOP_WITHIN_MS))) {
      throw new Error(`the daemon did not stop within ${STOP_WITHIN_MS} ms of SIGTERM\n${shown()}`);
    }
    return child.exitCode;
  };
  return {
    pid: child.pid,
    get exitCode() {
      return exitCode();
    },
    logs: () => [...lines],
    strayOutput: () => stray.join('\n'),
    waitForLog: (predicate, timeoutMs) => until(timeoutMs, 'a log line', () => lines.find(predicate)),
    waitForExit: async (timeoutMs) => {
      await until(timeoutMs, 'the end of the daemon', () => (closed ? true : undefined));
      return child.exitCode;
    },
    stop,
    kill9: async () => {
      child.kill('SIGKILL');
      await ended(child);
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

export interface CommandResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `kepil ARGS` with nothing on its input to its end. Throws when that takes more than a minute. */
export async function runKepil(
  args: readonly string[],
  { env = {}, entry = LAUNCHER }: LaunchOptions = {},
): Promise<CommandResult> {
  const child = spawnTied(process.execPath, [entry, ...args], { env });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  let late = false;
  const cancel = systemClock.after(RUN_WITHIN_MS, () => {
    late = true;
    void endGroup(child, 1_000);
  });
  await ended(child);
  cancel();
  if (late) throw new Error(`kepil ${args.join(' ')}: not done within ${RUN_WITHIN_MS} ms\n${output.stderr}`);
  return { code: child.exitCode, ...output };
}

function eachLine(child: ChildProcess, stream: 'stdout' | 'stderr', take: (line: string) => void): void {
  const input = child[stream];
  if (input !== null) createInterface({ input }).on('line', take);
}

function asLogLine(text: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LogLine) : undefined;
  } catch {
    return undefined;
  }
}
