/** What a person reads when a sample server's port cannot be had. */

export type Protocol = 'http' | 'smtp' | 'imap';

export interface SamplePort {
  readonly service: string;
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
}

/** A sample server's port cannot be listened on. */
export class SandboxPortError extends Error {
  readonly code = 'SANDBOX_PORT';
  readonly port: number;

  constructor({ service, protocol, host, port }: SamplePort, cause: NodeJS.ErrnoException) {
    super(
      `sandbox: port ${port} on ${host} (${protocol} of sample service ${JSON.stringify(service)}): ${trouble(cause)}; ` +
        'give it another port under `sandbox` in the configuration, or remove that block to run without sample services',
      { cause },
    );
    this.name = 'SandboxPortError';
    this.port = port;
  }
}

function trouble(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another program, or another Kepil, listens there: stop it';
    case 'EACCES':
      return 'this user may not listen there (ports below 1024 need a privilege)';
    default:
      return `the system refuses it (${error.code ?? error.message})`;
  }
}
