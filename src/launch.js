#!/usr/bin/env node
// Plain JavaScript that any Node can parse: it refuses a Node that cannot run Kepil's TypeScript, in words, before any
// of it is read. `npm ci` brings the right Node for the usual platforms and npm scripts find it first.
var REQUIRED_MAJOR = 26;
var major = Number(process.versions.node.split('.')[0]);
if (major < REQUIRED_MAJOR) {
  console.error(
    'kepil: this is Node ' +
      process.versions.node +
      ' (' +
      process.platform +
      ' ' +
      process.arch +
      '); Kepil needs Node ' +
      REQUIRED_MAJOR +
      ' or newer.\n' +
      'In a checkout, `npm ci` without --omit=optional brings it on Linux, macOS and Windows (x64, and arm64 but for Windows),\n' +
      'and `npm start` and `npm run -s kepil -- VERB` use it. Elsewhere install Node ' +
      REQUIRED_MAJOR +
      ' yourself: https://nodejs.org/',
  );
  process.exit(2);
}
// What Node makes of the sources is kept beside them, where it may write there: from the second start on, no thread needs
// the memory of the compiler that takes the types off. Prober threads find the place in the environment.
process.env.NODE_COMPILE_CACHE =
  process.env.NODE_COMPILE_CACHE ||
  process.getBuiltinModule('node:url').fileURLToPath(new URL('../node_modules/.cache/kepil', import.meta.url));
// The daemon runs for months beside others, and most of what it would take is what its allocators keep for later: V8 for its
// young generations, glibc for an arena of each thread. Both are told at the start of a process or not at all, so
// `serve` takes this one's place with a process that was told. It stays the same to whoever started it: its number, its
// standard streams, its signals. Where that cannot be done (Windows) it goes on with more memory.
var SMALL_YOUNG_GENERATION = '--max-semi-space-size';
var mayGoOnAnew =
  process.argv[2] === 'serve' &&
  process.execve !== undefined &&
  process.platform !== 'win32' &&
  process.execArgv.every((option) => !option.startsWith(SMALL_YOUNG_GENERATION));
if (mayGoOnAnew) {
  process.execve(
    process.execPath,
    [process.execPath, `${SMALL_YOUNG_GENERATION}=4`, ...process.execArgv, ...process.argv.slice(1)],
    { MALLOC_ARENA_MAX: '1', ...process.env },
  );
}
process.getBuiltinModule('node:module').enableCompileCache(process.env.NODE_COMPILE_CACHE);
import('./main.ts');
