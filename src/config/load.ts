/** Reads a configuration from its files, all of it or nothing, with every mistake of every file named. */
import { X509Certificate } from 'node:crypto';
import { dirname, relative, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { buildContract } from './build-contract.ts';
import { buildModules } from './build-modules.ts';
import { buildBlockPages, buildProposals } from './build-provider.ts';
import { buildSandbox } from './build-sandbox.ts';
import { buildCanaries, type CheckContext } from './build-service.ts';
import { checkContract } from './check-contract.ts';
import { checkMain, defaultInterval } from './check-main.ts';
import { checkModules } from './check-modules.ts';
import { References } from './check-references.ts';
import { checkSandboxCurrency } from './check-services.ts';
import { checkShape } from './check-shape.ts';
import type { Configuration, Credentials, Several } from './configuration.ts';
import { type ContractFile, contractSchema } from './contract-schema.ts';
import { SourceDocument } from './document.ts';
import type { Environment } from './environment.ts';
import { besides, digestOf, expand, fingerprint, insteadOfFile, type ReadFile } from './files.ts';
import { type MainFile, mainSchema } from './main-schema.ts';
import { type ModuleEntry, modulesFileSchema } from './modules-schema.ts';
import { type KeyPath, type Problem, sortProblems } from './problem.ts';
import { itemsAt, textAt } from './raw.ts';
import type { Surroundings } from './read-services.ts';
import type { Secret } from './secret.ts';
import { fleetOf, type ReadingOptions, readServicesFiles, type ServicesText } from './services-files.ts';

export interface LoadOptions {
  /** The main file. Names in it are relative to its folder; problems name files the way this path does. */
  readonly path: string;
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** How services files are read; default: here, all of them. */
  readonly reading?: ReadingOptions | undefined;
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

/** Without threads there is less to start, and less memory to take. */
const ALL_HERE: ReadingOptions = { threads: 1, threadsFromBytes: Number.POSITIVE_INFINITY };

/** What is built into a configuration besides the main file. */
interface Parts {
  readonly contracts: readonly ContractFile[];
  readonly modules: Readonly<Record<string, ModuleEntry>>;
  readonly fleet: Pick<Configuration, 'customers' | 'services'>;
  readonly context: CheckContext;
}

class Loading {
  readonly #options: LoadOptions;
  readonly #fingerprints = new Map<string, string>();
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
    const contracts = (await this.#readAll(main, 'contracts')).map(({ name, text }) =>
      this.#parse(name, text.toString()),
    );
    const trust = await this.#readTrust(main);
    const modules = await this.#openModules(main);

    const mainFile = checkShape(main, mainSchema);
    const contractFiles = contracts.map((document) => checkShape(document, contractSchema));
    const moduleFile = modules && checkShape(modules, modulesFileSchema);
    for (const document of modules === undefined ? [main] : [main, modules]) checkModules(document);
    checkMain(main);
    contracts.forEach(checkContract);
    checkSandboxCurrency(main, currenciesOf(contracts).get(textAt(main.value, 'contract')));
    const references = new References();
    references.takeMain(main);
    for (const document of contracts) references.takeContract(document);
    const context = mainFile && checkContext(mainFile, trust);
    const surroundings: Surroundings = {
      environment: { ...this.#options.env },
      defaultInterval: defaultInterval(main),
      currencies: currenciesOf(contracts),
      defaultContract: textAt(main.value, 'contract'),
      context,
    };
    const services = await readServicesFiles(await this.#readAll(main, 'services'), surroundings, {
      ...ALL_HERE,
      ...this.#options.reading,
    });
    for (const file of services) {
      if (!file.readable) this.#complete = false;
      references.takeServices(file, file.ids());
      await turn();
    }
    if (this.#complete) await references.check(main, () => turn());

    const problems = sortProblems([
      ...this.#problems,
      ...[main, ...contracts, ...services, ...(modules === undefined ? [] : [modules])].flatMap(
        (file) => file.problems,
      ),
    ]);
    if (problems.length > 0) return { ok: false, problems };
    if (mainFile === undefined || context === undefined)
      throw new TypeError('a main file without problems has a value');
    return {
      ok: true,
      configuration: this.#build(mainFile, {
        contracts: contractFiles.filter((file) => file !== undefined),
        modules: moduleFile?.modules ?? {},
        fleet: fleetOf(services, context),
        context,
      }),
    };
  }

  #build(main: MainFile, { contracts, modules, fleet, context }: Parts): Configuration {
    const { probing, statements } = main;
    const { file: _file, ...inline } = main.modules;
    const sandbox = main.sandbox === undefined ? undefined : buildSandbox(main.sandbox, context);
    return {
      digest: digestOf(this.#fingerprints),
      contracts: contracts.map(buildContract),
      defaultContract: main.contract,
      customers: joined(fleet.customers, sandbox?.customers ?? []),
      services: joined(fleet.services, sandbox?.services ?? []),
      journal: { path: resolve(besides(this.#options.path, main.journal.path)) },
      listen: main.listen,
      vantage: main.vantage,
      probing: {
        allow: probing.allow,
        trust: context.trust,
        ...(probing.threads === undefined ? {} : { threads: probing.threads }),
        limits: { perServer: probing.perServer, inFlight: probing.inFlight, extra: probing.extra / 100 },
        jitter: { part: probing.jitter / 100, seed: probing.seed },
        ...(probing.canaries === undefined ? {} : { canaries: buildCanaries(probing.canaries, context) }),
      },
      ...(main.provider === undefined ? {} : { proposals: buildProposals(main.provider, main.exclusions.autoAccept) }),
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

  /** The files that a pattern of the main file names and that can be read; none is a problem of the place that names it. */
  async #readAll(main: SourceDocument, key: string): Promise<ServicesText[]> {
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
    const files: ServicesText[] = [];
    for (const name of names) {
      const text = await this.#read(name, (reason) =>
        this.#missing(main, [key], `a file that can be read; ${name} is ${reason}`),
      );
      if (text === undefined) continue;
      files.push({ name, text: Buffer.from(text), fingerprint: this.#fingerprints.get(this.#shortName(name)) ?? '' });
    }
    return files;
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
    return text === undefined ? undefined : this.#parse(name, text);
  }

  #parse(name: string, text: string): SourceDocument {
    const document = new SourceDocument(name, text, this.#options.env);
    if (!document.readable) this.#complete = false;
    return document;
  }

  async #read(name: string, fail: (reason: string) => void): Promise<string | undefined> {
    try {
      const text = await this.#options.readFile(name);
      const shortName = this.#shortName(name);
      this.#fingerprints.set(shortName, fingerprint(shortName, text));
      return text;
    } catch (error) {
      fail(insteadOfFile(error));
      return undefined;
    }
  }

  #shortName(name: string): string {
    return relative(dirname(this.#options.path), name);
  }
}

function checkContext({ vantage, probing, provider }: MainFile, trust: readonly string[]): CheckContext {
  const { defaults, allow, sharedFate } = probing;
  const blockPages = buildBlockPages(provider?.blockPages ?? []);
  return { vantages: [vantage], defaults, allow, trust, sharedFate, blockPages };
}

function joined<Thing>(some: Several<Thing>, others: Several<Thing>): Several<Thing> {
  return {
    length: some.length + others.length,
    *[Symbol.iterator]() {
      yield* some;
      yield* others;
    },
  };
}

/** Currencies of the contracts by their ids. */
function currenciesOf(contracts: readonly SourceDocument[]): ReadonlyMap<string | undefined, string | undefined> {
  return new Map(contracts.map(({ value }) => [textAt(value, 'id'), textAt(value, 'currency')]));
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
