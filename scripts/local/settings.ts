import { dataFolder } from '../../config/local-instance.ts';
import { isFree, nextFreePort } from './ports.ts';

/** The settings of the local instance. The programs read the other variables themselves. */
export interface Settings {
  dataDir: string;
  host: string;
  port: number;
  /** The console's address on this machine. */
  url: string;
  uiPort: number;
  /** Undefined means any free port. */
  postgresPort?: number;
  temporalPort?: number;
  demo: boolean;
}

/** Reads the settings. Throws an Error that names a wrong variable. */
export function readSettings(variables: NodeJS.ProcessEnv = process.env): Settings {
  const host = variables.HOST || '127.0.0.1';
  const port = portFrom(variables, 'PORT') ?? 3000;
  return {
    dataDir: dataFolder(variables),
    host,
    port,
    url: `http://${reachableHost(host)}:${port}`,
    uiPort: portFrom(variables, 'TEMPORAL_UI_PORT') ?? 8233,
    postgresPort: portFrom(variables, 'LASTDAY_POSTGRES_PORT'),
    temporalPort: portFrom(variables, 'LASTDAY_TEMPORAL_PORT'),
    demo: variables.LASTDAY_DEMO !== 'off',
  };
}

/** Throws an Error that names the variable of a taken port. Only the Temporal UI moves to the next free port. */
export async function checkPorts(settings: Settings, log: (line: string) => void): Promise<Settings> {
  await mustBeFree('PORT', settings.port, settings.host);
  await mustBeFree('LASTDAY_POSTGRES_PORT', settings.postgresPort);
  await mustBeFree('LASTDAY_TEMPORAL_PORT', settings.temporalPort);
  const uiPort = await nextFreePort(settings.uiPort);
  if (uiPort !== settings.uiPort) {
    log(`Port ${settings.uiPort} (TEMPORAL_UI_PORT) is taken, so the Temporal UI uses ${uiPort}`);
  }
  return { ...settings, uiPort };
}

function portFrom(variables: NodeJS.ProcessEnv, name: string): number | undefined {
  const text = variables[name];
  if (!text) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new Error(`${name} is "${text}": expected a port number from 1 to 65535.`);
}

async function mustBeFree(name: string, port: number | undefined, host = '127.0.0.1'): Promise<void> {
  if (port === undefined) return;
  if (await isFree(port, host).catch((error) => explain(error, name, port, host))) return;
  throw new Error(
    `Port ${port} (${name}) is taken by another program. Choose another, for example ${name}=${port + 1} npm start`,
  );
}

function explain(error: NodeJS.ErrnoException, name: string, port: number, host: string): never {
  if (error.code === 'EACCES') throw new Error(`${name}=${port}: only root may listen on that port.`);
  throw new Error(`HOST is "${host}", which isn't one of this machine's IP addresses (${error.code}).`);
}

/** The host for links, because a browser cannot open the wildcard address. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
