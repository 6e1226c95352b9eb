/** The files that make up a configuration. */
import { createHash } from 'node:crypto';
import { glob } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

/** Gives a file's text, or rejects. */
export type ReadFile = (path: string) => Promise<string>;

/** A file named in another one: relative names start at the folder of that other one. */
export function besides(file: string, name: string): string {
  return isAbsolute(name) ? name : join(dirname(file), name);
}

/** The files that a pattern names, sorted; a name without `*`, `?`, `[` or `{` is that file, there or not. */
export async function expand(pattern: string): Promise<string[]> {
  if (!/[*?[{]/.test(pattern)) return [pattern];
  return (await Array.fromAsync(glob(pattern))).sort();
}

/** SHA-256 over the files' names and texts, whatever order they were read in. */
export function digestOf(files: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const [name, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([name, text]));
  }
  return hash.digest('hex');
}
