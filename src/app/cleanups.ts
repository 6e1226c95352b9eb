/** What has to be undone at the end, last in, first out; each failure is logged and hides none of the others. */
import type { Logger } from '../runtime/log.ts';

export class Cleanups {
  readonly #log: Logger;
  readonly #stack: { readonly name: string; readonly undo: () => Promise<void> }[] = [];
  #running: Promise<void> | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(name: string, undo: () => Promise<void>): void {
    this.#stack.push({ name, undo });
  }

  /** Runs them all; one run, however often it is asked for. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    for (let next = this.#stack.pop(); next; next = this.#stack.pop()) {
      try {
        await next.undo();
      } catch (error) {
        this.#log.error({ error, part: next.name }, 'a part did not stop cleanly');
      }
    }
  }
}
