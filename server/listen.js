// @ts-check
// Opens the port: on both loopback addresses, because "localhost" may mean either, or on the one host that was asked for.

/** @typedef {import('node:http').Server} HttpServer */

/** A reason not to start that a person can act on; its message is the one sentence to show. */
export class StartError extends Error {}

const NO_SUCH_ADDRESS = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/** @param {string | undefined} host */
export function isLoopbackHost(host) {
  return host === undefined || host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/**
 * @param {() => HttpServer} makeServer
 * @param {number} port 0: any that is free on all addresses
 * @param {string | undefined} host
 * @returns {Promise<{servers: HttpServer[], port: number}>}
 */
export async function listenAll(makeServer, port, host) {
  const hosts = host === undefined || host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
  for (let attempt = 1; ; attempt += 1) {
    /** @type {HttpServer[]} */
    const servers = [];
    let chosen = port;
    try {
      for (const each of hosts) {
        const server = makeServer();
        try {
          chosen = await listen(server, chosen, each);
        } catch (error) {
          if (servers.length > 0 && NO_SUCH_ADDRESS.has(codeOf(error))) continue; // a machine without IPv6
          throw error;
        }
        servers.push(server);
      }
      return { servers, port: chosen };
    } catch (error) {
      for (const server of servers) server.close();
      const unlucky = port === 0 && codeOf(error) === 'EADDRINUSE' && attempt < 20;
      if (!unlucky) throw new StartError(explain(codeOf(error), port, host), { cause: error });
    }
  }
}

/**
 * @param {HttpServer} server
 * @param {number} port
 * @param {string} host
 * @returns {Promise<number>} the port it got
 */
function listen(server, port, host) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true, ipv6Only: host === '::1' }, () => {
      server.removeListener('error', reject);
      resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
    });
  });
}

/**
 * @param {string} code
 * @param {number} port
 * @param {string | undefined} host
 */
function explain(code, port, host) {
  if (code === 'EADDRINUSE') return `Port ${port} is taken: stop what runs there, or choose another one, as in PORT=${port + 1}.`;
  if (code === 'EACCES') return `Port ${port} is not ours to open: choose one above 1023, as in PORT=3000.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || NO_SUCH_ADDRESS.has(code)) return `HOST=${host} is no address of this machine.`;
  return `Port ${port} could not be opened (${code || 'unknown reason'}).`;
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code ?? '';
}
