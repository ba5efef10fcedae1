// @ts-check
// Reads what an operator sets in the environment. Every mistake is one sentence that names the variable.

import { readIceServers } from './ice.js';
import { StartError } from './listen.js';
import { createLog, LEVELS } from './log.js';

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('./server.js').Options}
 */
export function readEnvironment(env) {
  return {
    port: readPort(env.PORT || '3000'),
    host: env.HOST || undefined,
    origins: (env.DUET_ORIGINS ?? '').split(/[\s,]+/).filter(Boolean).map(readOrigin),
    iceServers: env.DUET_ICE_SERVERS ? readIceServers(env.DUET_ICE_SERVERS) : undefined,
    hsts: readSwitch('DUET_HSTS', env.DUET_HSTS || '0'),
    log: createLog(readLevel(env.DUET_LOG || 'info')),
  };
}

/** @param {string} text */
function readPort(text) {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new StartError(`PORT must be a number from 0 to 65535, not "${text}".`);
  return Number(text);
}

/** @param {string} text */
function readOrigin(text) {
  try {
    if (new URL(text).origin === text) return text;
  } catch {
    // said below
  }
  throw new StartError(`DUET_ORIGINS must list origins like https://call.example, separated by commas; "${text}" is none.`);
}

/**
 * @param {string} name
 * @param {string} text
 */
function readSwitch(name, text) {
  if (text !== '0' && text !== '1') throw new StartError(`${name} must be 0 or 1, not "${text}".`);
  return text === '1';
}

/** @param {string} text */
function readLevel(text) {
  const level = LEVELS.find((each) => each === text);
  if (!level) throw new StartError(`DUET_LOG must be one of ${LEVELS.join(', ')}, not "${text}".`);
  return level;
}
