// @ts-check
import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib';
import { connect, duet, serve, within } from './people.js';

/** @param {import('node:test').TestContext} t */
async function pageDir(t) {
  const folder = await mkdtemp(join(tmpdir(), 'duet-page-'));
  t.after(() => rm(folder, { recursive: true }));
  const dir = join(folder, 'page');
  await mkdir(join(dir, 'lazy'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(dir, '.hidden'), 'secret');
  for (const name of ['index.html', 'main.js', 'main.mjs', 'call.wasm', 'style.css', 'icon.svg', 'lazy/later.js']) {
    await writeFile(join(dir, name), `/* ${name} */`.repeat(20));
    await writeFile(join(dir, `${name}.gz`), gzipSync(`/* ${name} */`.repeat(20)));
  }
  return dir;
}

/**
 * Without fetch's opinions: paths and headers go out as they are, nothing is unpacked.
 * @param {string} url
 * @param {{method?: string, path?: string, headers?: Record<string, string>}} [options]
 * @returns {Promise<{status: number | undefined, headers: import('node:http').IncomingHttpHeaders, body: Buffer}>}
 */
function get(url, { path = '/', ...options } = {}) {
  return within(`answer to ${path}`, (done, failed) => {
    const asking = request(url, { path, agent: false, ...options }, (response) => {
      /** @type {Buffer[]} */
      const parts = [];
      response.on('data', (part) => parts.push(part)).on('error', failed);
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    });
    asking.on('error', failed).end();
  });
}

test('the page comes with its policy', async (t) => {
  const { url } = await serve(t, { pageDir: await pageDir(t) });
  const { status, headers } = await get(url);
  assert.equal(status, 200);
  assert.deepEqual(String(headers['content-security-policy']).split(';'), [
    "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self'", "media-src 'self' blob:",
    "connect-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    "require-trusted-types-for 'script'", "trusted-types 'none'",
  ]);
  assert.match(String(headers['permissions-policy']), /^camera=\(self\), microphone=\(self\), display-capture=\(self\), .*geolocation=\(\)/);
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['cross-origin-opener-policy'], undefined, 'it would cost a new process');
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  assert.equal(headers['origin-agent-cluster'], '?1');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.equal(headers['x-powered-by'], undefined);
  assert.equal(headers['strict-transport-security'], undefined);
});

test('what is written into the page is allowed by the hashes in its own policy, also after it was rebuilt; nothing else is', async (t) => {
  const dir = await pageDir(t);
  const { url } = await serve(t, { pageDir: dir });
  const rules = async () => String((await get(url)).headers['content-security-policy']).split(';').slice(1, 3);
  /** @param {string} letter */
  const hash = (letter) => `'sha256-${letter.repeat(43)}='`;
  /** @param {string} policy */
  const build = async (policy) => {
    await writeFile(join(dir, 'index.html'), `<meta http-equiv="Content-Security-Policy" content="${policy}"><p>script-src ${hash('z')}`);
  };
  await build(`default-src 'none'; script-src 'self' ${hash('a')} ${hash('+')}; style-src 'self' ${hash('b')} 'unsafe-inline'; img-src ${hash('c')}`);
  assert.deepEqual(await rules(), [`script-src 'self' 'wasm-unsafe-eval' ${hash('a')} ${hash('+')}`, `style-src 'self' ${hash('b')}`]);
  await build(`script-src 'unsafe-eval' ${hash('d')}`);
  assert.deepEqual(await rules(), [`script-src 'self' 'wasm-unsafe-eval' ${hash('d')}`, "style-src 'self'"]);
  await rm(join(dir, 'index.html'));
  assert.deepEqual(await rules(), ["script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'"]);
});

test('browsers are told to keep to HTTPS only where that is configured', async (t) => {
  const { url } = await serve(t, { pageDir: await pageDir(t), hsts: true });
  assert.equal((await get(url)).headers['strict-transport-security'], 'max-age=31536000');
});

for (const [path, type] of [
  ['/', 'text/html;charset=utf-8'], ['/main.js', 'text/javascript'], ['/main.mjs', 'text/javascript'], ['/call.wasm', 'application/wasm'],
  ['/style.css', 'text/css'], ['/icon.svg', 'image/svg+xml'], ['/lazy/later.js?x=1', 'text/javascript'],
]) {
  test(`${path} has its type, packed or not`, async (t) => {
    const { url } = await serve(t, { pageDir: await pageDir(t) });
    const plain = await get(url, { path });
    const packed = await get(url, { path, headers: { 'accept-encoding': 'gzip, br' } });
    assert.deepEqual([plain.status, plain.headers['content-type'], plain.headers['content-encoding']], [200, type, undefined]);
    assert.deepEqual([packed.status, packed.headers['content-type'], packed.headers['content-encoding']], [200, type, 'gzip']);
    assert.deepEqual(packed.body, gzipSync(plain.body));
    assert.equal(packed.headers.vary, 'Accept-Encoding');
  });
}

