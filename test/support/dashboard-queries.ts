/** The queries of a Grafana dashboard as a server would get them, for tests that run them. */

export interface DashboardQuery {
  /** Title of the panel, or name of the annotation. */
  readonly panel: string;
  readonly datasource: 'prometheus' | 'influx';
  /** PromQL or InfluxQL with nothing of Grafana's left in it. */
  readonly query: string;
}

interface Target {
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly expr?: string;
  readonly query?: string;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly Target[];
  readonly panels?: readonly Panel[];
}

export interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly query?: string;
      readonly builtIn?: number;
      readonly datasource: { readonly type: string; readonly uid: string };
    }[];
  };
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[];
  };
}

/** Grafana's macros, and its variables with "All" chosen, over the last day. Longer names first. */
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/\$__rate_interval\b/g, '5m'],
  [/\$__interval\b/g, '1m'],
  [/\$__range\b/g, '24h'],
  [/\$timeFilter\b/g, 'time >= now() - 24h'],
  [/\$\{(?:service|job)(?::regex)?\}/g, '.*'],
  [/\$(?:service|job)\b/g, '.*'],
];

/** All panels, those inside collapsed rows included, rows left out. */
export function panelsOf(dashboard: Dashboard): Panel[] {
  return dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]).filter((panel) => panel.type !== 'row');
}

/**
 * The queries of all panels and annotations with macros and variables replaced.
 * @throws Error when something of Grafana's is left in a query, or a query is neither PromQL nor InfluxQL.
 */
export function dashboardQueries(dashboard: Dashboard): DashboardQuery[] {
  const queries: DashboardQuery[] = [];
  for (const panel of panelsOf(dashboard)) {
    for (const target of panel.targets ?? []) {
      queries.push(concrete(panel.title ?? '', target.datasource ?? panel.datasource, target.expr ?? target.query));
    }
  }
  for (const annotation of dashboard.annotations.list) {
    if (annotation.builtIn !== 1) queries.push(concrete(annotation.name, annotation.datasource, annotation.query));
  }
  return queries;
}

function concrete(panel: string, source: Target['datasource'], text: string | undefined): DashboardQuery {
  const datasource = { prometheus: 'prometheus', influxdb: 'influx' }[source?.type ?? ''] as
    | DashboardQuery['datasource']
    | undefined;
  if (datasource === undefined) throw new Error(`${panel}: found data source ${source?.type}, expected one of ours`);
  if (text === undefined || text === '') throw new Error(`${panel}: found no query`);
  let query = text;
  for (const [pattern, value] of REPLACEMENTS) query = query.replace(pattern, value);
  const left = /\$[\w{][^\s"']*/.exec(query)?.[0];
  if (left !== undefined) throw new Error(`${panel}: found ${left}, expected a macro that dashboard-queries.ts knows`);
  return { panel, datasource, query };
}
