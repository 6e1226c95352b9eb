/** One services file from its text to what it defines: all that can be said of it without the other services files. */
import type { CustomerFact } from '../domain/facts/fact.ts';
import type { Millis } from '../domain/time/instant.ts';
import { buildService, type CheckContext } from './build-service.ts';
import { checkCheckIds, type NamedIds } from './check-references.ts';
import { checkServices } from './check-services.ts';
import { checkShape } from './check-shape.ts';
import type { ConfiguredService } from './configuration.ts';
import { SourceDocument } from './document.ts';
import type { Environment } from './environment.ts';
import type { Problem } from './problem.ts';
import { itemsAt, textAt } from './raw.ts';
import { servicesSchema } from './services-schema.ts';

/** What a services file is read with: of the main file and of the contracts. A thread can be handed it. */
export interface Surroundings {
  readonly environment: Environment;
  /** The interval of checks that name none. */
  readonly defaultInterval: Millis;
  /** Currencies by the ids of their contracts. */
  readonly currencies: ReadonlyMap<string | undefined, string | undefined>;
  /** The id of the contract of services that name none. */
  readonly defaultContract: string | undefined;
  /** Absent: the main file has mistakes, and services are only looked for theirs. */
  readonly context: CheckContext | undefined;
}

export interface ServicesReading {
  /** It is YAML, and not empty. */
  readonly readable: boolean;
  readonly problems: readonly Problem[];
  readonly ids: NamedIds;
  /** None where the file has problems. */
  readonly customers: readonly CustomerFact[];
  readonly services: readonly ConfiguredService[];
}

/** Reads a services file by its name and its text. */
export function readServices(name: string, text: string, surroundings: Surroundings): ServicesReading {
  const { environment, defaultInterval, currencies, defaultContract, context } = surroundings;
  const document = new SourceDocument(name, text, environment);
  const file = checkShape(document, servicesSchema);
  const currencyOf = (contract: string | undefined) => currencies.get(contract ?? defaultContract);
  checkServices(document, { defaultInterval, currencyOf });
  checkCheckIds(document);
  const isGood = file !== undefined && context !== undefined && document.problems.length === 0;
  return {
    readable: document.readable,
    problems: document.problems,
    ids: namedIds(document.value),
    customers: isGood ? file.customers.map((customer) => ({ type: 'customer', ...customer })) : [],
    services: isGood ? file.services.map((entry) => buildService(entry, context)) : [],
  };
}

function namedIds(value: unknown): NamedIds {
  const services = itemsAt(value, [], 'services');
  return {
    customers: itemsAt(value, [], 'customers').map((item) => textAt(item.value, 'id')),
    services: services.map((item) => textAt(item.value, 'id')),
    customerOf: services.map((item) => textAt(item.value, 'customer')),
    contractOf: services.map((item) => textAt(item.value, 'contract')),
  };
}
