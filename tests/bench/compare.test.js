// The parts of the comparison bench that need no browser.
import assert from 'node:assert/strict';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { picture, stretches } from '../../bench/compare/picture.js';
import { align, digest, report } from '../../bench/compare/report.js';
import { startDelayingProxy } from '../../bench/compare/delaying_proxy.js';
import { slope, summary } from '../../bench/statistics.js';

const LIMIT = { timeout: 10_000 };

// A server behind a proxy; `serve` gets each connection.
async function lineTo(serve, delay, body) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await startDelayingProxy({ target: server.address().port, delay });
  const client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  try {
    await once(client, 'connect');
    await body(client);
  } finally {
    client.destroy();
    await proxy.close();
    server.close();
  }
}

const text = async (socket) => Buffer.concat(await socket.toArray()).toString();

test('What is sent through the proxy comes in order and whole, after the delay, in both directions', LIMIT, async () => {
  const echo = (socket) => socket.pipe(socket);
  await lineTo(echo, 40, async (client) => {
    const began = performance.now();
    const arrival = once(client, 'readable').then(() => performance.now() - began);
    const sent = Array.from({ length: 200 }, (_, i) => `${i},`);
    for (const piece of sent) {
      client.write(piece);
      if (piece.endsWith('9,')) await new Promise((resolve) => setImmediate(resolve));
    }
    client.end();
    assert.equal(await text(client), sent.join(''));
    // The handshake's there and back, and there and back again.
    assert.ok((await arrival) >= 4 * 40 - 1, `${await arrival} ms`);
    assert.ok((await arrival) < 4 * 40 + 5_000, `${await arrival} ms`);
  });
});

test('The server speaks first without waiting for the handshake', LIMIT, async () => {
  await lineTo((socket) => socket.end('hello'), 60, async (client) => {
    const began = performance.now();
    assert.equal(await text(client), 'hello');
    assert.ok(performance.now() - began >= 60 - 1);
  });
});

test('More than the proxy holds arrives all the same', LIMIT, async () => {
  const size = 12 * 2 ** 20;
  await lineTo((socket) => socket.end(Buffer.alloc(size, 1)), 20, async (client) => {
    let received = 0;
    for await (const piece of client) received += piece.length;
    assert.equal(received, size);
  });
});

test('A connection that is cut off is cut off at the other end', LIMIT, async () => {
  await lineTo((socket) => setTimeout(() => socket.resetAndDestroy(), 20), 20, async (client) => {
    await once(client.resume(), 'end');
  });
});

test('Median, least and most', () => {
  assert.deepEqual(summary([3, 1, 2]), { median: 2, min: 1, max: 3, count: 3 });
  assert.deepEqual(summary([4, 1, 2, 3.2]), { median: 3, min: 1, max: 4, count: 4 });
});

test('The slope of a line through some points', () => {
  assert.equal(slope([[0, 100], [100, 300], [300, 700]]), 2);
  assert.ok(Number.isNaN(slope([[100, 300]])));
});

const round = (base, delay, hops) => {
  const comes = base + hops * delay;
  return { comes, stays: comes - 10, steps: { comes: { click: 0, media: 20, socket: 5, frame: comes }, stays: { frame: comes - 10 } } };
};
const clicks = (hops) => (delay) => ({ Duet: { results: [round(80, delay, hops)], failures: [] }, PeerJS: { results: [round(200, delay, 4)], failures: ['x'] } });
const outcome = (hops = 2) => ({
  bytes: { Duet: { gzip: 56_000, raw: 1, requests: 5 }, PeerJS: { gzip: 23_000, raw: 1, requests: 2 } },
  browser: 'Chrome/1',
  rounds: { click: Object.fromEntries([0, 100, 300].map((delay) => [delay, clicks(hops)(delay)])) },
  cycles: {
    Duet: { canLeave: true, count: 50, succeeded: 50, open: { comes: 0, stays: 0 }, heapPerCycle: { comes: 900, stays: 1100 } },
    PeerJS: { failure: 'it fell over' },
  },
});
const how = { names: ['Duet', 'PeerJS'], rounds: 1 };

test('Hops and targets come from the slower side', () => {
  const result = digest(outcome(), how);
  assert.deepEqual(result.hops, { Duet: 2, PeerJS: 4 });
  const verdict = Object.fromEntries(result.targets.map(({ label, value, met }) => [label, `${value} ${met}`]));
  assert.deepEqual(verdict, {
    'at most 2.4 hops': '2.00 true',
    'at 100 ms at most 0.55 of PeerJS': '0.47 true',
    'at 0 ms at most 0.7 of the best other': '0.40 true',
    'every join works': '50 of 50 true',
    'no connection left': '0 true',
    'heap grows by less than 1 kB a cycle': '1100 B false',
  });
  assert.equal(digest(outcome(6), how).targets[0].met, false);
});

test('The table has a column for each contestant, and says how many rounds came to nothing', () => {
  const lines = report(digest(outcome(), how)).split('\n');
  assert.match(lines[0], /^ +Duet +PeerJS$/);
  assert.ok(lines.some((line) => /^click → frame on both, 100 ms +280 \(280–280\) +600 \(600–600\) ✗1$/.test(line)), lines.join('\n'));
  assert.ok(lines.some((line) => /^joins and leaves that worked +50 of 50 +failed$/.test(line)), lines.join('\n'));
});

test('A contestant that never connects is said to never connect', () => {
  const result = outcome();
  result.rounds.click[100].PeerJS.results = [];
  assert.match(report(digest(result, how)), /click → frame on both, 100 ms +280 \(280–280\) +never ✗1/);
  assert.match(picture(digest(result, how)), /never/);
});

test('Columns are aligned', () => {
  assert.equal(align([['a', 'bb'], ['ccc', 'd']]), 'a    bb\nccc   d');
});

test('A timeline is drawn in the order in which things happened', () => {
  const drawn = stretches({ click: 0, media: 30, socket: 10, frame: 90 });
  assert.deepEqual(drawn, [{ step: 'socket', from: 0, to: 10 }, { step: 'media', from: 10, to: 30 }, { step: 'frame', from: 30, to: 90 }]);
});

test('The picture is well-formed, and its bars keep inside', () => {
  const svg = picture(digest(outcome(), how));
  assert.equal(svg.match(/<text/g).length, svg.match(/<\/text>/g).length);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  for (const [, x, width] of svg.matchAll(/<rect[^>]* x="([\d.]+)"[^>]* width="([\d.]+)"/g)) assert.ok(Number(x) + Number(width) <= 760);
});
