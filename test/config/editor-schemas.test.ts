/** The JSON Schemas in config/ that editors read. `vitest run test/config/editor-schemas.test.ts -u` writes them anew. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { contractSchema } from '../../src/config/contract-schema.ts';
import { mainSchema } from '../../src/config/main-schema.ts';
import { servicesSchema } from '../../src/config/services-schema.ts';

it.each([
  ['kepil', mainSchema],
  ['services', servicesSchema],
  ['contract', contractSchema],
])('config/%s.schema.json says to editors what the loader says', async (name, schema) => {
  // What is written is text; what it becomes (milliseconds, fractions) is of no concern to an editor.
  const generated = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', reused: 'inline' });
  const text = `${JSON.stringify(generated, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(`../../config/${name}.schema.json`);
});

it.each([
  ['config/kepil.yaml', 'kepil.schema.json'],
  ['config/services/example.yaml', '../services.schema.json'],
  ['config/contracts/ps-builder.yaml', '../contract.schema.json'],
  ['config/contracts/northern-example.yaml', '../contract.schema.json'],
])('%s names its schema in its first line', async (file, schema) => {
  expect((await readFile(file, 'utf8')).split('\n')[0]).toBe(`# yaml-language-server: $schema=${schema}`);
});
