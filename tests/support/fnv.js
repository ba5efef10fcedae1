// @ts-check
// 32-bit FNV-1a, as docs/signaling.md wants it of a room's name: the tests' own, beside those that ship.
export function hashOf(/** @type {string} */ text) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
