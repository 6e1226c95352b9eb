import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWithout, WITHHELD } from '../../src/probes/confidence.ts';

describe('a way of quoting without secrets', () => {
  it('withholds any words around one, in whatever form', () => {
    const words = fc.string({ unit: 'grapheme-ascii', maxLength: 60 });
    const anySecret = fc.stringMatching(/^[A-Za-z0-9]{4}[ -~]{0,16}$/);
    fc.assert(
      fc.property(words, anySecret, words, (before, secret, after) => {
        const quote = quoteWithout(['somebody', secret]);
        const encoded = [Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];
        for (const form of [secret, ...encoded]) expect(quote(`${before}${form}${after}`)).toBe(WITHHELD);
      }),
    );
  });

  it.each<[string, string[], string]>([
    ['550 5.1.1 unknown', ['alice', 'x y z'], '550 5.1.1 unknown'],
    ['550 5.1.1 unknown', [], '550 5.1.1 unknown'],
    ['550 5.1.1 unknown', [''], '550 5.1.1 unknown'],
    ['a\x1b[2Jb', ['zzz'], 'a\\x1b[2Jb'],
    ['no mail for ALICE', ['alice'], WITHHELD],
    ['no mail for a.l.i.c.e', ['alice'], WITHHELD],
    ['a !?! b', ['!?!'], WITHHELD],
    ['p\xc3\xa4ss', ['päss'], WITHHELD],
    ['päss', ['päss'], WITHHELD],
    // Two letters of Base64 are everywhere.
    ['the mq of it', ['1'], 'the mq of it'],
  ])('%j without %j is %j', (words, secrets, shown) => {
    expect(quoteWithout(secrets)(words)).toBe(shown);
  });

  it('withholds a text whose end cuts a secret off, where there is more of it', () => {
    const quote = quoteWithout(['hunter2hunter2']);
    expect([quote('it is hunter', true), quote('it is hun', true), quote('it is hunter')]).toEqual([
      WITHHELD,
      'it is hun',
      'it is hunter',
    ]);
  });
});
