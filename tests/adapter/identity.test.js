// @ts-check
// The room in the address, and whose seat a page may take.

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { afterEach, beforeEach, test } from 'node:test';
import { isLoopback, randomId, readAddress } from '../../web/address.js';
import { takeSeat } from '../../web/seat.js';

if (!globalThis.crypto) Object.assign(globalThis, { crypto: webcrypto }); // Node 18

// ---- The address ----

/** @param {string} href */
function read(href) {
  const url = new URL(href);
  /** @type {string[]} */
  const written = [];
  const history = { state: null, replaceState: (/** @type {any[]} */ ...args) => written.push(args[2]) };
  return { ...readAddress(/** @type {any} */ (url), /** @type {any} */ (history)), written };
}

test('room and name come from the fragment', () => {
  assert.deepEqual(read('https://call.example/#room=lab&name=Zo%C3%AB+B'), { room: 'lab', name: 'Zoë B', written: [] });
});

test('two plain tabs on one machine meet in the tutorial’s room', () => {
  for (const host of ['localhost:3000', '127.0.0.1', '127.1.2.3', '[::1]:3000', 'duet.localhost']) {
    assert.deepEqual(read(`http://${host}/`), { room: '1234', name: '', written: [] });
  }
});

test('anywhere else a fresh room is made, and written into the address beside the name', () => {
  const { room, written } = read('https://call.example/#name=Ann');
  assert.match(room, /^[\w-]{22}$/);
  assert.deepEqual(written, [`#name=Ann&room=${room}`]);
});

test('a name that only looks like this machine is not', () => {
  for (const host of ['localhost.example', '127.0.0.1.example', '128.0.0.1', 'notlocalhost']) {
    assert.equal(isLoopback(host), false, host);
  }
});

test('ids are 22 base64url characters, and never the same', () => {
  const ids = Array.from({ length: 200 }, randomId);
  assert.ok(ids.every((id) => /^[\w-]{22}$/.test(id)));
  assert.equal(new Set(ids).size, ids.length);
});

// ---- The seat ----

/** @type {Map<string, string>} */
let stored;
/** @type {Map<string, boolean>} */
let held;
const names = ['sessionStorage', 'navigator', 'AbortSignal', 'crypto'];
const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));

/** @param {Record<string, unknown>} globals */
function put(globals) {
  for (const [key, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, key, { value, configurable: true, writable: true });
  }
}

/** Grants at once, or never: then it ends when the signal has had enough. */
const locks = {
  /**
   * @param {string} name
   * @param {{signal?: AbortSignal}} options
   * @param {() => Promise<void>} callback
   */
  request(name, { signal }, callback) {
    if (!held.has(name)) {
      held.set(name, true);
      return callback();
    }
    // A timer, because Node does not stay alive for that of AbortSignal.timeout().
    return new Promise((_, reject) => {
      const wait = setInterval(() => {
        if (!signal?.aborted) return;
        clearInterval(wait);
        reject(signal.reason);
      }, 10);
    });
  },
};

function refuse() {
  throw new DOMException('', 'SecurityError');
}

beforeEach(() => {
  stored = new Map();
  held = new Map();
  put({
    navigator: { locks },
    sessionStorage: {
      getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => stored.set(key, value),
    },
  });
});
afterEach(() => {
  names.forEach((name, i) => {
    const descriptor = before[i];
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else Reflect.deleteProperty(globalThis, name);
  });
});

test('a reloaded page has its seat again, and a new id', async () => {
  const first = await takeSeat();
  held.clear();
  const second = await takeSeat();
  assert.equal(second.seat, first.seat);
  assert.notEqual(second.page, first.page);
});

test('a duplicated tab gets a seat of its own', async () => {
  const first = await takeSeat();
  const second = await takeSeat();
  assert.notEqual(second.seat, first.seat);
  held.clear();
  assert.equal((await takeSeat()).seat, second.seat);
});

test('a browser that is slow with its locks gives a seat, but no duplicate finds it before it is held', async () => {
  let grant = () => {};
  put({ navigator: { locks: { request: (/** @type {any[]} */ ...args) => new Promise(() => (grant = args[2])) } } });
  const { seat } = await takeSeat();
  assert.match(seat, /^[\w-]{22}$/);
  assert.equal(stored.size, 0);
  grant();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([...stored.values()], [seat]);
});

test('the lock’s name does not tell the seat', async () => {
  const { seat } = await takeSeat();
  assert.equal(held.size, 1);
  assert.ok(![...held.keys()][0].includes(seat));
});

test('without locks every load is somebody new', async () => {
  put({ navigator: {} });
  assert.notEqual((await takeSeat()).seat, (await takeSeat()).seat);
});

for (const [what, globals] of /** @type {[string, () => Record<string, unknown>][]} */ ([
  ['AbortSignal.timeout', () => ({ AbortSignal: {} })],
  ['crypto.subtle', () => ({ crypto: { getRandomValues: crypto.getRandomValues.bind(crypto) } })],
  ['locks that work', () => ({ navigator: { locks: { request: refuse } } })],
  ['locks that can be looked at', () => ({ navigator: Object.defineProperty({}, 'locks', { get: refuse }) })],
])) {
  test(`without ${what} every load is somebody new, and can join`, async () => {
    put(globals());
    const [first, second] = [await takeSeat(), await takeSeat()];
    for (const { seat, page } of [first, second]) for (const id of [seat, page]) assert.match(id, /^[\w-]{22}$/);
    assert.notEqual(first.seat, second.seat);
  });
}

test('without storage there is a seat all the same', async () => {
  put({ sessionStorage: { getItem: refuse, setItem: refuse } });
  assert.match((await takeSeat()).seat, /^[\w-]{22}$/);
});
