/** Reads a configuration from its files, all of it or nothing, with every mistake of every file named. */
import { X509Certificate } from 'node:crypto';
import { dirname, relative, resolve } from 'node:path';
import type { z } from 'zod';
import { buildContract } from './build-contract.ts';
import { buildModules } from './build-modules.ts';
import { buildSandbox } from './build-sandbox.ts';
import { buildService, type CheckContext } from './build-service.ts';
import { checkContract } from './check-contract.ts';
import { checkMain, defaultInterval } from './check-main.ts';
import { checkModules } from './check-modules.ts';
import { checkReferences } from './check-references.ts';
import { checkSandboxCurrency, checkServices } from './check-services.ts';
import { checkShape } from './check-shape.ts';
import type { Configuration, Credentials } from './configuration.ts';
import { type ContractFile, contractSchema } from './contract-schema.ts';
import { SourceDocument } from './document.ts';
import type { Environment } from './environment.ts';
import { besides, digestOf, expand, insteadOfFile, type ReadFile } from './files.ts';
import { type MainFile, mainSchema } from './main-schema.ts';
import { type ModuleEntry, modulesFileSchema } from './modules-schema.ts';
import { type KeyPath, type Problem, sortProblems } from './problem.ts';
import { itemsAt, textAt } from './raw.ts';
import type { Secret } from './secret.ts';
import { type ServicesFile, servicesSchema } from './services-schema.ts';

export interface LoadOptions {
  /** The main file. Names in it are relative to its folder; problems name files the way this path does. */
  readonly path: string;
  readonly env: Environment;
  readonly readFile: ReadFile;
}

export type LoadResult =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Loads and checks a configuration. Resolves to the configuration, or to all problems sorted by file and line; rejects only for
 * a fault of Kepil's own.
 */
export async function loadConfiguration(options: LoadOptions): Promise<LoadResult> {
  return new Loading(options).run();
}

