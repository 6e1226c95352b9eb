/**
 * Child processes that do not outlive the test that owns them. Each leads a process group of its own, so that nothing it
 * forks escapes `endGroup`, and each has a watchdog that ends the group when the test process is gone, however it went.
 * (The kernel's parent-death signal would be less, but a process that changes its user, as Postfix does, loses it.)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { systemClock } from '../../src/runtime/clock.ts';

export interface TiedOptions {
  readonly cwd?: string;
  /** Added to the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program with no input and its output in pipes. A program that cannot be started emits `error`. */
export function spawnTied(command: string, args: readonly string[], options: TiedOptions = {}): ChildProcess {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
  });
  if (child.pid !== undefined) watch(child, child.pid);
  return child;
}

/** The watchdog reads from a pipe that nobody writes to: it ends when the system closes our side. */
const WATCHDOG = 'read -r _; kill -TERM "$1"; sleep 5; kill -KILL "-$1"';

function watch(child: ChildProcess, pid: number): void {
  const watchdog = spawn('sh', ['-c', WATCHDOG, 'watchdog', `${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A Ctrl-C at the terminal must not reach the watchdog before its work is done.
    detached: true,
  });
  watchdog.unref();
  // Once the process has ended its number may become another's.
  child.once('exit', () => watchdog.kill('SIGKILL'));
}

/** Resolves when the process has ended and its output is read to the end; at once when it already has. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return Promise.resolve();
  const { stdout } = child;
  if ((child.exitCode !== null || child.signalCode !== null) && stdout?.closed !== false) return Promise.resolve();
  return new Promise((resolve) => child.once('close', () => resolve()));
}

/**
 * Ends a process and all that it forked: SIGTERM to the process, then, for what is left of its group after `graceMs`,
 * SIGKILL. Says whether the group went by itself.
 */
export async function endGroup(child: ChildProcess, graceMs: number): Promise<boolean> {
  if (child.pid === undefined) return true;
  const closed = ended(child);
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const patient = await gone(child.pid, graceMs);
  if (!patient) {
    signalGroup(child.pid, 'SIGKILL');
    await gone(child.pid, Number.POSITIVE_INFINITY);
  }
  await closed;
  return patient;
}

async function gone(group: number, withinMs: number): Promise<boolean> {
  const deadline = systemClock.monotonicMs() + withinMs;
  while (groupLives(group)) {
    if (systemClock.monotonicMs() > deadline) return false;
    await systemClock.sleep(10);
  }
  return true;
}

/**
 * Whether any process of the group that `spawnTied` opened still runs. Zombies count as gone: they hold no port and no
 * file, and in a container whoever inherits them may be slow to reap them. Where there is no /proc they cannot be told
 * apart and are waited for.
 */
export function groupLives(pid: number): boolean {
  if (!signalGroup(pid, 0)) return false;
  if (!existsSync('/proc/self/stat')) return true;
  return readdirSync('/proc').some((entry) => /^[0-9]+$/.test(entry) && livesInGroup(entry, pid));
}

function livesInGroup(entry: string, group: number): boolean {
  try {
    // `pid (name) state parent group …`; the name may hold anything, so what follows its last bracket is read.
    const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
    const [state, , found] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(found) === group && state !== 'Z' && state !== 'X';
  } catch {
    // It ended between the listing and the reading.
    return false;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    // ESRCH: nobody is left in the group.
    return false;
  }
}
