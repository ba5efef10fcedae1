// @ts-check
// The room and the name in the address: `#room=…&name=…`. In the fragment, because a query would reach servers and logs.

/** @param {string} host */
export function isLoopback(host) {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

/** @returns {string} 128 random bits, 22 base64url characters */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/**
 * Without a room in it, the address gets a fresh one that nobody can guess; on this computer only, the tutorial's, so
 * that two plain tabs meet.
 * @param {Location} location
 * @param {History} history
 */
export function readAddress(location, history) {
  const fields = new URLSearchParams(location.hash.slice(1));
  const name = fields.get('name') ?? '';
  let room = fields.get('room') ?? '';
  if (!room && isLoopback(location.hostname)) room = '1234';
  if (!room) {
    room = randomId();
    fields.set('room', room);
    history.replaceState(history.state, '', `#${fields}`);
  }
  return { room, name };
}
