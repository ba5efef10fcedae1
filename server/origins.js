// @ts-check
// Which pages may talk to the server. CORS does not stop a WebSocket, so the same question is asked of both transports when a
// connection opens. There are no cookies: this protects the server's time, not a login.

/** @typedef {import('node:http').IncomingMessage} Request */

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

export class Origins {
  /**
   * @param {object} options
   * @param {boolean} options.open whether the server listens beyond loopback
   * @param {string[]} options.configured further origins, such as https://call.example
   */
  constructor({ open, configured }) {
    this.open = open;
    this.configured = new Set(configured);
    this.hosts = new Set(configured.map((origin) => urlOf(origin)?.host));
  }

  /**
   * @param {Request} request
   * @returns {boolean}
   */
  allows(request) {
    const { origin } = request.headers;
    const host = request.headers.host?.toLowerCase();
    if (origin !== undefined && this.configured.has(origin)) return true;
    if (isLocal(request)) return origin === undefined || LOOPBACK_NAMES.has(urlOf(origin)?.hostname ?? '');
    // A name of an attacker's that resolves to 127.0.0.1 matches its own Host: believe any Host only where strangers are expected.
    if (!this.open && !this.hosts.has(host)) return false;
    return origin === undefined ? isPlainGet(request) : urlOf(origin)?.host === host;
  }
}

/**
 * From this machine, and addressed to it by a name that can mean nothing else.
 * @param {Request} request
 */
function isLocal(request) {
  const address = request.socket.remoteAddress ?? '';
  const name = urlOf(`http://${request.headers.host}`)?.hostname ?? '';
  return /^(::1$|127\.|::ffff:127\.)/.test(address) && LOOPBACK_NAMES.has(name);
}

/**
 * Browsers send no Origin with a GET to their own origin, which is how polling begins; with a WebSocket they always do.
 * @param {Request} request
 */
function isPlainGet(request) {
  const site = request.headers['sec-fetch-site'];
  return request.headers.upgrade === undefined && (site === undefined || site === 'same-origin');
}

/** @param {string} text */
function urlOf(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
