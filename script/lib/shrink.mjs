// @ts-check
// What a shipped file goes through: a script through terser, everything through gzip.

import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { minify } from 'terser';

/**
 * esbuild could do this, too, but what terser leaves is 1.4 kB less after compression.
 * @param {string} script an ES module
 */
export async function shrink(script) {
  const { code } = await minify(script, { module: true, compress: { passes: 3, ecma: 2020 }, format: { comments: false } });
  return Buffer.from(code ?? '');
}

/**
 * A .gz by zopfli is 5 % smaller than any by zlib, and no slower to unpack. It is there if script/setup could install it.
 * @param {Uint8Array} contents
 */
export function zip(contents) {
  const file = join(tmpdir(), `duet-${process.pid}`); // zopfli reads nothing but files
  writeFileSync(file, contents);
  const { status, stdout } = spawnSync('zopfli', ['-c', file], { maxBuffer: 2 ** 24 });
  rmSync(file);
  return status === 0 ? stdout : gzipSync(contents, { level: 9 });
}
