/** A configuration as the rest of Kepil sees it: checked, complete, in milliseconds, with no text to look at again. */
import type { Contract } from '../domain/contract/terms.ts';
import type {
  CheckFact,
  CustomerFact,
  FeeFact,
  LifecycleFact,
  ProposedReason,
  ServiceFact,
} from '../domain/facts/fact.ts';
import type { Millis } from '../domain/time/instant.ts';
import type { ProbeRequest } from '../probes/target.ts';
import type { ProbeModules } from './probe-module.ts';
import type { WitnessKind } from './provider-schema.ts';
import type { SandboxStep } from './sandbox-schema.ts';
import type { Secret } from './secret.ts';

export interface ConfiguredCheck {
  /** Its id is `SERVICE/COMPONENT/CHECK`. */
  readonly fact: CheckFact;
  readonly request: ProbeRequest;
  /** Private address ranges that this check may connect to all the same. */
  readonly allow: readonly string[];
  /** Checks of one group share the fate of one server. */
  readonly group?: string;
  /** Names those by whose probes its edges may be dated: the group's checks of one kind. Absent: by its own alone. */
  readonly fate?: string;
}

export interface ConfiguredService {
  readonly fact: ServiceFact;
  /** Ascending by `from`. */
  readonly lifecycle: readonly LifecycleFact[];
  /** Ascending by `from`, in the currency of the service's contract. */
  readonly fees: readonly FeeFact[];
  readonly checks: readonly ConfiguredCheck[];
}

/** Things that are read from the configuration as they are gone through, and may be new objects each time. */
export interface Several<Thing> extends Iterable<Thing> {
  readonly length: number;
}

export interface Credentials {
  readonly username: string;
  readonly password: Secret;
}

export interface MailSettings {
  /** `smtp:` or `smtps:` URL, perhaps with credentials. */
  readonly relay: Secret;
  /** An address or `Name <address>`. */
  readonly from: string;
  readonly credentials?: Credentials;
}

export interface InfluxSettings {
  readonly url: string;
  readonly database: string;
  readonly credentials?: Credentials;
}

/** A component that Kepil itself serves on loopback, behaving by its script, which is repeated for ever. */
export type SandboxSite = { readonly service: string; readonly script: readonly SandboxStep[] } & (
  | { readonly component: 'web'; readonly ports: { readonly http: number } }
  | { readonly component: 'mail'; readonly ports: { readonly smtp: number; readonly imap: number } }
);

/** Bounds of what is probed at once and besides the schedule. */
export interface ProbingLimits {
  readonly perServer: number;
  readonly inFlight: number;
  /** As a part of what the schedule asks for: 1 is as many again. */
  readonly extra: number;
}

/** Targets of known good standing, by which the monitor tells that it is blind. */
export interface ConfiguredCanaries {
  readonly canaries: readonly { readonly request: ProbeRequest; readonly allow: readonly string[] }[];
  /** How many of them must answer. */
  readonly need: number;
  readonly intervalMs: Millis;
}

/** By what, and how far by itself, exclusions are proposed. The pages of blocked services are with the checks. */
export interface ConfiguredProposals {
  /** The provider's own ranges of addresses; none: they are not known. */
  readonly addresses: readonly string[];
  /** Reasons for which a proposal is accepted without a person. */
  readonly autoAccept: readonly ProposedReason[];
  /** A multi-target exporter inside the provider's network. */
  readonly witness?: WitnessSettings;
}

export interface WitnessSettings {
  /** Of its `/probe`. */
  readonly url: string;
  readonly timeoutMs: Millis;
  readonly modules: WitnessModules;
}

/** By the kind of a check, the module of a witness that probes its target. */
export type WitnessModules = { readonly [Kind in WitnessKind]?: string | undefined };

export interface Configuration {
  /** SHA-256, hexadecimal, of every file it was read from; the environment's values are not part of it. */
  readonly digest: string;
  readonly contracts: readonly Contract[];
  /** The id of the contract of services that name none. */
  readonly defaultContract: string;
  readonly customers: Several<CustomerFact>;
  readonly services: Several<ConfiguredService>;
  readonly journal: { readonly path: string };
  readonly listen: {
    readonly host: string;
    readonly port: number;
    /** Who may ask `/probe` besides this machine. */
    readonly probe: { readonly clients: readonly string[]; readonly names: readonly string[] };
  };
  /** The name of the place that this process observes from. */
  readonly vantage: string;
  readonly probing: {
    /** Private address ranges that any check may connect to. */
    readonly allow: readonly string[];
    /** PEM texts. */
    readonly trust: readonly string[];
    /** Threads that probe; absent: one a core. */
    readonly threads?: number;
    readonly limits: ProbingLimits;
    /** How far slots wander about their grid, as a part of the interval, and what that is drawn from. */
    readonly jitter: { readonly part: number; readonly seed: number };
    /** Absent: the monitor takes what it sees for true. */
    readonly canaries?: ConfiguredCanaries;
  };
  /** Absent: no exclusion is proposed. */
  readonly proposals?: ConfiguredProposals;
  /** Absent: no mail is sent. */
  readonly mail?: MailSettings;
  /** Absent: no samples are written. */
  readonly influx?: InfluxSettings;
  /** When a month is closed, on the contract clock of the month after it. */
  readonly statements: { readonly sendOnDay: number; readonly atMs: Millis };
  /** How `/probe` probes, by name. */
  readonly modules: ProbeModules;
  readonly sandbox?: { readonly sites: readonly SandboxSite[] };
}
