// @ts-check
// The comparison as one small SVG: how long until both see each other, and what that time is made of. No script, no font of its own; it
// follows the reader's light or dark theme.

import { STEPS } from './report.js';

/** @typedef {import('./report.js').Digest} Digest */

const WIDTH = 760;
const LEFT = 110; // where bars begin
const RIGHT = 120; // what is kept free for the numbers behind them
const ROW = 20;
const BAR = 12;

const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #444c48 }
.title { font-weight: 600; fill: #1b211e } .small { font-size: 11px } .end { text-anchor: end }
.bar { fill: #a9b2ad } .duet { fill: #17806d } .range { stroke: #444c48; fill: none }
.s1 { fill: #c9a227 } .s2 { fill: #b9c2bd } .s3 { fill: #5b8db8 } .s4 { fill: #9b7fc0 } .s5 { fill: #d07a5a } .s6 { fill: #17806d }
@media (prefers-color-scheme: dark) {
  text { fill: #b7c1bc } .title { fill: #eef3f0 } .bar { fill: #68726d } .duet { fill: #3fb89f } .range { stroke: #b7c1bc }
  .s2 { fill: #78827d } .s6 { fill: #3fb89f }
}`;

const LEGEND = ['', 'camera and microphone', 'first message', 'both descriptions', 'ICE', 'DTLS', 'first frame'];

/** @param {Digest} digest */
export function picture({ names, rows, rounds, timeline }) {
  /** @type {string[]} */
  const parts = [];
  let y = 24;
  const say = (/** @type {string} */ text, /** @type {string} */ classes, x = 0) => parts.push(`<text class="${classes}" x="${x}" y="${y}">${escape(text)}</text>`);
  const clicks = rows.filter(({ scenario, measure }) => scenario === 'click' && measure === 'slower');

  if (clicks.length > 0) {
    say('From the second person’s click until both see each other', 'title');
    const scale = scaleTo(Math.max(1, ...clicks.flatMap(({ cells }) => names.map((name) => cells[name]?.summary?.max ?? 0))));
    for (const { delay, cells } of clicks) {
      y += 28;
      say(`${delay} ms one-way delay of signaling`, 'small');
      for (const name of names) {
        y += ROW;
        say(name, name === 'Duet' ? 'title end' : 'end', LEFT - 10);
        const value = cells[name]?.summary;
        if (!value) say('never', 'small', LEFT);
        else {
          const middle = y - 4.5;
          parts.push(
            `<rect class="${name === 'Duet' ? 'duet' : 'bar'}" x="${LEFT}" y="${y - 11}" width="${scale(value.median)}" height="${BAR}" rx="2"/>`,
            `<path class="range" d="M${LEFT + scale(value.min)} ${middle}H${LEFT + scale(value.max)}m0-3v6M${LEFT + scale(value.min)} ${middle - 3}v6"/>`,
          );
          say(`${value.median} ms`, 'small', LEFT + scale(value.max) + 8);
        }
      }
    }
    y += 44;
  }

  if (Object.keys(timeline).length > 0) {
    say('What the one who clicked waits for, at 100 ms', 'title');
    const scale = scaleTo(Math.max(1, ...names.map((name) => timeline[name].comes.frame ?? 0)));
    y += 8;
    for (const name of names) {
      y += ROW;
      say(name, name === 'Duet' ? 'title end' : 'end', LEFT - 10);
      for (const { step, from, to } of stretches(timeline[name].comes)) {
        parts.push(`<rect class="s${STEPS.indexOf(step)}" x="${LEFT + scale(from)}" y="${y - 11}" width="${round(scale(to) - scale(from))}" height="${BAR}"/>`);
      }
      say(`${timeline[name].comes.frame ?? 'never'} ms`, 'small', LEFT + scale(timeline[name].comes.frame ?? 0) + 8);
    }
    y += 26;
    let x = LEFT;
    for (const [index, text] of LEGEND.entries()) {
      if (!text) continue;
      parts.push(`<rect class="s${index}" x="${x}" y="${y - 9}" width="10" height="10"/>`);
      say(text, 'small', x + 14);
      x += 32 + text.length * 5.6;
    }
    y += 24;
  }

  say(`Medians of ${rounds} rounds on one machine; the thin line goes from the least to the most.`, 'small');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 12}" role="img" aria-label="Duet beside the others">
<style>${STYLE}</style>
${parts.join('\n')}
</svg>
`;
}

/** @param {number} most */
const scaleTo = (most) => (/** @type {number} */ value) => round((Math.max(0, value) / most) * (WIDTH - LEFT - RIGHT));

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/**
 * From step to step in the order in which they happened.
 * @param {Record<string, number>} steps
 */
export function stretches(steps) {
  const happened = STEPS.slice(1).filter((step) => steps[step] !== undefined).sort((a, b) => steps[a] - steps[b]);
  let from = 0;
  return happened.map((step) => {
    const stretch = { step, from, to: Math.max(from, steps[step]) };
    from = stretch.to;
    return stretch;
  });
}

/** @param {string} text */
const escape = (text) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
