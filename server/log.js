// @ts-check
// One line per event on stderr, key=value. What people say, who they are and where they are never gets here: a room appears as
// the start of a hash whose key dies with the process, so that two lines about one room can be matched, and nothing else.

import { createHmac, randomBytes } from 'node:crypto';

/** @typedef {'info' | 'error' | 'silent'} Level */
/** @typedef {(level: 'info' | 'error', event: string, fields?: Record<string, string | number>) => void} Log */

export const LEVELS = /** @type {const} */ (['info', 'error', 'silent']);

const roomKey = randomBytes(32);

/**
 * The name under which a room stands in the log.
 * @param {string} room
 */
export function roomTag(room) {
  return createHmac('sha256', roomKey).update(room).digest('hex').slice(0, 8);
}

/**
 * @param {Level} threshold lines below it are dropped
 * @param {(line: string) => void} [write]
 * @returns {Log}
 */
export function createLog(threshold, write = (line) => process.stderr.write(line)) {
  return (level, event, fields = {}) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(threshold)) return;
    const pairs = Object.entries({ time: new Date().toISOString(), level, event, ...fields });
    write(pairs.map(([key, value]) => `${key}=${/^[\w.:-]*$/.test(String(value)) ? value : JSON.stringify(value)}`).join(' ') + '\n');
  };
}
