import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/runtime/log.ts';

function logged(fields: object): Record<string, unknown> {
  const lines: string[] = [];
  createLog('info', { write: (line) => lines.push(line) }).info(fields, 'said');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!);
}

const SECRET = 'hunter2';

describe('createLog', () => {
  it('writes a level by name, an ISO instant and the sentence', () => {
    const line = logged({ check: 's1/web/home' });
    expect(line).toEqual({ level: 'info', time: expect.any(String), check: 's1/web/home', msg: 'said' });
    expect(new Date(String(line.time)).toISOString()).toBe(line.time);
  });

  it('keeps silent below its level', () => {
    const lines: string[] = [];
    createLog('warn', { write: (line) => lines.push(line) }).info('said');
    expect(lines).toEqual([]);
  });

  it.each(['password', 'relay', 'token', 'authorization', 'secret', 'cookie'])(
    'never writes what is called %s, at the top, inside a field or inside a field of a field',
    (name) => {
      for (const fields of [{ [name]: SECRET }, { a: { [name]: SECRET } }, { a: { b: { [name]: SECRET } } }]) {
        const text = JSON.stringify(logged(fields));
        expect(text).not.toContain(SECRET);
        expect(text).toContain('***');
      }
    },
  );

  it('never writes the settings of the mail relay', () => {
    const settings = { mail: { relay: `smtp://user:${SECRET}@mx`, credentials: { username: 'u', password: SECRET } } };
    expect(JSON.stringify(logged({ settings }))).not.toContain(SECRET);
    expect(JSON.stringify(logged(settings))).not.toContain(SECRET);
  });

  it('writes an error with its message and stack', () => {
    const line = logged({ error: new RangeError('too far') });
    expect(line.error).toMatchObject({ type: 'RangeError', message: 'too far' });
  });
});
