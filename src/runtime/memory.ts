/** The process's memory, as far as a program may ask for it. What stays is the same; how much V8 takes beside it is not. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much a heap may grow, in percent of what was alive, before what is dead in it is looked for. V8's own is up to 300. */
const GROWING_PERCENT = 50;

/**
 * Lets the heaps of this process, those of threads to come included, grow by less between two collections: a quarter less
 * memory while a large configuration is read, for a seventh more processor time.
 */
export function growSlowly(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * Gives back to the system what starting up has used and left: the parser's work is several times what stays. V8 by
 * itself keeps it, for a program that may need as much again. It stops the thread for some hundred milliseconds, so it is
 * to be called when nobody waits.
 */
export function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
