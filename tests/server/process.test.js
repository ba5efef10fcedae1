// @ts-check
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../../server/config.js';
import { startServer, StartError } from '../../server/server.js';
import { connect, duet, serve, until, within } from './people.js';

const MAIN = fileURLToPath(new URL('../../server/main.js', import.meta.url));

/**
 * @param {import('node:test').TestContext} t
 * @param {Record<string, string>} env
 */
function run(t, env) {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env.PATH, ...env }, cwd: '/' });
  t.after(() => child.kill('SIGKILL'));
  const run = { child, out: '', err: '', ended: once(child, 'close').then(([code]) => code) };
  child.stdout.on('data', (data) => (run.out += data));
  child.stderr.on('data', (data) => (run.err += data));
  return run;
}

/**
 * @param {import('node:test').TestContext} t
 * @param {string} host
 * @param {number} [port]
 */
async function occupy(t, host, port = 0) {
  const server = createServer().listen(port, host);
  t.after(() => server.close());
  await once(server, 'listening');
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) {
  test(`started, said so in one line, used, and stopped by ${signal} within a second`, async (t) => {
    const process = run(t, { PORT: '0' });
    await until(() => process.out.includes('\n'), 'the line');
    assert.match(process.out, /^Listening on http:\/\/localhost:\d+\n$/);
    const server = { url: process.out.slice('Listening on '.length).trim() };
    assert.equal(await (await fetch(`${server.url}/healthz`)).text(), 'ok');
    const [a, b] = [await connect(t, server), await connect(t, server, { transports: ['polling'] })];
    await a.join(duet('room-name', 'person-name'));
    await b.join(duet('room-name'));
    const began = performance.now();
    process.child.kill(signal);
    assert.equal(await process.ended, 0);
    assert.ok(performance.now() - began < 1000);
    assert.notEqual(await a.closed(), 'io server disconnect', 'so that it comes back by itself');
    await b.closed();
    assert.match(process.err, /event=join room=[0-9a-f]{8} change=new kind=duet people=2/);
    assert.doesNotMatch(process.err, /-name|127\.0\.0\.1|::1/, 'the log names nobody');
  });
}

test('a taken port is one sentence that names it', async (t) => {
  const port = await occupy(t, '127.0.0.1');
  const process = run(t, { PORT: String(port) });
  assert.equal(await process.ended, 1);
  assert.equal(process.err, `Port ${port} is taken: stop what runs there, or choose another one, as in PORT=${port + 1}.\n`);
  assert.equal(process.out, '');
});

test('a port that is taken on ::1 alone is taken, and the other half is let go', async (t) => {
  const port = await occupy(t, '::1').catch(() => t.skip('no IPv6 here'));
  if (!port) return;
  await assert.rejects(startServer({ port }), StartError);
  await occupy(t, '127.0.0.1', port);
});

test('a host that is not ours is one sentence', async () => {
  await assert.rejects(startServer({ port: 0, host: '192.0.2.77' }), { message: 'HOST=192.0.2.77 is no address of this machine.' });
});

test('what an operator may set', () => {
  const env = { PORT: '8080', HOST: '0.0.0.0', DUET_ORIGINS: 'https://a.example, http://b.example:8080', DUET_ICE_SERVERS: '[{"urls":"stun:x"}]', DUET_HSTS: '1' };
  const { log, ...options } = readEnvironment(env);
  assert.deepEqual(options, {
    port: 8080, host: '0.0.0.0', origins: ['https://a.example', 'http://b.example:8080'], iceServers: [{ urls: 'stun:x' }], hsts: true,
  });
  const unset = readEnvironment({ PORT: '', HOST: '', DUET_ORIGINS: '', DUET_ICE_SERVERS: '' });
  assert.deepEqual([unset.port, unset.host, unset.origins, unset.iceServers, unset.hsts], [3000, undefined, [], undefined, false]);
});

for (const [name, value] of [
  ['PORT', 'many'], ['PORT', '65536'], ['PORT', '-1'], ['DUET_ORIGINS', 'call.example'], ['DUET_ORIGINS', 'https://call.example/'],
  ['DUET_HSTS', 'yes'], ['DUET_LOG', 'loud'], ['DUET_ICE_SERVERS', 'stun:x'],
]) {
  test(`${name}=${value} is one sentence`, () => {
    assert.throws(() => readEnvironment({ [name]: value }), (error) => error instanceof StartError && /^.*\.$/.test(error.message) && error.message.includes(name));
  });
}

const login = { username: 'u', credential: 'c' };
const nine = Array.from({ length: 9 }, () => 'stun:x');

