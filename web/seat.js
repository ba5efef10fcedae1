// @ts-check
// The page's two random ids. `seat` is a secret and survives a reload, so that the place in a room does too; `page` is
// public and fresh at each load.
//
// A duplicated tab gets a copy of sessionStorage. So a page uses the stored seat only while it holds the Web Lock that is
// named by the seat's hash: locks are not copied.

import { randomId } from './address.js';

const KEY = 'duet-seat';
const PATIENCE = 1000; // ms; a page that is being reloaded holds the lock until it is gone

/** @returns {string | null} */
function readStored() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null; // storage is blocked
  }
}

/** @param {string} seat */
function store(seat) {
  try {
    sessionStorage.setItem(KEY, seat);
  } catch {
    // Then a reload takes a new seat.
  }
}

/** @param {string} seat every page of this origin can list the names of locks */
async function lockName(seat) {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(seat));
  return `duet-seat-${btoa(String.fromCharCode(...new Uint8Array(hash)))}`;
}

/**
 * Resolves to whether the lock was got; then it is held as long as the page lives.
 * @param {string} seat
 * @param {AbortSignal} [signal]
 * @returns {Promise<boolean>}
 */
async function hold(seat, signal) {
  const name = await lockName(seat);
  return new Promise((resolve) => {
    const hasEnded = navigator.locks.request(name, { signal }, () => {
      resolve(true);
      return new Promise(() => {});
    });
    hasEnded.catch(() => resolve(false));
  });
}

/**
 * The seat from before a reload, or `fresh`, kept for the next one.
 * @param {string} fresh
 */
async function keptSeat(fresh) {
  const stored = readStored();
  if (stored && (await hold(stored, AbortSignal.timeout(PATIENCE)))) return stored;
  // Not stored before it is held, for which a busy browser takes its time: a duplicate would find it without its lock.
  const isKept = hold(fresh).then((isHeld) => isHeld && store(fresh));
  await Promise.race([isKept, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  return fresh;
}

/** @returns {Promise<{seat: string, page: string}>} never rejected: without it nobody could join */
export async function takeSeat() {
  const page = randomId();
  const fresh = randomId();
  try {
    return { seat: await keptSeat(fresh), page };
  } catch {
    // Without locks (an older browser, an address that is not secure) nothing tells a duplicate from a reload.
    return { seat: fresh, page };
  }
}
