/** The machine's own list of names (hosts(5)), read again when it changes. */
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Clock } from '../runtime/clock.ts';

export interface HostsFile {
  /** The addresses that the file gives a lower-case name, IPv4 first; undefined when it does not hold the name. */
  find(name: string): readonly string[] | undefined;
}

const LOOK_AGAIN_MS = 5_000;

/** Looks at the file's time of change at most every 5 seconds. A file that cannot be read holds no names. */
export function createHostsFile(path: string, clock: Clock): HostsFile {
  let names = new Map<string, string[]>();
  let changedMs = Number.NaN;
  let lookAgainMs = Number.NEGATIVE_INFINITY;
  return {
    find(name) {
      const nowMs = clock.monotonicMs();
      if (nowMs >= lookAgainMs) {
        lookAgainMs = nowMs + LOOK_AGAIN_MS;
        const foundMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
        if (foundMs !== changedMs) {
          changedMs = foundMs ?? Number.NaN;
          names = foundMs === undefined ? new Map() : parseHosts(readIfPossible(path));
        }
      }
      return names.get(name);
    },
  };
}

/** It may be gone since it was looked at, or not be ours to read: no target is to blame for that. */
function readIfPossible(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** `address name alias...` a line; `#` begins a comment. */
function parseHosts(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family === 0) continue;
    for (const alias of aliases) {
      const name = alias.toLowerCase();
      const known = names.get(name) ?? [];
      if (family === 4) known.splice(known.filter((other) => isIP(other) === 4).length, 0, address);
      else known.push(address);
      names.set(name, known);
    }
  }
  return names;
}
