// docs/scenarios.md against the tests that it names.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

const root = new URL('../../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const rows = [...read('docs/scenarios.md').matchAll(/^\| (\d+) \| .+? \| (.+) \|$/gm)].map(([, number, proof]) => ({
  number: Number(number),
  proof,
}));

const coreTests = new Set();
for (const file of readdirSync(new URL('tests/core/', root))) {
  const tests = read(`tests/core/${file}`).matchAll(/^TEST(?:_[FP])?\((\w+), (\w+)\)/gm);
  for (const [, suite, name] of tests) coreTests.add(`${suite}.${name}`);
}

const namesIn = (source) => [...source.matchAll(/\b(?:test|situation)\(\s*(['"`])(.+?)\1,/g)].map(([, , name]) => name);

function exists(proof) {
  if (!proof.includes(': ')) return coreTests.has(proof);
  const [file, name] = proof.split(/: (.*)/);
  try {
    return namesIn(read(`tests/${file}.test.js`)).includes(name);
  } catch {
    return false;
  }
}

test('every scenario has one row, in its place', () => {
  assert.deepEqual(rows.map(({ number }) => number), Array.from({ length: 112 }, (_, index) => index + 1));
});

test('every test that is named is there', () => {
  for (const { number, proof } of rows) {
    for (const [, name] of proof.matchAll(/`([^`]*[.:][^`]*)`/g)) assert.ok(exists(name), `${number}: there is no test ${name}`);
  }
});

test('every scenario is proved, or it is said when or by whom', (t) => {
  const counts = { tested: 0, later: 0, 'not ours': 0 };
  for (const { number, proof } of rows) {
    const [, word] = proof.match(/^(later|not ours): \S/) ?? [];
    assert.ok(word || proof.startsWith('`'), `${number}: ${proof}`);
    ++counts[word ?? 'tested'];
  }
  t.diagnostic(Object.entries(counts).map(([word, count]) => `${count} ${word}`).join(', '));
});
