// The call as WebAssembly, compiled as it ships, decides as the native one does, byte for byte: fed with the events of calls that
// browsers recorded (tests/replay/*.log). `node tests/replay/renew.js` records them anew.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nativeReplay, replay } from '../support/replay.js';

const folder = new URL('./', import.meta.url);
const wasmReplay = fileURLToPath(new URL('../../build/wasm/duet_replay.cjs', import.meta.url));
const missing = [nativeReplay, wasmReplay].filter((path) => !existsSync(path));
const skip = missing.length > 0 && `${missing.join(' and ')} not built: script/test builds them`;

function replayAsWasm(record, ...options) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [wasmReplay, ...options, '-'], { input: record, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return { status, stdout, stderr };
}

const names = readdirSync(folder).filter((name) => name.endsWith('.log'));

test('there are recorded calls', () => assert.ok(names.length >= 6));

for (const name of names) {
  const record = readFileSync(new URL(name, folder), 'utf8');

  test(`${name} replays natively`, { skip }, () => {
    const { status, stdout, stderr } = replay(record, '--quiet');
    const remedy = 'If the call is meant to decide differently now: node tests/replay/renew.js';
    assert.equal(status, 0, `${stdout}${stderr}${remedy}`);
  });

  test(`${name} gives the same natively, as WebAssembly, and in the browser`, { skip }, () => {
    const anew = replay(record, '--record');
    assert.deepEqual(replayAsWasm(record, '--record'), anew);
    assert.deepEqual(replayAsWasm(record), replay(record));
    const lines = record.split('\n').filter((line, index) => index === 0 || !line.startsWith('#'));
    assert.equal(anew.stdout, lines.join('\n'));
  });
}

test('what is no record is refused alike', { skip }, () => {
  for (const record of ['', 'nonsense', '# duet record 1\n5 < ["Nonsense"]\n', `# duet record 1\n5 < ["ChannelReceived",1,"${'['.repeat(100_000)}"]\n`]) {
    assert.deepEqual(replayAsWasm(record), replay(record));
  }
});
