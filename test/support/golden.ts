/** Files that people or programs read, compared whole. `KEPIL_UPDATE_GOLDEN=1` writes them anew; read the difference. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';

const ROOT = join(import.meta.dirname, '../golden');

/** Compares a text with `test/golden/<name>`. */
export function expectGolden(name: string, actual: string): void {
  const path = join(ROOT, name);
  if (process.env.KEPIL_UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  expect(actual, `${name} differs; KEPIL_UPDATE_GOLDEN=1 writes it anew`).toBe(readFileSync(path, 'utf8'));
}
