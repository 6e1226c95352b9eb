import { describe, expect, it } from 'vitest';
import { ServiceIndex } from '../../src/app/service-index.ts';

describe('ServiceIndex', () => {
  it('gives the services of a key once each, in the order in which they were added', () => {
    const index = new ServiceIndex();
    for (const service of ['s2', 's1', 's2', 's3', 's1']) index.add('c1', service);
    index.add('c2', 's1');
    index.add('c2', 's1');
    expect([...index.of('c1')]).toEqual(['s2', 's1', 's3']);
    expect([...index.of('c2')]).toEqual(['s1']);
    expect([...index.of('c3')]).toEqual([]);
  });
});
