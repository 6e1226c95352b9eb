/** The files that make up a configuration. */
import { hash } from 'node:crypto';
import { glob } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

/** Gives a file's text, or rejects. */
export type ReadFile = (path: string) => Promise<string>;

/** A file named in another one: relative names start at the folder of that other one. */
export function besides(file: string, name: string): string {
  return isAbsolute(name) ? name : join(dirname(file), name);
}

/**
 * The files that a pattern in a file names, sorted; a name without `*`, `?`, `[` or `{` is that file, there or not. The
 * folder's own name is never taken for a pattern.
 */
export async function expand(file: string, pattern: string): Promise<string[]> {
  if (!/[*?[{]/.test(pattern)) return [besides(file, pattern)];
  const matches = await Array.fromAsync(glob(pattern, { cwd: dirname(file) }));
  return matches.map((match) => besides(file, match)).sort();
}

/** What stands where a file should have been read, in words for the usual reasons. */
export function insteadOfFile(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT') return 'no file';
  if (code === 'EISDIR') return 'a folder';
  if (code === 'EACCES') return 'a file that this user may not read';
  return `an unreadable file (${code})`;
}

/** What of a file goes into the digest of all. */
export function fingerprint(name: string, text: string): string {
  return hash('sha256', JSON.stringify([name, text]));
}

/** SHA-256 over the fingerprints of the files by their names, whatever order they were read in. */
export function digestOf(fingerprints: ReadonlyMap<string, string>): string {
  const sorted = [...fingerprints].sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', sorted.map(([, fingerprint]) => fingerprint).join('\n'));
}
