// Every page's record, replayed by the native build: the browser's call and this one must decide alike (docs/replay.md).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const nativeReplay = process.env.DUET_REPLAY ?? join(root, 'build/native/duet_replay');

// What the program says to a record, and its exit code.
export function replay(record, ...options) {
  const { status, stdout, stderr, error } = spawnSync(nativeReplay, [...options, '-'], { input: record, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (error) throw error;
  return { status, stdout, stderr };
}

// The record as the page would save it; nothing if there is no page any more, or none with a record.
export async function recordOf(page) {
  if (page.isClosed()) return '';
  const tooLate = new Promise((resolve) => setTimeout(resolve, 5_000, '').unref());
  return Promise.race([page.evaluate(async () => String((await window.duet?.log?.()) ?? '')).catch(unlessGone), tooLate]);
}

function unlessGone(error) {
  if (/crashed|closed|detached|destroyed/i.test(error.message)) return '';
  throw error;
}

// DUET_KEEP_RECORDS=folder keeps them there, by the test's name.
function keep(record, name) {
  const folder = process.env.DUET_KEEP_RECORDS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name.replace(/\W+/g, '_')}.log`), record);
}

// At the end of a test, before its pages are closed.
export async function replayAll(pages, name, diagnostic) {
  if (!existsSync(nativeReplay)) return diagnostic(`No record was replayed: ${nativeReplay} is not built (script/test builds it).`);
  for (const [index, page] of pages.entries()) {
    const record = await recordOf(page);
    if (!record) continue;
    keep(record, `${name} ${index + 1}`);
    const { status, stdout, stderr } = replay(record, '--quiet');
    assert.equal(status, 0, `page ${index + 1}, replayed natively:\n${stdout}${stderr}`);
  }
}
