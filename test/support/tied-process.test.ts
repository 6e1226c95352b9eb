import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { ended, endGroup, groupLives, spawnTied } from './tied-process.ts';

const MODULE = fileURLToPath(new URL('./tied-process.ts', import.meta.url));

it('ends what a killed test process had started', async () => {
  const script = `
    const { spawnTied } = await import(${JSON.stringify(MODULE)});
    process.stdout.write(String(spawnTied('sleep', ['60']).pid));`;
  const owner = spawnTied(process.execPath, ['--input-type=module', '-e', script]);
  const started = await new Promise<number>((resolve) => owner.stdout?.once('data', (text) => resolve(Number(text))));
  owner.kill('SIGKILL');
  await vi.waitFor(() => expect(groupLives(started)).toBe(false), { timeout: 5_000 });
  await ended(owner);
});

it('ends what a process forked, also when that does not listen to SIGTERM', async () => {
  const script = `trap '' TERM; sleep 60 & echo ready; trap - TERM; wait`;
  const parent = spawnTied('sh', ['-c', script]);
  await new Promise((resolve) => parent.stdout?.once('data', resolve));
  expect(await endGroup(parent, 200)).toBe(false);
  expect(groupLives(parent.pid!)).toBe(false);
});

it('says when a program is not there', async () => {
  const child = spawnTied('no-such-program', []);
  const error = await new Promise<Error>((resolve) => child.once('error', resolve));
  expect(error.message).toContain('ENOENT');
  expect(await endGroup(child, 100)).toBe(true);
});
