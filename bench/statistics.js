// @ts-check
// What a handful of measured values come to.

/** @typedef {{median: number, min: number, max: number, count: number}} Summary */

/**
 * @param {number[]} values at least one
 * @returns {Summary}
 */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median: Math.round(median), min: Math.round(sorted[0]), max: Math.round(sorted[sorted.length - 1]), count: values.length };
}

/**
 * How steep the straight line is that fits best (least squares).
 * @param {[x: number, y: number][]} points
 * @returns {number} NaN if fewer than two different x
 */
export function slope(points) {
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const rise = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return rise / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}
