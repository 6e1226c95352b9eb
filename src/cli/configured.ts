/** What verbs that work on the configured journal share: opening it and closing it whatever happens. */
import { existsSync } from 'node:fs';
import { type Books, openBooks } from '../app/books.ts';
import { ConfigurationInvalid, requireConfiguration } from '../app/load.ts';
import type { Configuration } from '../config/configuration.ts';
import { parseInstant } from '../domain/time/text.ts';
import type { Journal } from '../journal/journal.ts';
import { BadInput, type CliIo } from './io.ts';

/**
 * The configuration.
 * @throws BadInput naming every mistake in it.
 */
export async function configurationOf(
  path: string,
  io: CliIo,
  read: () => Promise<Configuration> = () => requireConfiguration(path, io.environment),
): Promise<Configuration> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof ConfigurationInvalid
      ? new BadInput(`the configuration has mistakes\n${error.message}`)
      : error;
  }
}

/** Runs `use` with the configured books, caught up, and closes them after. */
export async function withBooks<T>(
  path: string,
  io: CliIo,
  use: (books: Books, configuration: Configuration) => Promise<T>,
): Promise<T> {
  const configuration = await configurationOf(path, io);
  const books = await openBooks(configuration, io.clock);
  try {
    await books.feed.catchUp();
    return await use(books, configuration);
  } finally {
    await books.journal.close();
  }
}

/**
 * Runs `use` with the configured journal, unread, and closes it after.
 * @throws Error when there is none: a new one would be empty, and as whole as a journal can be.
 */
export async function withJournal<T>(path: string, io: CliIo, use: (journal: Journal) => Promise<T>): Promise<T> {
  const configuration = await configurationOf(path, io);
  if (!existsSync(configuration.journal.path)) {
    throw new Error(`journal: found no file ${configuration.journal.path}, expected the daemon's journal`);
  }
  const { journal } = await openBooks(configuration, io.clock);
  try {
    return await use(journal);
  } finally {
    await journal.close();
  }
}

/**
 * An instant given on the command line.
 * @throws BadInput naming the option.
 */
export function instantOption(option: string, text: string): number {
  try {
    return parseInstant(text);
  } catch (error) {
    throw new BadInput(`--${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * What `read` makes of a file named on the command line.
 * @throws BadInput naming the file when it cannot be read.
 */
export async function readingOf<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new BadInput(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