class Loading {
  readonly #options: LoadOptions;
  readonly #texts = new Map<string, string>();
  readonly #problems: Problem[] = [];
  /** Every file that is named was found and is YAML. */
  #complete = true;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  async run(): Promise<LoadResult> {
    const { path } = this.#options;
    const main = await this.#open(path, (reason) => {
      this.#problems.push({
        file: path,
        line: 1,
        column: 1,
        path: '',
        found: reason,
        expected: 'a configuration file',
      });
    });
    if (main === undefined) return { ok: false, problems: this.#problems };
    const contracts = await this.#openAll(main, 'contracts');
    const services = await this.#openAll(main, 'services');
    const trust = await this.#readTrust(main);
    const modules = await this.#openModules(main);

    const mainFile = checkShape(main, mainSchema);
    const contractFiles = shapes(contracts, contractSchema);
    const serviceFiles = shapes(services, servicesSchema);
    const moduleFile = modules === undefined ? undefined : checkShape(modules, modulesFileSchema);
    for (const document of modules === undefined ? [main] : [main, modules]) checkModules(document);
    checkMain(main);
    contracts.forEach(checkContract);
    const currencyOf = currencies(main, contracts);
    for (const document of services) checkServices(document, { defaultInterval: defaultInterval(main), currencyOf });
    checkSandboxCurrency(main, currencyOf);
    checkReferences({ main, contracts, services, complete: this.#complete });

    const problems = sortProblems([
      ...this.#problems,
      ...[main, ...contracts, ...services, ...(modules === undefined ? [] : [modules])].flatMap((d) => d.problems),
    ]);
    if (problems.length > 0) return { ok: false, problems };
    if (mainFile === undefined) throw new TypeError('a main file without problems has a value');
    return {
      ok: true,
      configuration: this.#build(mainFile, contractFiles, serviceFiles, { trust, modules: moduleFile?.modules ?? {} }),
    };
  }

  #build(
    main: MainFile,
    contracts: readonly ContractFile[],
    files: readonly ServicesFile[],
    { trust, modules }: { readonly trust: readonly string[]; readonly modules: Readonly<Record<string, ModuleEntry>> },
  ): Configuration {
    const { probing, statements } = main;
    const { file: _file, ...inline } = main.modules;
    const context: CheckContext = { vantage: main.vantage, defaults: probing.defaults, allow: probing.allow, trust };
    const sandbox = main.sandbox === undefined ? undefined : buildSandbox(main.sandbox, context);
    return {
      digest: digestOf(this.#texts),
      contracts: contracts.map(buildContract),
      defaultContract: main.contract,
      customers: [
        ...files.flatMap((file) => file.customers.map((customer) => ({ type: 'customer' as const, ...customer }))),
        ...(sandbox?.customers ?? []),
      ],
      services: [
        ...files.flatMap((file) => file.services.map((entry) => buildService(entry, context))),
        ...(sandbox?.services ?? []),
      ],
      journal: { path: resolve(besides(this.#options.path, main.journal.path)) },
      listen: main.listen,
      vantage: main.vantage,
      probing: { allow: probing.allow, trust },
      ...(main.mail === undefined
        ? {}
        : { mail: { relay: main.mail.relay, from: main.mail.from, ...credentials(main.mail) } }),
      ...(main.influx === undefined
        ? {}
        : { influx: { url: main.influx.url, database: main.influx.database, ...credentials(main.influx) } }),
      statements: { sendOnDay: statements.sendOnDay, atMs: statements.at },
      modules: buildModules(modules, inline),
      ...(sandbox === undefined ? {} : { sandbox: { sites: sandbox.sites } }),
    };
  }

  /** The documents that a pattern of the main file names; none is a problem of the place that names it. */
  async #openAll(main: SourceDocument, key: string): Promise<SourceDocument[]> {
    const pattern = textAt(main.value, key);
    if (pattern === undefined) {
      this.#complete = false;
      return [];
    }
    const names = await expand(this.#options.path, pattern);
    if (names.length === 0) {
      const place = besides(this.#options.path, pattern);
      this.#missing(main, [key], `a pattern that matches a file; ${place} matches none`);
    }
    const documents: SourceDocument[] = [];
    for (const name of names) {
      const document = await this.#open(name, (reason) =>
        this.#missing(main, [key], `a file that can be read; ${name} is ${reason}`),
      );
      if (document !== undefined) documents.push(document);
    }
    return documents;
  }

  async #openModules(main: SourceDocument): Promise<SourceDocument | undefined> {
    const name = textAt(main.value, 'modules', 'file');
    if (name === undefined) return undefined;
    const place = besides(this.#options.path, name);
    return await this.#open(place, (reason) =>
      this.#missing(main, ['modules', 'file'], `a file that can be read; ${place} is ${reason}`),
    );
  }

  async #readTrust(main: SourceDocument): Promise<string[]> {
    const texts: string[] = [];
    for (const { value, path } of itemsAt(main.value, [], 'probing', 'trust')) {
      if (typeof value !== 'string') continue;
      const name = besides(this.#options.path, value);
      const text = await this.#read(name, (reason) =>
        this.#missing(main, path, `a file that can be read; ${name} is ${reason}`),
      );
      if (text === undefined) continue;
      if (isCertificate(text)) texts.push(text);
      else main.complain({ path, expected: `a file of PEM certificates; ${name} is none` });
    }
    return texts;
  }

  #missing(document: SourceDocument, path: KeyPath, expected: string): void {
    this.#complete = false;
    document.complain({ path, expected });
  }

  async #open(name: string, fail: (reason: string) => void): Promise<SourceDocument | undefined> {
    const text = await this.#read(name, fail);
    if (text === undefined) return undefined;
    const document = new SourceDocument(name, text, this.#options.env);
    if (!document.readable) this.#complete = false;
    return document;
  }

  async #read(name: string, fail: (reason: string) => void): Promise<string | undefined> {
    try {
      const text = await this.#options.readFile(name);
      this.#texts.set(relative(dirname(this.#options.path), name), text);
      return text;
    } catch (error) {
      fail(insteadOfFile(error));
      return undefined;
    }
  }
}

function shapes<Schema extends z.ZodType>(documents: readonly SourceDocument[], schema: Schema): z.output<Schema>[] {
  return documents.map((document) => checkShape(document, schema)).filter((file) => file !== undefined);
}

function currencies(main: SourceDocument, contracts: readonly SourceDocument[]) {
  const byContract = new Map(contracts.map(({ value }) => [textAt(value, 'id'), textAt(value, 'currency')]));
  return (contract: string | undefined) => byContract.get(contract ?? textAt(main.value, 'contract'));
}

function credentials(block: { username?: string | undefined; password?: Secret | undefined }): {
  credentials?: Credentials;
} {
  const { username, password } = block;
  return username === undefined || password === undefined ? {} : { credentials: { username, password } };
}

function isCertificate(text: string): boolean {
  try {
    new X509Certificate(text);
    return true;
  } catch {
    return false;
  }
}
