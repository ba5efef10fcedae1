// @ts-check
// Everything that is answered over plain HTTP: the built page with its headers, /healthz and /metrics.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import helmet from 'helmet';
import sirv from 'sirv';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */

const OFF = 'accelerometer geolocation gyroscope hid idle-detection magnetometer midi payment serial usb xr-spatial-tracking';
const PERMISSIONS = ['camera=(self)', 'microphone=(self)', 'display-capture=(self)', ...OFF.split(' ').map((name) => `${name}=()`)];

const POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'media-src': ["'self'", 'blob:'],
  'connect-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ["'none'"],
};

/**
 * The page runs what is written into it, by the hashes in its own policy: from there they come into the header's.
 * @param {string} html
 */
function policyOf(html) {
  const policy = { ...POLICY };
  for (const name of /** @type {const} */ (['script-src', 'style-src'])) {
    const [allowed] = html.match(new RegExp(`${name} [^;"]*`)) ?? [''];
    policy[name] = [...POLICY[name], ...(allowed.match(/'sha256-[\w+/]{43}='/g) ?? [])];
  }
  return policy;
}

/**
 * @param {object} options
 * @param {string} [options.pageDir] the built page; none: the server only signals
 * @param {boolean} options.hsts whether browsers are told to come by HTTPS only
 * @param {() => string} options.metricsText
 * @returns {(request: Request, response: Response) => void}
 */
export function createPageHandler({ pageDir, hsts, metricsText }) {
  const securedBy = (/** @type {Record<string, string[]>} */ directives) =>
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives },
      referrerPolicy: { policy: 'no-referrer' },
      strictTransportSecurity: hsts && { maxAge: 365 * 86_400, includeSubDomains: false },
      xFrameOptions: { action: 'deny' },
      // Chromium starts another process for the page when it reads this header, and everything waits for it: 100 ms on a slow machine.
      // Whoever opened the page could send its tab elsewhere without it, and no more: they gave the link in the first place.
      crossOriginOpenerPolicy: false,
    });
  let secure = securedBy(POLICY);
  let builtAt = 0;
  // `dev` looks at the disk each time: a rebuilt page is served without a restart, and sirv then says no-cache itself.
  const files = pageDir && sirv(pageDir, { dev: true, etag: true, brotli: true, gzip: true, extensions: ['html'] });

  return (request, response) => {
    try {
      followPage();
      secure(request, response, () => {});
      response.setHeader('Permissions-Policy', PERMISSIONS.join(', '));
      answer(request, response);
    } catch {
      if (response.headersSent) response.destroy();
      else sendText(response, 400, 'Bad request');
    }
  };

  function followPage() {
    const index = pageDir && join(pageDir, 'index.html');
    const at = (index && statSync(index, { throwIfNoEntry: false })?.mtimeMs) || 0;
    if (!index || at === builtAt) return;
    secure = securedBy(at ? policyOf(readFileSync(index, 'utf8')) : POLICY);
    builtAt = at;
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  function answer(request, response) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return sendText(response, 405, 'Method not allowed');
    }
    const path = (request.url ?? '/').replace(/[?#].*/s, '');
    if (path === '/healthz') {
      // The page opened from disk asks with no-cors whether a server is here.
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
      return sendText(response, 200, 'ok');
    }
    if (path === '/metrics') return sendText(response, 200, metricsText(), 'text/plain; version=0.0.4; charset=utf-8');
    if (!files || decodeURI(path).includes('/.')) return notFound(path, response);

    // sirv throws on a range that ends before it begins, and nobody needs parts of small files.
    delete request.headers.range;
    // Nor does it listen for a file that cannot be read, or vanishes while a build replaces it: that error would end the process.
    response.on('pipe', (file) => file.on('error', () => response.destroy()));
    files(request, response, () => notFound(path, response));
  }
}

/**
 * @param {string} path
 * @param {Response} response
 */
function notFound(path, response) {
  if (path === '/favicon.ico') response.writeHead(204).end(); // asked for by habit; the page names its own icon
  else sendText(response, 404, 'Not found');
}

/**
 * @param {Response} response
 * @param {number} status
 * @param {string} text
 * @param {string} [type]
 */
function sendText(response, status, text, type = 'text/plain; charset=utf-8') {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(text);
}
