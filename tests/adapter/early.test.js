// @ts-check
// The socket that the page opens before main.js has come, and socket.io's transport that takes it over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takingOver } from '../../web/signaling.js';

const URL = 'ws://localhost:3000/socket.io/?EIO=4&transport=websocket';

/** socket.io's transport, as far as it is extended. */
class Transport {
  /** @type {string[]} */
  said = [];
  /** @param {string} url */
  createSocket(url) {
    return { url, isOwn: true };
  }
  doOpen() {
    this.socket = this.createSocket(URL);
  }
  onOpen() {
    this.said.push('open');
  }
  /** @param {string} data */
  onData(data) {
    this.said.push(`heard ${data}`);
  }
  /**
   * @param {unknown} _packet
   * @param {string} data
   */
  doWrite(_packet, data) {
    this.said.push(`wrote ${data}`);
  }
}

/** @param {{url?: string, readyState: number, heard?: string[]}} state */
function early({ url = URL, readyState, heard = [] }) {
  const socket = { url, readyState, isClosed: false, close: () => (socket.isClosed = true) };
  return /** @type {any} */ ({ socket, heard: heard.map((data) => ({ data })) });
}

/** @param {any} opened */
async function connect(opened) {
  const Taking = takingOver(Transport, opened);
  const transport = new Taking();
  transport.doOpen();
  await null;
  return { transport, Taking };
}

test('a socket that is open already is taken over with all that it has heard, and its first word is not said again', async () => {
  const opened = early({ readyState: 1, heard: ['0{"sid":"s"}', '40{"sid":"t"}'] });
  const { transport } = await connect(opened);
  assert.equal(transport.socket, opened.socket);
  assert.deepEqual(transport.said, ['open', 'heard 0{"sid":"s"}', 'heard 40{"sid":"t"}']);
  transport.doWrite({}, '40{"peek":"room"}');
  transport.doWrite({}, '42["join"]');
  transport.doWrite({}, '40');
  assert.deepEqual(transport.said.slice(3), ['wrote 42["join"]', 'wrote 40']);
});

test('a socket that is still connecting is taken over, and the transport says its first word itself', async () => {
  const opened = early({ readyState: 0 });
  const { transport } = await connect(opened);
  assert.equal(transport.socket, opened.socket);
  transport.doWrite({}, '40');
  assert.deepEqual(transport.said, ['wrote 40']);
});

for (const [what, opened] of /** @type {[string, any][]} */ ([
  ['has died meanwhile', early({ readyState: 3 })],
  ['went to another server', early({ url: 'ws://localhost:4000/', readyState: 1 })],
])) {
  test(`a socket that ${what} is closed, and one of the transport's own is opened`, async () => {
    const { transport } = await connect(opened);
    assert.equal(transport.socket.isOwn, true);
    assert.equal(opened.socket.isClosed, true);
    assert.deepEqual(transport.said, []);
  });
}

test('it is taken over once: a reconnection opens its own', async () => {
  const { Taking } = await connect(early({ readyState: 1 }));
  const again = new Taking();
  again.doOpen();
  await null;
  assert.equal(again.socket.isOwn, true);
});

test('where nothing was opened early the transport does as ever', async () => {
  const { transport } = await connect(undefined);
  assert.equal(transport.socket.isOwn, true);
});
