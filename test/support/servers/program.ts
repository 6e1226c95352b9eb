/** Finds the programs that Debian's packages bring. A user's PATH often lacks the folders of daemons. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const DAEMON_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/lib/postfix/sbin', '/usr/libexec/postfix'];

/** The absolute path of a program, or nothing when it is not installed. */
export function programPath(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...DAEMON_FOLDERS];
  return folders.map((folder) => join(folder, program)).find(executable);
}

/** Whether a program is there to be run: `describe.skipIf(!installed('nginx'))`. */
export function installed(program: string): boolean {
  return programPath(program) !== undefined;
}

/** Whether we may start Postfix and Dovecot: they give up root's rights themselves, and need them for that. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Runs a program to its end and returns its output. Throws when it is missing or fails, with what it wrote to stderr. */
export function run(program: string, args: readonly string[]): string {
  const path = programPath(program);
  if (path === undefined) throw new Error(`${program} is not installed`);
  return execFileSync(path, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
