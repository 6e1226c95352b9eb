import { readFileSync } from 'node:fs';

/** How many descriptors this process may have open; undefined where the system does not say (Linux does). */
export function mostDescriptors(): number | undefined {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined; // no such file elsewhere
  }
  const most = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return most === undefined ? undefined : Number(most);
}
