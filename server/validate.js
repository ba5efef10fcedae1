// @ts-check
// The only reader of what clients send. Strict: what comes out is a fresh flat object of known shape, or the reason why not.

export const MAX_SDP_BYTES = 48 * 1024; // an offer of Chromium's with audio and video has 5 to 6 KiB
export const MAX_CANDIDATE_BYTES = 1024; // a candidate line has about 100 bytes
export const MAX_NAME_BYTES = 256;
export const MAX_NAME_GRAPHEMES = 64;
const MAX_KEYS = 16;
const MAX_KEY_LENGTH = 64;
const MAX_OTHER_BYTES = 1024;

const ROOM = /^[A-Za-z0-9_-]{1,64}$/;
const ID = /^[A-Za-z0-9_-]{22,64}$/; // 128 random bits have 22 characters in base64url
const POISON = new Set(['__proto__', 'constructor', 'prototype']);
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** @typedef {string | number | boolean | null} Scalar */
/** @typedef {'bad_request' | 'bad_room' | 'bad_name'} JoinMistake */
/** @typedef {{room: string, name: string, seat?: string, page?: string, v?: number, answer?: Record<string, Scalar>}} JoinRequest `seat`, `page` and `v`: all or none */

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isPlainObject(value) {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * @param {unknown} payload
 * @returns {JoinRequest | JoinMistake}
 */
export function readJoin(payload) {
  if (!isPlainObject(payload) || Object.keys(payload).length > MAX_KEYS) return 'bad_request';
  const { room, name, seat, page, v, answer } = payload;
  if (!isRoom(room)) return 'bad_room';
  if (name !== undefined && name !== null && typeof name !== 'string') return 'bad_name';
  const request = { room: String(room), name: cleanName(name ?? '') };
  if (seat === undefined && page === undefined) return answer === undefined ? request : 'bad_request';
  if (!isId(seat) || !isId(page) || !isVersion(v)) return 'bad_request';
  if (seat === page) return 'bad_request'; // `page` is public, `seat` must not be
  if (answer === undefined) return { ...request, seat, page, v };
  const copy = readDescription(answer, 'answer');
  return copy ? { ...request, seat, page, v, answer: copy } : 'bad_request';
}

/**
 * The room that a `peek` asks for, or null.
 * @param {unknown} payload
 */
export function readPeek(payload) {
  if (!isPlainObject(payload) || Object.keys(payload).length > MAX_KEYS) return null;
  return isRoom(payload.room) ? String(payload.room) : null;
}

/**
 * A copy of a session description that the event may carry, or null.
 * @param {unknown} payload
 * @param {'offer' | 'answer'} type
 */
export function readDescription(payload, type) {
  const copy = copyFlat(payload);
  if (!copy || copy.type !== type || typeof copy.sdp !== 'string') return null;
  return fits(copy, 'sdp', MAX_SDP_BYTES) ? copy : null;
}

/**
 * A copy of an ICE candidate, or null. An empty `candidate` is the end of candidates.
 * @param {unknown} payload
 */
export function readCandidate(payload) {
  const copy = copyFlat(payload);
  if (!copy || typeof copy.candidate !== 'string') return null;
  if (!isStringOrNothing(copy.sdpMid) || !isStringOrNothing(copy.usernameFragment)) return null;
  const line = copy.sdpMLineIndex ?? 0;
  if (typeof line !== 'number' || !Number.isInteger(line) || line < 0 || line > 65535) return null;
  return fits(copy, 'candidate', MAX_CANDIDATE_BYTES) ? copy : null;
}

/**
 * @param {unknown} payload
 * @returns {Record<string, Scalar> | null}
 */
function copyFlat(payload) {
  if (!isPlainObject(payload)) return null;
  const keys = Object.keys(payload);
  if (keys.length > MAX_KEYS) return null;
  const copy = Object.create(null);
  for (const key of keys) {
    const value = payload[key];
    if (POISON.has(key) || key.length > MAX_KEY_LENGTH || !isScalar(value)) return null;
    copy[key] = value;
  }
  return isStringOrNothing(copy.to) ? copy : null;
}

/**
 * @param {Record<string, Scalar>} copy
 * @param {string} big the one key that may be long
 * @param {number} limit its bytes
 */
function fits(copy, big, limit) {
  return Object.entries(copy).every(
    ([key, value]) => typeof value !== 'string' || Buffer.byteLength(value) <= (key === big ? limit : MAX_OTHER_BYTES),
  );
}

/**
 * Without control characters and lone surrogates, cut where a reader sees a character end.
 * @param {string} raw
 */
function cleanName(raw) {
  let name = '';
  let bytes = 0;
  let count = 0;
  // Ten times what may stay is enough to cut from: the rest of a long name is not worth segmenting.
  const text = raw.slice(0, 10 * MAX_NAME_BYTES).replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '').trim();
  for (const { segment } of graphemes.segment(text)) {
    bytes += Buffer.byteLength(segment);
    count += 1;
    if (count > MAX_NAME_GRAPHEMES || bytes > MAX_NAME_BYTES) break;
    name += segment;
  }
  return name;
}

/** @param {unknown} value @returns {value is Scalar} */
function isScalar(value) {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** @param {unknown} value @returns {value is string | number} */
function isRoom(value) {
  return (typeof value === 'string' || typeof value === 'number') && ROOM.test(String(value));
}

/** @param {unknown} value @returns {value is string} */
function isId(value) {
  return typeof value === 'string' && ID.test(value);
}

/** @param {unknown} value @returns {value is number} */
function isVersion(value) {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

/** @param {unknown} value */
function isStringOrNothing(value) {
  return value === undefined || value === null || typeof value === 'string';
}
