// @ts-check
// What can be said of index.html, style.css, early.js and file.js without a browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

/** @param {string} name */
function read(name) {
  return readFileSync(new URL(`../../web/${name}`, import.meta.url), 'utf8');
}

const html = read('index.html');
const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]);

/** @param {string} id */
function tag(id) {
  const found = html.match(new RegExp(`<[a-z]+[^>]*\\sid="${id}"[^>]*>`));
  assert.ok(found, `no #${id}`);
  return found[0];
}

test('the elements that tests and embedders rely on are there, each once', () => {
  for (const id of ['join', 'leave', 'localVideo', 'remoteVideo', 'room', 'name', 'mic', 'camera', 'status']) tag(id);
  assert.equal(new Set(ids).size, ids.length);
  assert.match(html, /<body data-phase="idle">/);
  assert.match(tag('status'), /role="status"/);
});

test('the own picture is silent and the other one is not', () => {
  assert.match(tag('localVideo'), /autoplay playsinline muted/);
  assert.match(tag('remoteVideo'), /autoplay playsinline/);
  assert.doesNotMatch(tag('remoteVideo'), /muted/);
});

test('nothing can be pressed before the script that answers is there', () => {
  for (const id of ['join', 'mic', 'camera']) assert.match(tag(id), /\sdisabled/);
});

test('each field has a label, each icon button a name', () => {
  for (const id of ['name', 'room', 'link']) assert.match(html, new RegExp(`<label for="${id}">`));
  for (const id of ['mic', 'camera']) assert.match(tag(id), /aria-label="/);
});

test('the policy allows no inline code, no eval and no foreign origin but the local server', () => {
  const policy = html.match(/Content-Security-Policy" content="([^"]*)"/)?.[1] ?? '';
  const rules = new Map(policy.split(';').map((rule) => /** @type {[string, string]} */ (rule.trim().split(/ (.*)/))));
  assert.equal(rules.get('default-src'), "'none'");
  assert.equal(rules.get('script-src'), "'self' 'wasm-unsafe-eval'");
  assert.equal(rules.get('style-src'), "'self'");
  assert.equal(rules.get('connect-src'), "'self' http://localhost:3000");
  assert.equal(rules.get('require-trusted-types-for'), "'script'");
  assert.equal(rules.get('trusted-types'), "'none'");
});

test('the page keeps its own policy', () => {
  assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=|<style|javascript:/);
  for (const [, attributes, code] of html.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)) {
    assert.match(attributes, /src="[a-z]+\.js"/);
    assert.equal(code, '');
  }
  for (const name of ['view.js', 'sentences.js', 'early.js', 'file.js']) {
    assert.doesNotMatch(read(name), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(/);
  }
});

test('every address is relative, so that the page works from any folder', () => {
  for (const [, address] of html.matchAll(/\s(?:src|href)="([^"]*)"/g)) {
    assert.match(address, /^(#[a-zA-Z]+|[a-z]+\.(css|js|png|wasm)|http:\/\/localhost:3000\/)$/);
  }
});

test('every reason why the page cannot work has its sentence, hidden until it is so', () => {
  for (const reason of ['file', 'old', 'blocked', 'webrtc', 'load', 'insecure']) {
    assert.match(html, new RegExp(`<p class="problem" data-problem="${reason}" hidden>[^<]{20}`));
  }
  assert.match(html, /data-problem="file" hidden>.*script\/server.*href="http:\/\/localhost:3000\/"/);
  assert.match(html, /<noscript><p/);
});

test('every element that the view looks for is in the page', () => {
  for (const [, id] of read('view.js').matchAll(/find\('([a-zA-Z]+)'\)/g)) assert.ok(ids.includes(id), id);
});

test('the socket is opened before anything else is asked for, and where the page says', () => {
  assert.match(html, /<meta name="duet-signaling"[^>]*>\n<script src="early\.js"><\/script>\n<link/);
});

test('file.js is a classic script in words that an old browser knows, and finds the whole page', () => {
  assert.match(html, /<script src="file\.js"><\/script>\n<\/body>/);
  const code = read('file.js').replace(/\/\*[^]*?\*\/|\/\/ .*/g, '');
  assert.doesNotMatch(code, /=>|`|\b(const|let|class|async|await|import|export)\b|\?\./);
});

test('the looks know dark, reduced motion and the keyboard', () => {
  const css = read('style.css');
  for (const query of ['prefers-color-scheme: dark', 'prefers-reduced-motion: no-preference', ':focus-visible']) {
    assert.ok(css.includes(query), query);
  }
});
