import { expect, it } from 'vitest';
import { SeededRandom } from './seeded-random.ts';

const draw = (random: SeededRandom, count: number): number[] => Array.from({ length: count }, () => random.next());

it('gives the same sequence for the same seed, and another for another', () => {
  expect(draw(new SeededRandom(7), 20)).toEqual(draw(new SeededRandom(7), 20));
  expect(draw(new SeededRandom(7), 20)).not.toEqual(draw(new SeededRandom(8), 20));
});

it('fills every tenth of its range about as often', () => {
  const tenths = new Array<number>(10).fill(0);
  for (const value of draw(new SeededRandom(1), 100_000)) tenths[Math.floor(value * 10)]! += 1;
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

it('reaches both ends of a range and nothing beyond', () => {
  const random = new SeededRandom(3);
  const whole = new Set(Array.from({ length: 1_000 }, () => random.whole(2, 5)));
  expect([...whole].sort()).toEqual([2, 3, 4, 5]);
  const magnitudes = Array.from({ length: 1_000 }, () => random.magnitude(10, 1_000));
  expect(Math.min(...magnitudes)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...magnitudes)).toBeLessThanOrEqual(1_000);
  expect(magnitudes.filter((value) => value < 100).length).toBeGreaterThan(400);
});

it('keeps a fork apart: what it draws shifts nothing in the sequence it came from', () => {
  const [quiet, busy] = [new SeededRandom(5), new SeededRandom(5)];
  quiet.fork();
  draw(busy.fork(), 50);
  expect(draw(busy, 5)).toEqual(draw(quiet, 5));
});
