/** What the system says of a process: memory, and the processor time of its main thread and of all its others. */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time for user space in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

export interface ProcessFigures {
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  readonly cpuSeconds: number;
  /** Of the thread that runs the event loop of everything but probing. */
  readonly mainCpuSeconds: number;
  /** Of the threads by the name the system has for them. */
  readonly threads: ReadonlyMap<string, number>;
}

/** Reads the figures from /proc; undefined once the process is gone. */
export function figuresOf(pid: number): ProcessFigures | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const threads = new Map<string, number>();
    let mainCpuSeconds = 0;
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const { name, seconds } = threadTime(`/proc/${pid}/task/${task}/stat`);
      if (Number(task) === pid) mainCpuSeconds = seconds;
      threads.set(name, (threads.get(name) ?? 0) + seconds);
    }
    return {
      rssBytes: kilobytes(status, 'VmRSS') * 1_024,
      peakRssBytes: kilobytes(status, 'VmHWM') * 1_024,
      cpuSeconds: threadTime(`/proc/${pid}/stat`).seconds,
      mainCpuSeconds,
      threads,
    };
  } catch {
    return undefined;
  }
}

function threadTime(path: string): { readonly name: string; readonly seconds: number } {
  const stat = readFileSync(path, 'utf8');
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  return {
    name: stat.slice(stat.indexOf('(') + 1, end),
    seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN);
}
