// @ts-check
// From what was measured to what is read: medians, hops, the targets, and all of it as an aligned table.

import { slope, summary } from '../statistics.js';

/** @typedef {import('../statistics.js').Summary} Summary */
/** @typedef {{results: Record<string, any>[], failures: string[]}} Rounds */
/** @typedef {Record<string, Record<string, Record<string, Rounds>>>} AllRounds by scenario, delay and contestant */
/**
 * @typedef {object} Row
 * @property {string} label
 * @property {string} scenario
 * @property {number} delay
 * @property {string} measure
 * @property {Record<string, {summary: Summary | null, failed: number}>} cells by contestant
 */
/** @typedef {{label: string, value: string, met: boolean}} Target */
/** @typedef {Record<string, {canLeave?: boolean, succeeded?: number, count?: number, open?: any, heapPerCycle?: any, failure?: string}>} Cycles */
/**
 * @typedef {object} Digest
 * @property {string[]} names
 * @property {number} rounds
 * @property {string} browser
 * @property {Record<string, {gzip: number, raw: number, requests: number}>} bytes
 * @property {Row[]} rows
 * @property {Record<string, number>} hops
 * @property {Record<string, Record<string, Record<string, number>>>} timeline medians at 100 ms, by contestant, side and step
 * @property {Cycles} cycles
 * @property {Target[]} targets
 */

export const STEPS = ['click', 'media', 'socket', 'description', 'ice', 'dtls', 'frame'];

const slower = (/** @type {Record<string, number>} */ { comes, stays }) => Math.max(comes, stays);

/** @type {[scenario: string, measure: string, label: string, of: (result: any) => number][]} */
const MEASURES = [
  ['load', 'ready', 'page opened → ready', ({ ready }) => ready],
  ['click', 'slower', 'click → frame on both', slower],
  ['click', 'comes', '  on the one who clicked', ({ comes }) => comes],
  ['click', 'stays', '  on the one who waited', ({ stays }) => stays],
  ['together', 'slower', 'both click → frame on both', slower],
  ['early', 'slower', 'page open first, click → frame', slower],
  ['reload', 'slower', 'reload → ready, click → frame', slower],
];

/**
 * @param {{rounds: AllRounds, bytes: Digest['bytes'], cycles: Cycles, browser: string}} outcome
 * @param {{names: string[], rounds: number}} how
 * @returns {Digest}
 */
export function digest(outcome, { names, rounds }) {
  const rows = MEASURES.flatMap(([scenario, measure, label, of]) =>
    Object.entries(outcome.rounds[scenario] ?? {}).map(([delay, byName]) => ({
      label,
      scenario,
      measure,
      delay: Number(delay),
      cells: Object.fromEntries(
        Object.entries(byName).map(([name, { results, failures }]) => [
          name,
          { summary: results.length ? summary(results.map(of)) : null, failed: failures.length },
        ]),
      ),
    })),
  );
  const clicks = rows.filter(({ scenario, measure }) => scenario === 'click' && measure === 'slower');
  // Without a delay the trips hide behind what the pages do meanwhile: no line goes through that point.
  const delayed = clicks.filter(({ delay }) => delay > 0);
  const hops = Object.fromEntries(
    names.map((name) => {
      /** @type {[number, number][]} */
      const points = delayed.flatMap(({ delay, cells }) => (cells[name].summary ? [[delay, cells[name].summary.median]] : []));
      return [name, points.length > 1 ? slope(points) : NaN];
    }),
  );
  const base = { names, rounds, browser: outcome.browser, bytes: outcome.bytes, rows, hops, timeline: timeline(outcome.rounds), cycles: outcome.cycles };
  return { ...base, targets: judge(base) };
}

/** @param {AllRounds} rounds */
function timeline(rounds) {
  const at100 = rounds.click?.[100] ?? {};
  return Object.fromEntries(
    Object.entries(at100).map(([name, { results }]) => {
      const side = (/** @type {string} */ who) =>
        Object.fromEntries(
          STEPS.flatMap((step) => {
            const times = results.map(({ steps }) => steps[who][step]).filter((time) => time !== undefined);
            return times.length ? [[step, summary(times).median]] : [];
          }),
        );
      return [name, { comes: side('comes'), stays: side('stays') }];
    }),
  );
}

/**
 * What Duet is to reach, and whether it did. A target is left out if it was not measured.
 * @param {Omit<Digest, 'targets'>} digest
 * @returns {Target[]}
 */
