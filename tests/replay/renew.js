// Records the calls in this folder anew, as browser tests play them: after the call has learned to decide differently, and
// script/test has been run, which builds what this needs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The file, the browser test, and which of its pages.
const CALLS = [
  ['two_duets_first.log', 'names and a room in the address are used', 1],
  ['two_duets_second.log', 'names and a room in the address are used', 2],
  ['seed_comes.log', 'Duet waits and the seed comes, through Duet’s server', 2],
  ['camera_refused.log', 'the one who joins first refused camera and microphone', 1],
  ['server_lost.log', 'the server stops and starts again', 1],
  ['peer_crashed.log', 'the other page crashes and does not come back', 2],
];

const here = fileURLToPath(new URL('./', import.meta.url));
const kept = mkdtempSync(join(tmpdir(), 'duet-records-'));
const patterns = [...new Set(CALLS.map(([, test]) => `--test-name-pattern=^${test}`))];
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...patterns, join(here, '../browser/')], {
  stdio: 'inherit',
  env: { ...process.env, DUET_KEEP_RECORDS: kept },
});
for (const [file, test, page] of CALLS) {
  const start = test.replace(/\W+/g, '_');
  const found = readdirSync(kept).find((name) => name.startsWith(start) && name.endsWith(`_${page}.log`));
  assert.ok(found, `the browser tests left no record for ${file}`);
  copyFileSync(join(kept, found), join(here, file));
}
rmSync(kept, { recursive: true });
process.exitCode = status ?? 1;
