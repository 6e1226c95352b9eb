/** Loading the configuration the one way that the daemon and every verb do. */
import { readFile } from 'node:fs/promises';
import type { Configuration } from '../config/configuration.ts';
import { type LoadResult, loadConfiguration } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';

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

/** Reads and checks the configuration. */
export function readConfiguration(path: string, environment: Environment): Promise<LoadResult> {
  return loadConfiguration({ path, env: environment, readFile: (name) => readFile(name, 'utf8') });
}

/**
 * Reads the configuration for use.
 * @throws ConfigurationInvalid naming every mistake.
 */
export async function requireConfiguration(path: string, environment: Environment): Promise<Configuration> {
  const result = await readConfiguration(path, environment);
  if (result.ok) return result.configuration;
  throw new ConfigurationInvalid(result.problems.map(formatProblem));
}