function judge({ names, rows, hops, cycles }) {
  const others = names.filter((name) => name !== 'Duet');
  const median = (/** @type {string} */ name, /** @type {string} */ scenario, /** @type {number} */ delay) =>
    rows.find((row) => row.scenario === scenario && row.delay === delay && row.measure !== 'comes' && row.measure !== 'stays')?.cells[name]?.summary
      ?.median ?? NaN;
  const best = (/** @type {string} */ scenario, /** @type {number} */ delay) =>
    Math.min(...others.map((name) => median(name, scenario, delay)).filter((value) => !Number.isNaN(value)));
  const ratio = (/** @type {number} */ value) => value.toFixed(2);
  const toPeerJs = median('Duet', 'click', 100) / median('PeerJS', 'click', 100);
  const toBest = median('Duet', 'click', 0) / best('click', 0);
  const ready = [median('Duet', 'load', 100), best('load', 100)];
  const { succeeded, count, open, heapPerCycle } = cycles.Duet ?? {};
  const growth = heapPerCycle ? Math.max(heapPerCycle.comes, heapPerCycle.stays) : NaN;
  /** @type {[label: string, value: string, met: boolean, known: boolean][]} */
  const all = [
    ['at most 2.4 hops', ratio(hops.Duet), hops.Duet > 1 && hops.Duet <= 2.4, !Number.isNaN(hops.Duet ?? NaN)],
    ['at 100 ms at most 0.55 of PeerJS', ratio(toPeerJs), toPeerJs <= 0.55, !Number.isNaN(toPeerJs)],
    ['at 0 ms at most 0.7 of the best other', ratio(toBest), toBest <= 0.7, Number.isFinite(toBest)],
    ['ready at 100 ms not after the best other', `${ready[0]} and ${ready[1]} ms`, ready[0] <= ready[1], ready.every(Number.isFinite)],
    ['every join works', `${succeeded} of ${count}`, succeeded === count, succeeded !== undefined],
    ['no connection left', `${open?.comes + open?.stays}`, open?.comes + open?.stays === 0, open !== undefined],
    ['heap grows by less than 1 kB a cycle', `${growth} B`, growth < 1000, !Number.isNaN(growth)],
  ];
  return all.filter(([, , , known]) => known).map(([label, value, met]) => ({ label, value, met }));
}

/** @param {{summary: Summary | null, failed: number}} cell */
function cellText({ summary: value, failed }) {
  const misses = failed ? ` ✗${failed}` : '';
  return value ? `${value.median} (${value.min}–${value.max})${misses}` : `never${misses}`;
}

/**
 * Left column to the left, the others to the right.
 * @param {string[][]} rows
 */
export function align(rows) {
  const widths = rows.reduce((/** @type {number[]} */ known, row) => row.map((cell, i) => Math.max(cell.length, known[i] ?? 0)), []);
  return rows.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i] + 2))).join('').trimEnd()).join('\n');
}

/** @param {Digest} digest */
export function report({ names, rounds, browser, bytes, rows, hops, timeline, cycles, targets }) {
  const parts = [];
  const table = rows.map((row) => [`${row.label}, ${row.delay} ms`, ...names.map((name) => cellText(row.cells[name]))]);
  const loads = Object.keys(bytes).length ? [['cold load, bytes (gzip)', ...names.map((name) => String(bytes[name].gzip))]] : [];
  const slopes = Object.values(hops).some((value) => !Number.isNaN(value)) ? [['hops', ...names.map((name) => hops[name].toFixed(2))]] : [];
  const ends = Object.keys(cycles).length ? cycleRows(names, cycles) : [];
  const all = [...loads, ...table, ...slopes, ...ends];
  if (all.length) parts.push(align([['', ...names], ...all]));
  parts.push(`ms: median (least–most) of ${rounds} rounds, ✗: rounds that came to nothing. ${browser}.`);
  if (Object.keys(timeline).length) {
    const line = (/** @type {string} */ name, /** @type {string} */ side, /** @type {Record<string, number>} */ steps) => [
      `${name}, ${side}`,
      ...STEPS.map((step) => (steps[step] === undefined ? '·' : String(steps[step]))),
    ];
    const lines = names.flatMap((name) => [line(name, 'who clicked', timeline[name].comes), line(name, 'who waited', timeline[name].stays)]);
    parts.push(align([['timeline at 100 ms', ...STEPS], ...lines]));
  }
  if (targets.length) parts.push(align(targets.map(({ label, value, met }) => [label, value, met ? 'met' : 'missed'])));
  return parts.join('\n\n');
}

/**
 * @param {string[]} names
 * @param {Cycles} cycles
 */
function cycleRows(names, cycles) {
  const cells = (/** @type {(cycle: any) => string} */ of) => names.map((name) => (cycles[name].failure ? 'failed' : of(cycles[name])));
  const number = (/** @type {number | null} */ value) => (value === null ? 'n/a' : String(value));
  return [
    ['joins and leaves that worked', ...cells(({ succeeded, count, canLeave }) => `${succeeded} of ${count}${canLeave ? '' : ' (reloads)'}`)],
    ['connections left open, came/stayed', ...cells(({ open }) => `${open.comes}/${open.stays}`)],
    ['heap a cycle, bytes, came/stayed', ...cells(({ heapPerCycle }) => `${number(heapPerCycle.comes)}/${number(heapPerCycle.stays)}`)],
  ];
}
