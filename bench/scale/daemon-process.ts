/** The daemon under load as the operator runs it, a process of its own, with its log only counted. */
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endGroup, spawnTied } from '../../test/support/tied-process.ts';

const LAUNCHER = fileURLToPath(new URL('../../src/launch.js', import.meta.url));
const STOP_WITHIN_MS = 30_000;

export interface DaemonProcess {
  readonly pid: number;
  /** From its start to its word that it is running. */
  readonly startupMs: number;
  /** Lines of its log by their message. */
  readonly logLines: ReadonlyMap<string, number>;
  /** SIGTERM; how long it took to end. */
  stop(): Promise<number>;
}

/** Starts the daemon and waits until it says that it is running. @throws when it ends before. */
export async function startDaemon(configPath: string, onSpawn: (pid: number) => void): Promise<DaemonProcess> {
  const startedAt = performance.now();
  const child = spawnTied(process.execPath, [LAUNCHER, 'serve', '--config', configPath]);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} cannot be started`);
  onSpawn(pid);
  const logLines = new Map<string, number>();
  const errors: string[] = [];
  const running = Promise.withResolvers<number>();
  eachLine(child, (line) => {
    const message = /"msg":"([^"]*)"/.exec(line)?.[1] ?? 'no message';
    logLines.set(message, (logLines.get(message) ?? 0) + 1);
    if (message === 'kepil is running') running.resolve(performance.now() - startedAt);
    if (/"level":[56]0/.test(line) && errors.length < 10) {
      errors.push(line);
      console.error(line.slice(0, 500));
    }
  });
  child.stderr?.on('data', (text: Buffer) => process.stderr.write(text));
  child.once('exit', (code) => running.reject(new Error(`the daemon ended with ${code}`)));
  return {
    pid,
    startupMs: await running.promise,
    logLines,
    stop: async () => {
      const before = performance.now();
      if (!(await endGroup(child, STOP_WITHIN_MS)))
        console.error(`the daemon had to be killed after ${STOP_WITHIN_MS} ms`);
      return performance.now() - before;
    },
  };
}

function eachLine(child: ChildProcess, take: (line: string) => void): void {
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}
