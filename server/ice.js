// @ts-check
// Checks the ICE servers that an operator names as closely as browsers do: with a single one that is wrong, a browser makes
// no connection at all.

import { StartError } from './listen.js';

const HOST = /(?:\[[\da-f:.]+\]|[\w.-]+)/.source;
const STUN = new RegExp(`^stuns?:${HOST}(?::(\\d{1,5}))?$`); // RFC 7064
const TURN = new RegExp(`^turns?:${HOST}(?::(\\d{1,5}))?(?:\\?transport=(?:udp|tcp))?$`); // RFC 7065
const MAX_SERVERS = 8; // and as many urls of each; a Duet takes no more (src/core/options.h)
const MAX_BYTES = 508; // of each text; RFC 8489 14.3 for a user name

/** @param {string} text */
export function readIceServers(text) {
  const servers = readArray(text);
  if (!servers) throw new StartError('DUET_ICE_SERVERS must be a JSON array like [{"urls":"stun:stun.example:3478"}].');
  if (servers.length > MAX_SERVERS) throw new StartError(`DUET_ICE_SERVERS must not list more than ${MAX_SERVERS} servers.`);
  servers.forEach(check);
  return servers;
}

/**
 * What may be told to whoever has no seat: no relay, and so no credentials.
 * @param {object[] | undefined} servers as readIceServers gives them
 * @returns {{urls: string[]}[] | undefined} undefined: the operator named none, and a client uses its own
 */
export function stunOnly(servers) {
  return servers
    ?.map((/** @type {any} */ { urls }) => ({ urls: [urls].flat().filter((url) => STUN.test(url)) }))
    .filter(({ urls }) => urls.length > 0);
}

/** @param {string} text */
function readArray(text) {
  try {
    const value = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** @param {any} server */
function check(server) {
  const { urls, username, credential } = server ?? {};
  const list = Array.isArray(urls) ? urls : [urls];
  if (list.length === 0 || list.length > MAX_SERVERS) {
    throw new StartError(`DUET_ICE_SERVERS must give each server 1 to ${MAX_SERVERS} urls, not ${list.length}.`);
  }
  const wrong = list.find((url) => !isUrl(url));
  if (list.includes(wrong)) {
    const example = 'stun:stun.example:3478 or turns:turn.example:5349?transport=tcp';
    throw new StartError(`DUET_ICE_SERVERS must give each server urls like ${example}, not ${JSON.stringify(wrong) ?? 'none'}.`);
  }
  const given = [username, credential].filter((text) => text !== undefined);
  if (!given.every(isText)) {
    throw new StartError(`DUET_ICE_SERVERS must give a username and a credential as texts of 1 to ${MAX_BYTES} bytes.`);
  }
  const turn = list.find((url) => url.startsWith('turn'));
  if (turn && given.length < 2) throw new StartError(`DUET_ICE_SERVERS must give ${turn} a username and a credential.`);
}

/** @param {unknown} url */
function isUrl(url) {
  if (!isText(url)) return false;
  const [, port = '1'] = STUN.exec(url) ?? TURN.exec(url) ?? [null, '0'];
  return Number(port) >= 1 && Number(port) <= 65535;
}

/** @param {unknown} value @returns {value is string} */
function isText(value) {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MAX_BYTES;
}
