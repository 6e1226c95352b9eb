import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTextSearch } from '../../src/probes/text-search.ts';

it('finds a text wherever it lies in whatever pieces, and no other', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 400 });
  const size = fc.constantFrom(1, 2, 3, 7, 100, 600);
  fc.assert(
    fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }), size, (text, needle, size) => {
      const search = createTextSearch(Buffer.from(needle));
      for (let at = 0; at < text.length; at += size) search.take(Buffer.from(text.slice(at, at + size)));
      expect(search.found).toBe(text.includes(needle));
    }),
  );
});

it('finds a text behind a mebibyte of single bytes, a batch as well as any other', () => {
  const search = createTextSearch(Buffer.from('needle'));
  const hay = Buffer.from('x');
  for (let count = 0; count < 100_000; count += 1) search.take(hay);
  expect(search.found).toBe(false);
  for (const letter of 'needle') search.take(Buffer.from(letter));
  expect(search.found).toBe(true);
});
