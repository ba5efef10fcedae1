// Serves one folder on a free local port; `rewrite(path, text)` may change a text file on its way out.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

export async function serveFolder(folder, { rewrite = (path, text) => text, also = {}, headers = {} } = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname).replace(/\/$/, '/index.html');
    const type = types[extname(path)] ?? 'application/octet-stream';
    try {
      let body = await readFile(also[path] ?? join(folder, path));
      if (/^(text|image\/svg)/.test(type)) body = rewrite(path, body.toString());
      response.writeHead(200, { 'content-type': type, ...headers }).end(body);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    }
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    port,
    url: `http://localhost:${port}/`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
