import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, compare, multiply, ZERO } from '../../../src/domain/money/fraction.ts';
import { divideHalfAwayFromZero, formatAmount, minorDigits, parseMoney } from '../../../src/domain/money/money.ts';

describe('parseMoney', () => {
  it.each([
    ['12000.00', 'KZT', 1_200_000n],
    ['12000', 'KZT', 1_200_000n],
    ['12000.5', 'KZT', 1_200_050n],
    ['0', 'KZT', 0n],
    ['0.01', 'KZT', 1n],
    ['007.10', 'KZT', 710n],
    ['1200', 'JPY', 1_200n],
    ['1.234', 'KWD', 1_234n],
    ['999999999999999.99', 'KZT', 99_999_999_999_999_999n],
  ])('reads %s %s as %s minor units', (amount, currency, minor) => {
    expect(parseMoney(amount, currency)).toEqual({ minor, currency });
  });

  it.each([
    ['-1.00', 'KZT'],
    ['+1.00', 'KZT'],
    ['1,00', 'KZT'],
    ['1 000.00', 'KZT'],
    ['1e3', 'KZT'],
    ['.50', 'KZT'],
    ['1.', 'KZT'],
    ['', 'KZT'],
    ['NaN', 'KZT'],
    ['0x10', 'KZT'],
    ['١٢', 'KZT'],
    ['1.00\n', 'KZT'],
    ['9999999999999999', 'KZT'],
  ])('refuses %j: no plain decimal', (amount, currency) => {
    expect(() => parseMoney(amount, currency)).toThrow('expected a decimal such as "12000.00"');
  });

  it.each([
    ['1.001', 'KZT', 'at most 2'],
    ['1.000', 'KZT', 'at most 2'],
    ['1.5', 'JPY', 'at most 0'],
  ])('refuses %s %s: too many decimals', (amount, currency, message) => {
    expect(() => parseMoney(amount, currency)).toThrow(message);
  });

  it.each(['kzt', 'TENGE', '', 'XXY', '__proto__'])('refuses the currency %j', (currency) => {
    expect(() => parseMoney('1.00', currency)).toThrow(`found "${currency}", expected an ISO 4217 code`);
  });
});

describe('formatAmount', () => {
  it.each([
    [120_033n, 'KZT', '1200.33'],
    [0n, 'KZT', '0.00'],
    [5n, 'KZT', '0.05'],
    [-5n, 'KZT', '-0.05'],
    [-120_033n, 'KZT', '-1200.33'],
    [1_200n, 'JPY', '1200'],
    [-7n, 'JPY', '-7'],
    [5n, 'KWD', '0.005'],
  ])('%s of %s is %s', (minor, currency, text) => {
    expect(formatAmount({ minor, currency })).toBe(text);
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }),
        fc.constantFrom('KZT', 'JPY', 'KWD'),
        (minor, currency) => {
          expect(parseMoney(formatAmount({ minor, currency }), currency)).toEqual({ minor, currency });
        },
      ),
    );
  });

  it('knows the digits of currencies, and unknown ones not at all', () => {
    expect(['KZT', 'USD', 'JPY', 'KWD', 'QQQ'].map(minorDigits)).toEqual([2, 2, 0, 3, undefined]);
  });
});

describe('divideHalfAwayFromZero', () => {
  it.each([
    [5n, 10n, 1n],
    [-5n, 10n, -1n],
    [4n, 10n, 0n],
    [-4n, 10n, 0n],
    [15n, 10n, 2n],
    [25n, 10n, 3n],
    [-25n, 10n, -3n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [0n, 7n, 0n],
    [7n, 1n, 7n],
    [3n, 2n, 2n],
    [10n ** 30n + 1n, 2n, 10n ** 30n / 2n + 1n],
  ])('%s / %s is %s', (dividend, divisor, quotient) => {
    expect(divideHalfAwayFromZero(dividend, divisor)).toBe(quotient);
  });

  it.each([0n, -1n])('refuses the divisor %s', (divisor) => {
    expect(() => divideHalfAwayFromZero(1n, divisor)).toThrow('expected a positive integer');
  });

  it('is never further than half from the exact quotient, and treats signs alike', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        (a, b) => {
          const rounded = divideHalfAwayFromZero(a, b);
          const distance = 2n * (rounded * b - a);
          expect(distance <= b && distance >= -b).toBe(true);
          expect(divideHalfAwayFromZero(-a, b)).toBe(-rounded);
        },
      ),
    );
  });
});

describe('fractions', () => {
  const third = { numerator: 1n, denominator: 3n };
  const sixth = { numerator: 1n, denominator: 6n };

  it('add, multiply and compare exactly', () => {
    expect(compare(add(third, sixth), { numerator: 1n, denominator: 2n })).toBe(0);
    expect(compare(multiply(third, sixth), { numerator: 1n, denominator: 18n })).toBe(0);
    expect(compare(third, sixth)).toBeGreaterThan(0);
    expect(compare(sixth, third)).toBeLessThan(0);
    expect(compare(add(ZERO, third), third)).toBe(0);
  });
});
