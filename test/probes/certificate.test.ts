import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isFor } from '../../src/probes/certificate.ts';
import { parseHost } from '../../src/probes/host.ts';
import { makeSelfSigned } from '../support/certificates.ts';

describe('whom a certificate is for', () => {
  const rows: readonly [names: readonly string[], host: string, expected: boolean][] = [
    [['mail.example'], 'mail.example', true],
    [['mail.example'], 'MAIL.example.', true],
    [['mail.example'], 'example', false],
    [['mail.example'], 'xmail.example', false],
    [['first.example', 'second.example'], 'second.example', true],
    [['*.example.kz'], 'www.example.kz', true],
    [['*.example.kz'], 'example.kz', false],
    [['*.example.kz'], 'a.b.example.kz', false],
    [['w*.example.kz'], 'www.example.kz', false],
    [['*ww.example.kz'], 'www.example.kz', false],
    [['192.0.2.7'], '192.0.2.7', true],
    [['192.0.2.7'], '192.0.2.8', false],
    [['2001:db8::7'], '[2001:db8:0::7]', true],
    [['mail.example'], '192.0.2.7', false],
    [['192.0.2.7'], 'mail.example', false],
  ];
  test.each(rows)('%j is for %s: %s', async (names, text, expected) => {
    const host = parseHost(text);
    const { cert } = await makeSelfSigned(names);
    expect(host && isFor(new X509Certificate(cert), host)).toBe(expected);
  });

  test.each([
    ['no alternative name', []],
    ['an address alone', ['192.0.2.7']],
  ])('is not said by the common name, which browsers pass over, beside %s', async (_, names) => {
    const { cert } = await makeSelfSigned(names, 'mail.example');
    const host = parseHost('mail.example');
    expect(host && isFor(new X509Certificate(cert), host)).toBe(false);
  });
});
