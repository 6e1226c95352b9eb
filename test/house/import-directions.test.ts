/**
 * The direction of imports (docs/house.md): a room imports what lies below it, never a neighbour or what lies above. The
 * linter says so too, file by file; this walks the graph as a whole.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../src');

/** Each room with the rooms it may import from, besides itself. The types of `runtime` are open to all. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'domain/text': [],
  'domain/time': [],
  'domain/money': [],
  'domain/facts': ['domain/time', 'domain/money'],
  'domain/detection': ['domain/facts', 'domain/time', 'domain/money'],
  'domain/contract': ['domain/detection', 'domain/facts', 'domain/time', 'domain/money'],
  runtime: [],
  probes: ['domain', 'runtime'],
  config: ['domain', 'probes', 'runtime'],
  journal: ['domain', 'runtime'],
  report: ['domain', 'runtime'],
  outputs: ['domain', 'probes', 'runtime'],
  monitor: ['domain', 'probes', 'journal', 'outputs', 'config', 'runtime'],
  desk: ['domain', 'journal', 'report', 'outputs', 'config', 'runtime'],
  api: ['domain', 'report', 'desk', 'runtime'],
  app: ['domain', 'config', 'probes', 'journal', 'report', 'outputs', 'monitor', 'desk', 'api', 'runtime'],
  cli: ['domain', 'config', 'probes', 'journal', 'report', 'outputs', 'desk', 'app', 'runtime'],
  main: ['cli', 'runtime'],
};

function roomOf(file: string): string {
  const parts = file.split('/');
  if (parts.length === 1) return 'main';
  return parts[0] === 'domain' ? `domain/${parts[1]}` : (parts[0] ?? '');
}

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const files = globSync('**/*.ts', { cwd: SOURCE }).sort();
const imports = files.flatMap((from): Import[] => {
  const text = readFileSync(join(SOURCE, from), 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^'"]*?from '([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gms,
  );
  return [...statements].map((match) => ({
    from,
    specifier: match[2] ?? match[3] ?? match[4] ?? '',
    typeOnly: match[1] !== undefined,
  }));
});

describe('imports', () => {
  it('are found at all', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(300);
  });

  it('point down only', () => {
    const wrong = imports.flatMap(({ from, specifier, typeOnly }) => {
      if (!specifier.startsWith('.')) return [];
      const here = roomOf(from);
      const there = roomOf(relative(SOURCE, join(SOURCE, dirname(from), specifier)));
      const open = ROOMS[here] ?? [];
      if (here === there || open.some((room) => there === room || there.startsWith(`${room}/`))) return [];
      if (there === 'runtime' && typeOnly) return [];
      return [`${from} imports ${specifier}`];
    });
    expect(wrong).toEqual([]);
  });

  it('of the domain reach neither Node nor any package', () => {
    const outside = imports.filter(({ from, specifier }) => from.startsWith('domain/') && !specifier.startsWith('.'));
    expect(outside).toEqual([]);
  });

  it('make no circle', () => {
    const graph = Map.groupBy(
      imports.filter(({ specifier }) => specifier.startsWith('.')),
      ({ from }) => from,
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      if (done.has(file)) return;
      for (const { specifier } of graph.get(file) ?? []) {
        visit(relative(SOURCE, join(SOURCE, dirname(file), specifier)), [...path, file]);
      }
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });
});
