/** The documents say what is true: commands, verbs, rooms, links, files, functions and metrics that they name exist. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { systemClock } from '../../src/runtime/clock.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: ROOT })].sort();

function read(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

/** What a document shows as code to run. */
function codeLines(text: string): string[] {
  return [...text.matchAll(/^```\w*\n(.*?)^```/gms)].flatMap(([, code = '']) => code.split('\n'));
}

function codeSpans(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
}

async function kepil(...argv: string[]): Promise<{ readonly code: number; readonly out: string }> {
  let out = '';
  const write = (text: string): void => {
    out += text;
  };
  const stop = new AbortController().signal;
  const code = await run(argv, { stdout: { write }, stderr: { write }, environment: {}, clock: systemClock, stop });
  return { code, out };
}

/** The verbs that `--help` lists, `work` in its parts. */
async function verbs(...prefix: string[]): Promise<string[]> {
  const { out } = await kepil(...prefix, '--help');
  const [, listed = ''] = out.split('\nCommands:\n');
  const names = [...listed.matchAll(/^ {2}([a-z]+)/gm)].flatMap(([, name = '']) => (name === 'help' ? [] : [name]));
  return names.map((name) => [...prefix, name].join(' '));
}

/** The slug that a heading gets on a code host. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

describe('the README', () => {
  const readme = read('README.md');

  it('starts from two commands, and from no third', () => {
    expect(codeLines(readme).filter((line) => line.includes('npm ci'))).toEqual([
      'npm ci && npm start',
      'npm ci && npm test',
    ]);
  });

  it('has a row for each verb of the command line, and for no other', async () => {
    const [, section = ''] = readme.split('## The command line');
    const [table = ''] = section.split('\n## ');
    const rows = [...table.matchAll(/^\| `([a-z]+(?: [a-z]+)?)[^`]*` \|/gm)].map(([, verb]) => verb);
    const all = (await verbs()).filter((verb) => verb !== 'work').concat(await verbs('work'));
    expect(rows.toSorted()).toEqual(all.toSorted());
  });

  it('has a row for each folder of src', () => {
    const rows = [...readme.matchAll(/^\| `([a-z]+)\/` \|/gm)].map(([, room]) => room);
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rows.toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
  });
});

describe.each(DOCUMENTS)('%s', (name) => {
  const text = read(name);

  it('links to what exists', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(([, link, image]) => link ?? image ?? '');
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const path = file === '' ? name : join(dirname(name), file);
      if (!existsSync(join(ROOT, path))) return true;
      const headings = [...(anchor === undefined ? '' : read(path)).matchAll(/^#+ (.*)$/gm)];
      return anchor !== undefined && !headings.some(([, heading = '']) => anchorOf(heading) === anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names no file that is not there', () => {
    const files = codeSpans(text).filter((span) => /^(?:src|test|docs|bench|\.ci)\/[\w./-]+$/.test(span));
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

describe('docs/contract.md', () => {
  it('names functions and tests that exist', () => {
    const text = read('docs/contract.md');
    const missing: string[] = [];
    for (const [, file = '', listed = ''] of text.matchAll(/`([a-z-]+\/[a-z-]+\.ts)`:\s((?:`\w+`(?:,\s)?)+)/g)) {
      const source = read(`src/domain/${file}`);
      for (const name of codeSpans(listed)) {
        if (!new RegExp(`^export (?:function|class) ${name}\\b`, 'm').test(source)) missing.push(`${file}: ${name}`);
      }
    }
    const tests = codeSpans(text).filter((span) => span.endsWith('.test.ts'));
    for (const test of tests) {
      const places = [`test/domain/${test}`, `test/domain/contract/worked-cases/${test}`];
      if (!places.some((place) => existsSync(join(ROOT, place)))) missing.push(test);
    }
    expect(tests.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  const names = (text: string, pattern: RegExp): string[] =>
    [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();

  it('names every metric that there is, and no other', () => {
    expect(names(read('docs/operations.md'), /\b(kepil_[a-z_]+)/g)).toEqual(
      names(read('test/golden/metrics.txt'), /^# TYPE (kepil_[a-z_]+)/gm),
    );
  });

  it('has every line of the log', () => {
    const sources = globSync('src/**/*.ts', { cwd: ROOT }).map(read).join('\n');
    const lines = names(sources, /\blog(?:\.\w+|\[level\])\((?:[^()]|\([^()]*\))*?'([^']+)'\s*,?\s*\)/g);
    const said = new Set(codeSpans(read('docs/operations.md')));
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => !said.has(line))).toEqual([]);
  });
});

describe('the container', () => {
  it('has the Node that package.json asks for', () => {
    const [, wanted] = /"node": ">=(\d+)/.exec(read('package.json')) ?? [];
    const images = [...read('Dockerfile').matchAll(/^FROM node:(\d+)-slim/gm)].map(([, major]) => major);
    expect(images).toEqual([wanted, wanted]);
  });

  it('gets a configuration that is right', async () => {
    expect(await kepil('check', '--config', join(ROOT, 'config/compose/kepil.yaml'))).toMatchObject({ code: 0 });
  });
});