for (const servers of [
  [], [{ urls: 'stun:x' }], [{ urls: ['stun:x:3478', 'stuns:stun.example'], note: 'ours' }], [{ urls: 'stun:[2001:db8::1]:3478' }],
  [{ urls: ['turn:192.0.2.1', 'turns:turn.example:443?transport=tcp', 'turn:x?transport=udp', 'stun:x'], ...login }], nine.slice(1).map((urls) => ({ urls })),
]) {
  const text = JSON.stringify(servers);
  test(`DUET_ICE_SERVERS=${text} is taken as it is`, () => assert.deepEqual(readEnvironment({ DUET_ICE_SERVERS: text }).iceServers, servers));
}

const urlsLike = 'give each server urls like stun:stun.example:3478 or turns:turn.example:5349?transport=tcp, not';
const texts = 'give a username and a credential as texts of 1 to 508 bytes';

for (const [servers, demand] of /** @type {[unknown, string][]} */ ([
  [{}, 'be a JSON array like [{"urls":"stun:stun.example:3478"}]'],
  [[null], `${urlsLike} none`],
  [[{}], `${urlsLike} none`],
  [[{ urls: 'http://x' }], `${urlsLike} "http://x"`],
  ...['x', 'stun:', 'stun://x', 'stun:x y', ' stun:x', 'stun:x\n', 'stun:x:0', 'stun:x:65536', 'stun:x?transport=udp', 'stun:u@x', 'turn:x?transport=quic', 'STUN:x']
    .map((urls) => [[{ urls, ...login }], `${urlsLike} ${JSON.stringify(urls)}`]),
  [[{ urls: [['stun:x']] }], `${urlsLike} ["stun:x"]`],
  [[{ urls: [] }], 'give each server 1 to 8 urls, not 0'],
  [[{ urls: nine }], 'give each server 1 to 8 urls, not 9'],
  [nine.map((urls) => ({ urls })), 'not list more than 8 servers'],
  [[{ urls: 'turn:x' }], 'give turn:x a username and a credential'],
  [[{ urls: ['stun:x', 'turns:y'], username: 'u' }], 'give turns:y a username and a credential'],
  [[{ urls: 'turn:x', username: '', credential: 'c' }], texts],
  [[{ urls: 'turn:x', username: 'u', credential: 1 }], texts],
  [[{ urls: 'turn:x', username: 'ä'.repeat(255), credential: 'c' }], texts],
])) {
  const text = JSON.stringify(servers);
  test(`DUET_ICE_SERVERS=${text.slice(0, 80)} is refused in one sentence that says what is wrong`, () => {
    assert.throws(() => readEnvironment({ DUET_ICE_SERVERS: text }), new StartError(`DUET_ICE_SERVERS must ${demand}.`));
  });
}

test('a wrong setting is said on stderr, and nothing starts', async (t) => {
  const process = run(t, { PORT: 'many' });
  assert.equal(await process.ended, 1);
  assert.deepEqual([process.err, process.out], ['PORT must be a number from 0 to 65535, not "many".\n', '']);
});

test('a mistake of ours that nothing caught ends the process in good order', async (t) => {
  const mistake = `data:text/javascript,${encodeURIComponent('process.on("SIGUSR2",()=>{throw new Error("ours")})')}`;
  const process = run(t, { PORT: '0', NODE_OPTIONS: `--import=${mistake}` });
  await until(() => process.out.includes('\n'), 'the line');
  const a = await connect(t, { url: process.out.slice('Listening on '.length).trim() });
  process.child.kill('SIGUSR2');
  assert.equal(await process.ended, 1);
  await a.closed();
  assert.match(process.err, /level=error event=uncaught error="Error: ours/);
});

test('localhost is both addresses, on one port', async (t) => {
  const server = await serve(t);
  assert.equal(server.url, `http://localhost:${server.port}`);
  await connect(t, { url: `http://127.0.0.1:${server.port}` });
  const six = await occupy(t, '::1', server.port).then(() => 'free', () => 'ours');
  if (six === 'ours') await connect(t, { url: `http://[::1]:${server.port}` });
});

test('one host that was asked for is the only one', async (t) => {
  const server = await serve(t, { host: '127.0.0.1' });
  await connect(t, server);
  await assert.rejects(fetch(`http://[::1]:${server.port}/healthz`));
});

test('close is fast with people in a call, one away, and a request that never ends', async (t) => {
  const server = await serve(t);
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => connect(t, server)));
  await a.join(duet());
  await b.join(duet());
  await c.join(duet('other'));
  c.vanish();
  const { request } = await import('node:http');
  request(server.url, { method: 'POST' }).on('error', () => {}).write('x');
  const began = performance.now();
  await within('close', (done) => Promise.all([server.close(), server.close()]).then(done));
  assert.ok(performance.now() - began < 1000);
  await a.closed();
  await b.closed();
});
