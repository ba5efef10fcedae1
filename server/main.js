// @ts-check
// `node server/main.js`: the environment in, one line out once people can come, and a clean end.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from './config.js';
import { startServer, StartError } from './server.js';

const pageDir = fileURLToPath(new URL('../build/page', import.meta.url));

try {
  const options = readEnvironment(process.env);
  const server = await startServer({ ...options, pageDir });
  if (!existsSync(`${pageDir}/index.html`)) console.error('The page is not built yet, only signaling is served: script/server builds it.');

  /** @param {number} code */
  const stop = (code) => {
    setTimeout(() => process.exit(code), 900).unref(); // whatever still hangs then
    server.close().finally(() => process.exit(code));
  };
  process.once('SIGINT', () => stop(0));
  process.once('SIGTERM', () => stop(0));
  process.once('uncaughtException', (error) => {
    options.log?.('error', 'uncaught', { error: String(error?.stack ?? error) });
    stop(1); // calls that run go on without us; whoever supervises us starts a fresh process
  });
  console.log(`Listening on ${server.url}`);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
