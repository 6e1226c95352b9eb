/** A module of `/probe`: how a target that a scrape names is probed. Plain values, so that it can cross to a thread. */
import type { Millis } from '../domain/time/instant.ts';
import type { HttpHeader, HttpMethod, MailSecurity, RecordType } from '../probes/target.ts';

export interface AnyModule {
  /** Absent: what the scrape leaves. */
  readonly timeoutMs?: Millis;
  /** The address family that is dialled where there is one. */
  readonly first: 4 | 6;
  /** Whether the other family will do. */
  readonly fallback: boolean;
  /** True: a certificate that is not believed is no failure. */
  readonly anyCertificate: boolean;
}

export interface HeaderMatch {
  /** Lower case. */
  readonly header: string;
  /** In the syntax of RE2. */
  readonly regexp: string;
  readonly allowMissing: boolean;
}

export interface HttpProbeModule extends AnyModule {
  readonly prober: 'http';
  /** Empty: every 2xx. */
  readonly statuses: readonly number[];
  /** Such as `HTTP/1.1`; empty: any. */
  readonly versions: readonly string[];
  readonly method: HttpMethod;
  readonly headers: readonly HttpHeader[];
  readonly body?: string;
  /** Value of the header Authorization: a secret. */
  readonly authorization?: string;
  readonly followRedirects: boolean;
  /** Where the server prefers it in the TLS handshake. */
  readonly http2: boolean;
  readonly failIfSsl: boolean;
  readonly failIfNotSsl: boolean;
  /** Regular expressions in the syntax of RE2. */
  readonly failIfBodyMatches: readonly string[];
  readonly failIfBodyNotMatches: readonly string[];
  readonly failIfHeaderMatches: readonly HeaderMatch[];
  readonly failIfHeaderNotMatches: readonly HeaderMatch[];
}

export interface MailProbeModule extends AnyModule {
  readonly prober: 'smtp' | 'imap' | 'pop3';
  /** Absent: by the port of the target. */
  readonly security?: MailSecurity;
}

/** Lines are read until one matches, then something is sent, then TLS is put on the connection: each if it is there. */
export interface QueryStep {
  /** In the syntax of RE2. */
  readonly expect?: string;
  /** With `$1` or `${name}` for what the expression's groups matched. */
  readonly send?: string;
  readonly starttls: boolean;
}

export interface TcpProbeModule extends AnyModule {
  readonly prober: 'tcp';
  /** TLS from the first byte. */
  readonly tls: boolean;
  readonly steps: readonly QueryStep[];
}

/** What the records of a section must be like: lists of regular expressions in the syntax of RE2. */
export interface RecordRules {
  /** A record that one of these matches. */
  readonly failIfMatches: readonly string[];
  /** Unless all of these match all records. The name is the exporter's. */
  readonly failIfAllMatch: readonly string[];
  /** A record that one of these does not match, or no record. */
  readonly failIfNotMatches: readonly string[];
  /** No record that one of these matches. */
  readonly failIfNoneMatches: readonly string[];
}

export interface DnsProbeModule extends AnyModule {
  readonly prober: 'dns';
  /** Without a trailing dot. */
  readonly name: string;
  readonly type: RecordType;
  /** Response codes that are good. */
  readonly codes: readonly number[];
  readonly answer: RecordRules;
  readonly authority: RecordRules;
  readonly additional: RecordRules;
}

export interface IcmpProbeModule extends AnyModule {
  readonly prober: 'icmp';
}

export type ProbeModule = HttpProbeModule | MailProbeModule | TcpProbeModule | DnsProbeModule | IcmpProbeModule;

export type ProbeModules = ReadonlyMap<string, ProbeModule>;
