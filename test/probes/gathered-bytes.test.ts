import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GatheredBytes } from '../../src/probes/gathered-bytes.ts';

it('keeps whatever pieces came, in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 8 }), (pieces) => {
      const gathered = new GatheredBytes();
      for (const piece of pieces) {
        // What a parser hands out it uses again.
        const lent = Uint8Array.from(piece);
        gathered.add(lent);
        lent.fill(0);
      }
      expect(gathered.bytes().equals(Buffer.concat(pieces))).toBe(true);
    }),
    { numRuns: 50 },
  );
});