test('a browser that knows Brotli gets it where the build has made it', async (t) => {
  const dir = await pageDir(t);
  await writeFile(join(dir, 'main.js.br'), brotliCompressSync('smaller'));
  const { url } = await serve(t, { pageDir: dir });
  const packed = await get(url, { path: '/main.js', headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } });
  assert.deepEqual([packed.status, packed.headers['content-type'], packed.headers['content-encoding']], [200, 'text/javascript', 'br']);
  assert.equal(String(brotliDecompressSync(packed.body)), 'smaller');
});

test('a file is asked for again each time, and sent again only when it changed', async (t) => {
  const dir = await pageDir(t);
  const { url } = await serve(t, { pageDir: dir });
  const first = await get(url, { path: '/main.js' });
  assert.equal(first.headers['cache-control'], 'no-cache');
  const ifNoneMatch = { headers: { 'if-none-match': String(first.headers.etag) }, path: '/main.js' };
  assert.equal((await get(url, ifNoneMatch)).status, 304);
  await writeFile(join(dir, 'main.js'), 'rebuilt');
  const second = await get(url, ifNoneMatch);
  assert.deepEqual([second.status, String(second.body)], [200, 'rebuilt']);
});

test('what is not there is a plain 404, and nothing outside the page is there', async (t) => {
  const { url } = await serve(t, { pageDir: await pageDir(t) });
  const paths = ['/nothing', '/nothing.js', '/lazy/', '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/.hidden', '/%2ehidden', '/x\\..\\..\\secret.txt', '//secret.txt'];
  for (const path of paths) {
    const { status, headers, body } = await get(url, { path });
    assert.deepEqual([status, headers['content-type'], String(body)], [404, 'text/plain; charset=utf-8', 'Not found'], path);
  }
  assert.equal((await get(url, { path: '/%' })).status, 400);
  assert.equal((await get(url, { path: '/favicon.ico' })).status, 204);
});

test('odd requests for a file do not end the process', async (t) => {
  const dir = await pageDir(t);
  await symlink('/proc/self/mem', join(dir, 'unreadable'));
  const server = await serve(t, { pageDir: dir });
  for (const range of ['bytes=5-2', 'bytes=-1', 'bytes=x', 'bytes=999999-', 'nonsense']) {
    assert.equal((await get(server.url, { path: '/main.js', headers: { range } })).status, 200, range);
  }
  await get(server.url, { path: '/unreadable' }).catch(() => {});
  assert.equal((await get(server.url, { method: 'POST' })).status, 405);
  assert.equal((await get(server.url, { method: 'HEAD' })).body.length, 0);
  assert.equal((await get(server.url)).status, 200);
});

test('/healthz says ok to a page from anywhere', async (t) => {
  const { url } = await serve(t);
  const { status, headers, body } = await get(url, { path: '/healthz?now', headers: { origin: 'null' } });
  assert.deepEqual([status, String(body)], [200, 'ok']);
  assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
  assert.equal(headers['cache-control'], 'no-store');
});

test('/metrics counts, and names nobody', async (t) => {
  const server = await serve(t);
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => connect(t, server)));
  await a.join(duet('room-name', 'person-name'));
  await b.join(duet('room-name'));
  await c.join(duet('room-name'));
  a.socket.emit('offer', { type: 'offer', sdp: 'v=0' });
  a.socket.emit('offer', null);
  await a.settled();
  const { headers, body } = await get(server.url, { path: '/metrics' });
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const text = String(body);
  for (const line of [
    'duet_sockets 3', 'duet_rooms 1', 'duet_joins_total 2', 'duet_refused_total{reason="room_full"} 1',
    'duet_relayed_total{event="offer"} 1', 'duet_dropped_total{reason="malformed"} 1',
  ]) assert.ok(text.split('\n').includes(line), line);
  assert.doesNotMatch(text, /-name|127\.0\.0\.1|::1/);
});

test('without a page the server only signals', async (t) => {
  const server = await serve(t);
  assert.equal((await get(server.url)).status, 404);
  await (await connect(t, server)).join(duet());
});
