/** `/probe` served in this process, with modules read as the daemon reads them and probes in their thread. */
import type { AddressInfo } from 'node:net';
import { createServer } from '../../src/api/server.ts';
import { createExporterThread } from '../../src/app/exporter/exporter-thread.ts';
import { answerProbe } from '../../src/app/exporter/probe-question.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { configurationOf, type Files, MAIN } from '../config/folder.ts';

export interface ProbeEndpoint extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
  /** Asks for `/probe?…`. */
  ask(query: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

export interface ProbeEndpointOptions {
  /** A file of modules in the exporter's format. */
  readonly modules?: string;
  /** PEM. */
  readonly ca?: string;
  /** Default: loopback. */
  readonly allow?: readonly string[];
}

export async function startProbeEndpoint(options: ProbeEndpointOptions = {}): Promise<ProbeEndpoint> {
  const { modules, ca, allow = ['127.0.0.0/8', '::1/128'] } = options;
  const files: Files = {
    'kepil.yaml': `${MAIN}
modules: { ${modules === undefined ? '' : 'file: modules.yml'} }
probing: { allow: ${JSON.stringify(allow)}, trust: [${ca === undefined ? '' : 'ca.pem'}] }
`,
    ...(modules === undefined ? {} : { 'modules.yml': modules }),
    ...(ca === undefined ? {} : { 'ca.pem': ca }),
  };
  const configuration = await configurationOf(files, { TOKEN: 'hunter2' });
  const { probing } = configuration;
  const thread = createExporterThread({ clock: systemClock, ...probing });
  const server = createServer({
    metrics: { contentType: 'text/plain', chunks: async function* () {} },
    unready: () => [],
    status: () => {
      throw new Error('nobody asks');
    },
    statements: () => {
      throw new Error('nobody asks');
    },
    probe: {
      ...configuration.listen.probe,
      answer: (question) => answerProbe(question, { modules: configuration.modules, thread }),
    },
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = `127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return {
    address,
    ask: (query, headers = {}) => fetch(`http://${address}/probe?${new URLSearchParams(query)}`, { headers }),
    async [Symbol.asyncDispose]() {
      await server.close();
      await thread.stop();
    },
  };
}
