/** What processes used, from /proc: all threads, ended ones too. Linux only. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** `/proc/PID/stat` counts in these. */
const TICKS_A_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time of the processes since they began, user and system, in microseconds; exact to a tick each. */
export function cpuMicros(pids: readonly number[]): number {
  return pids.reduce((total, pid) => total + ticksOf(pid), 0) * (1_000_000 / TICKS_A_SECOND);
}

/** Memory that the processes hold now, in MiB. */
export function residentMiB(pids: readonly number[]): number {
  return pids.reduce((total, pid) => {
    const kib = /^VmRSS:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return total + Number(kib) / 1_024;
  }, 0);
}

/** `pid (name) state …`: the name may hold anything, so what follows its last bracket is read (proc(5)). */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
