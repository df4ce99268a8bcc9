// What a slow phone does with 600 articles: main thread at the start, a first tap, typing a search, scrolling, memory.
//
// usage: BANTIN_BIN=… BANTIN_ASSETS=… node phone.mjs --items FILE.jsonl --budget budget.toml [--runs 5]
// The CPU is slowed six times; times are of the main thread's own tasks, as the browser traces them.
import fs from 'node:fs';
import path from 'node:path';
import { CACHE_DB, browser, phone, rows, serve, settle, sleep, synced, until } from '../e2e/lib.mjs';
import { arg, atMost, budget, end } from './judge.mjs';

const SLOWER = 6;
const runs = +arg('runs', '5');
const items = fs.readFileSync(path.resolve(arg('items')), 'utf8').trim().split('\n').map(line => JSON.parse(line));
const server = await serve({ items });
const chrome = await browser(['--enable-precise-memory-info']);
const context = await phone(chrome);
// What the bench wants to know of a page: when the program's first byte came, when it was ready, its memory.
await context.addInitScript(() => {
  const { fetch, WebAssembly } = window;
  window.fetch = async (...args) => {
    const answer = await fetch(...args);
    if (/\.wasm$/.test(answer.url)) performance.mark('bench-wasm');
    return answer;
  };
  const stream = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (...args) => {
    const done = await stream.apply(WebAssembly, args);
    window.benchMemory = Object.values(done.instance.exports).find(one => one instanceof WebAssembly.Memory);
    return done;
  };
  new MutationObserver((_, self) => {
    if (document.documentElement.dataset.shell !== 'ready') return;
    performance.mark('bench-ready');
    self.disconnect();
  }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-shell'] });
});

let page = await context.newPage();
await settle(page, server.url);
await synced(page, items.length, 20);
await page.goto(server.url);
await page.waitForFunction(() => document.documentElement.dataset.shell === 'ready');
// The picture of the home page is taken when the reader leaves.
await sleep(3000);

/** Traces what `work` does; gives every task of the page's main thread and the page's marks, in ms. */
async function traced(page, work) {
  const client = await context.newCDPSession(page);
  await client.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const events = [];
  client.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await client.send('Tracing.start', { transferMode: 'ReportEvents', categories: 'disabled-by-default-devtools.timeline,toplevel,blink.user_timing' });
  const result = await work();
  const over = new Promise(done => client.once('Tracing.tracingComplete', done));
  await client.send('Tracing.end');
  await over;
  await client.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await client.detach();
  const marks = Object.fromEntries(events.filter(({ name }) => name.startsWith('bench-')).map(({ name, ts, tid, pid }) => [name, { at: ts / 1000, tid, pid }]));
  const { tid, pid } = Object.values(marks)[0] ?? {};
  const tasks = events.filter(event => event.name === 'RunTask' && event.tid === tid && event.pid === pid && event.dur)
    .map(({ ts, dur }) => ({ at: ts / 1000, ms: dur / 1000 }));
  return { result, tasks, at: name => marks[name]?.at };
}
const between = (tasks, from, to) => tasks.filter(task => task.at >= from && task.at < to);
const longest = tasks => Math.max(0, ...tasks.map(task => task.ms));
const sum = tasks => tasks.reduce((all, task) => all + task.ms, 0);
const sorted = values => [...values].sort((a, b) => a - b);
const median = values => sorted(values)[values.length >> 1];
const list = values => values.map(Math.round).join(' ');
const mark = name => page.evaluate(name => { performance.mark(name); }, name);

const speed = budget('speed'), memory = budget('memory');

// Start, untouched: the program's share of the main thread.
const ready = [], before = [];
for (let run = 0; run < runs; run++) {
  await page.close();
  page = await context.newPage();
  const { tasks, at } = await traced(page, async () => {
    await page.goto(server.url, { waitUntil: 'commit' });
    await page.waitForFunction(() => document.documentElement.dataset.shell === 'ready');
  });
  const start = between(tasks, at('bench-wasm'), at('bench-ready'));
  ready.push(sum(start));
  before.push(longest(start));
  await sleep(1000);
}
atMost('main thread from first byte of the program to ready, ms', median(ready), speed.wasm_ready_ms, `runs ${list(ready)}, longest tasks ${list(before)}`);

// A tap on the lead item as soon as its headline stands there.
const first = [];
for (let run = 0; run < runs; run++) {
  await page.close();
  page = await context.newPage();
  await page.addInitScript(() => {
    new MutationObserver((_, self) => {
      const lead = document.querySelector('#page a[data-lead]');
      if (!lead) return;
      self.disconnect();
      requestAnimationFrame(() => setTimeout(() => {
        performance.mark('bench-tap');
        lead.click();
        requestAnimationFrame(() => setTimeout(() => { if (document.querySelector('article .bd')) performance.mark('bench-served'); }));
      }));
    }).observe(document, { childList: true, subtree: true });
  });
  const { tasks, at } = await traced(page, async () => {
    await page.goto(server.url, { waitUntil: 'commit' });
    await page.locator('article .bd').waitFor();
    await page.waitForFunction(() => document.documentElement.dataset.shell === 'ready');
  });
  first.push(at('bench-served') ? longest(between(tasks, -Infinity, at('bench-served'))) : NaN);
  await sleep(1000);
}
atMost('longest task before the first tap is served, ms', median(first), speed.first_long_task_ms, `runs ${list(first)}`);

// Everything on the phone; then searching, scrolling, memory.
await page.goto(`${server.url}/trong-may`);
await page.locator('[data-act=fetch-all]').click();
await until('every text is on the phone', async () => (await rows(page, CACHE_DB, 'bodies')).length >= items.length, 120000);
await page.goto(`${server.url}/tim`);
await page.waitForFunction(() => document.documentElement.dataset.shell === 'ready');
// The index is built in an idle moment.
await sleep(15000);
const typed = [];
await page.evaluate(() => {
  window.benchKeys = [];
  const input = document.querySelector('input[name=q]');
  input.addEventListener('keydown', event => {
    const pressed = event.timeStamp;
    new MutationObserver((_, self) => {
      self.disconnect();
      requestAnimationFrame(() => setTimeout(() => window.benchKeys.push(performance.now() - pressed)));
    }).observe(document.querySelector('main'), { childList: true, subtree: true, characterData: true });
  });
  input.focus();
});
const client = await context.newCDPSession(page);
await client.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
for (const query of ['bao lu', 'hoc sinh', 'benh vien']) {
  for (const letter of query) {
    await page.keyboard.press(letter === ' ' ? 'Space' : letter);
    await sleep(700);
  }
  await page.evaluate(() => { document.querySelector('input[name=q]').value = ''; });
}
typed.push(...(await page.evaluate(() => window.benchKeys)));
await client.send('Emulation.setCPUThrottlingRate', { rate: 1 });
atMost('search, from key to results, ms', typed.length > 10 ? sorted(typed)[Math.floor(typed.length * 0.95)] : NaN, speed.search_ms, `95th of ${typed.length}, median ${Math.round(median(typed))}`);

await page.goto(server.url);
await page.waitForFunction(() => document.documentElement.dataset.shell === 'ready');
const topic = await page.evaluate(() => [...document.querySelectorAll('a[href^="/chu-de/"]')].map(a => a.href)[0]);
console.log(topic);
