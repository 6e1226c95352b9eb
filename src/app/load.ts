/** Loading the configuration the one way that the daemon and every verb do. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Configuration } from '../config/configuration.ts';
import { KnownServices } from '../config/known-services.ts';
import { type LoadResult, loadConfiguration } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { ReadingOptions } from '../config/services-files.ts';

/** The configuration has mistakes; the message names them all, one a line. */
export class ConfigurationInvalid extends Error {
  readonly code = 'configuration_invalid';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

const MIB = 1_024 * 1_024;
const MOST_THREADS = 4;
const THREADS = Math.min(MOST_THREADS, availableParallelism());
/** Nobody waits but who started it: with less, some 20 000 services, starting threads costs more than they save. */
const AT_A_START: ReadingOptions = { threads: THREADS, threadsFromBytes: 8 * MIB };
/** Probes, rounds and scrapes wait meanwhile: what takes longer than some ten milliseconds is left to a thread. */
const WHILE_RUNNING: ReadingOptions = { threads: THREADS, threadsFromBytes: 64 * 1_024 };

/** Reads and checks the configuration. */
export function readConfiguration(
  path: string,
  environment: Environment,
  reading: ReadingOptions = AT_A_START,
): Promise<LoadResult> {
  return loadConfiguration({ path, env: environment, readFile: (name) => readFile(name, 'utf8'), reading });
}

/**
 * Reads the configuration for use.
 * @throws ConfigurationInvalid naming every mistake.
 */
export async function requireConfiguration(
  path: string,
  environment: Environment,
  reading?: ReadingOptions,
): Promise<Configuration> {
  const result = await readConfiguration(path, environment, reading);
  if (result.ok) return result.configuration;
  throw new ConfigurationInvalid(result.problems.map(formatProblem));
}

/** The configuration of a daemon, which is read again and again: only what has changed of it. */
export class ConfigurationReader {
  readonly #path: string;
  readonly #environment: Environment;
  readonly #known = new KnownServices();

  constructor(path: string, environment: Environment) {
    this.#path = path;
    this.#environment = environment;
  }

  /** @throws ConfigurationInvalid naming every mistake. */
  readAtStart(): Promise<Configuration> {
    return this.#read(AT_A_START);
  }

  /** Leaves the event loop to others meanwhile. @throws ConfigurationInvalid naming every mistake. */
  readWhileRunning(): Promise<Configuration> {
    return this.#read(WHILE_RUNNING);
  }

  #read(reading: ReadingOptions): Promise<Configuration> {
    return requireConfiguration(this.#path, this.#environment, { ...reading, known: this.#known });
  }
}
