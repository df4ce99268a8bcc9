// What the benches share: their arguments, the ceilings of tests/budget.toml, and the verdict that fails a run.
import fs from 'node:fs';

export const arg = (name, fallback) => {
  const at = process.argv.indexOf('--' + name);
  return at < 0 ? fallback : process.argv[at + 1];
};

/** Figures of one section, by name. */
export const budget = section => Object.fromEntries(
  [...fs.readFileSync(arg('budget') || new URL('../budget.toml', import.meta.url), 'utf8').split(`\n[${section}]`)[1].split('\n[')[0].matchAll(/^(\w+) = ([\d_.]+)/gm)]
    .map(([, name, value]) => [name, +value.replaceAll('_', '')]));

let missed = 0;
const verdict = (ok, what, value, bound, more) => {
  if (!ok) missed++;
  const shown = !Number.isFinite(value) ? '–' : Math.abs(value) > 100 ? Math.round(value) : value.toFixed(2);
  console.log(`${ok ? 'holds ' : 'MISSED'}  ${what}: ${shown} (${bound})${more ? `; ${more}` : ''}`);
};
/** A figure that was not found misses its bound. */
export const atMost = (what, value, most, more) => verdict(value <= most, what, value, `at most ${most}`, more);
export const atLeast = (what, value, least, more) => verdict(value >= least, what, value, `at least ${least}`, more);

/** Ends the run: with a failure where a figure was missed. */
export function end() {
  console.log(missed === 0 ? 'every figure holds' : `${missed} figures missed`);
  process.exit(missed ? 1 : 0);
}
