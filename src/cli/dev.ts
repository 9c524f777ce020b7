import type { Command } from 'commander';
import { hasCredentials, readProgramLookup, readWorkerConfig } from '../config.ts';
import type { WorkerConfig } from '../config.ts';
import { userCacheFolder } from '../dev/cacheFolder.ts';
import { findTemporalProgram } from '../dev/findTemporalProgram.ts';
import type { TemporalServer, TemporalServerOptions } from '../dev/temporalServer.ts';
import { EXIT_COMPLETE } from './exitCodes.ts';
import type { StopRequest } from './interruption.ts';
import { listenForStop } from './interruption.ts';
import type { Finish } from './options.ts';
import { parsePort, startSimulatorOn } from './ports.ts';
import { say } from './textOutput.ts';
import { startWorker, untilStopped } from './worker.ts';

const DEFAULT_PORT = 7233;
const DEFAULT_UI_PORT = 8233;
const DEFAULT_DB = '.throughline/temporal.db';
const NAMESPACE = 'default';

interface DevOptions {
  port?: string;
  uiPort?: string;
  db: string;
}

export function addDevCommand(program: Command, finish: Finish): void {
  program
    .command('dev')
    .description(
      'an embedded Temporal server with its Web UI and one worker, until Ctrl-C; without a key, simulated',
    )
    .option('--port <PORT>', `of the Temporal server, 0 for any free port (default: ${DEFAULT_PORT})`)
    .option('--ui-port <PORT>', `of the Web UI, 0 for any free port (default: ${DEFAULT_UI_PORT})`)
    .option('--db <FILE>', 'the SQLite file that keeps all generations', DEFAULT_DB)
    .action(async (options: DevOptions) => {
      finish(await dev(options));
    });
}

async function dev(options: DevOptions): Promise<number> {
  const ports = {
    port: parsePort(options.port, '--port', DEFAULT_PORT),
    uiPort: parsePort(options.uiPort, '--ui-port', DEFAULT_UI_PORT),
  };
  const config = readWorkerConfig();
  const stop = listenForStop();
  const program = await Promise.race([findProgram(), stop.asked]);
  if (program === undefined) return EXIT_COMPLETE;

  const { startTemporalServer } = await import('../dev/temporalServer.ts');
  const serverOptions: TemporalServerOptions = { ...ports, program, dbFilename: options.db, log: say };
  const server = await startTemporalServer(serverOptions);
  try {
    await Promise.race([serve(server, config, stop), diedByItself(server)]);
  } finally {
    await server.stop();
  }
  say('stopped');
  return EXIT_COMPLETE;
}

async function findProgram(): ReturnType<typeof findTemporalProgram> {
  const { explicitPath, searchPath, cacheHome } = readProgramLookup();
  return await findTemporalProgram({
    explicitPath,
    searchPath,
    cacheFolder: userCacheFolder(cacheHome),
    log: say,
  });
}

async function serve(server: TemporalServer, config: WorkerConfig, stop: StopRequest): Promise<void> {
  const simulator = hasCredentials(config) ? null : await startSimulatorOn(0, undefined);
  const { createWorkerLogger, installRuntime } = await import('./workerLog.ts');
  installRuntime(createWorkerLogger('warn'));
  const worker = await startWorker({
    ...config,
    connect: { connectionOptions: { address: server.address }, namespace: NAMESPACE },
    address: server.address,
    namespace: NAMESPACE,
    ...(simulator === null ? {} : { credentials: simulatedCredentials(simulator.url) }),
  });

  say(`Temporal     ${server.address}`);
  say(`Temporal UI  ${server.uiUrl ?? 'none'}`);
  if (simulator !== null) {
    say(
      `Claude       ${simulator.url} — SIMULATED, because neither ANTHROPIC_API_KEY nor ANTHROPIC_AUTH_TOKEN is set:`,
    );
    say('             its texts are not from Claude. Set a key and start again for real ones.');
  }
  const setAddress = server.address.endsWith(`:${DEFAULT_PORT}`) ? '' : `TEMPORAL_ADDRESS=${server.address} `;
  say(
    `Ready. In another terminal: ${setAddress}npx throughline generate "Write a long article about rivers"`,
  );
  try {
    await untilStopped(worker, stop);
  } finally {
    await simulator?.close();
  }
}

function simulatedCredentials(url: string): WorkerConfig['credentials'] {
  // No proxy: it could not reach this machine's own address.
  return { apiKey: 'simulated', authToken: null, baseUrl: url, httpsProxy: null, noProxy: null };
}

/** Only wins while the server is wanted: afterwards nobody listens. */
async function diedByItself(server: TemporalServer): Promise<never> {
  const { code, signal, lastLines } = await server.exited;
  const last = lastLines === '' ? '' : ` Its last lines: ${lastLines}`;
  throw new Error(
    `the Temporal server ended by itself (${signal ?? `exit code ${code}`}). Start \`throughline dev\` again: everything is kept in its file.${last}`,
  );
}
