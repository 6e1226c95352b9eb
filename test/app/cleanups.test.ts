import { describe, expect, it } from 'vitest';
import { Cleanups } from '../../src/app/cleanups.ts';
import { createLog } from '../../src/runtime/log.ts';

function cleanups() {
  const lines: Record<string, unknown>[] = [];
  return { lines, stack: new Cleanups(createLog('info', { write: (line) => lines.push(JSON.parse(line)) })) };
}

describe('Cleanups', () => {
  it('run last in, first out, each after the one before it is done', async () => {
    const { stack } = cleanups();
    const done: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      stack.add(name, async () => {
        await null;
        done.push(name);
      });
    }
    await stack.run();
    expect(done).toEqual(['c', 'b', 'a']);
  });

  it('run the others although one fails, and log which', async () => {
    const { stack, lines } = cleanups();
    const done: string[] = [];
    stack.add('first', async () => {
      done.push('first');
    });
    stack.add('second', () => Promise.reject(new Error('stuck')));
    await stack.run();
    expect(done).toEqual(['first']);
    expect(lines).toEqual([expect.objectContaining({ level: 'error', part: 'second' })]);
  });

  it('run once however often they are asked for, and again for what was added since', async () => {
    const { stack } = cleanups();
    let runs = 0;
    const count = async (): Promise<void> => {
      runs += 1;
    };
    stack.add('a', count);
    await Promise.all([stack.run(), stack.run()]);
    await stack.run();
    expect(runs).toBe(1);
    stack.add('b', count);
    await stack.run();
    expect(runs).toBe(2);
  });
});
