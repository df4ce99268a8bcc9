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
    window.benchSeen?.('ready');
  }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-shell'] });
});

let page = await context.newPage();
await settle(page, server.url);
await synced(page, items.length, 20);
await page.goto(server.url);
await page.waitForFunction(() => document.documentElement.dataset.shell === 'ready');
// The picture of the home page is taken when the reader leaves.
await sleep(3000);

/** Traces what `work` does; gives tasks of the page's main thread, calls into script, and the page's marks, in ms. */
async function traced(page, work) {
  const client = await context.newCDPSession(page);
  await client.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const events = [];
  client.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await client.send('Tracing.start', { transferMode: 'ReportEvents', categories: 'devtools.timeline,disabled-by-default-devtools.timeline,blink.user_timing,v8' });
  await work();
  const over = new Promise(done => client.once('Tracing.tracingComplete', done));
  await client.send('Tracing.end');
  await over;
  await client.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await client.detach();
  const marks = Object.fromEntries(events.filter(({ name }) => name.startsWith('bench-')).map(({ name, ts, tid, pid }) => [name, { at: ts / 1000, tid, pid }]));
  const { tid, pid } = Object.values(marks)[0] ?? {};
  const ours = name => events.filter(event => event.name === name && event.tid === tid && event.pid === pid && event.dur)
    .map(({ ts, dur }) => ({ at: ts / 1000, ms: dur / 1000 }));
  // Calls within calls count once.
  let over_at = 0;
  const script = ours('v8.callFunction').sort((a, b) => a.at - b.at).filter(({ at, ms }) => at >= over_at && (over_at = at + ms));
  return { tasks: ours('RunTask'), script, at: name => marks[name]?.at };
}
/** Resolves when the page says so itself: what looks in from outside brings a script of its own, which would be measured too. */
async function seen(page, what) {
  let done;
  const over = new Promise(ok => (done = ok));
  await page.exposeFunction('benchSeen', told => { if (told === what) done(); });
  return () => Promise.race([over, sleep(30000).then(() => { throw new Error(`${what} was not seen`); })]);
}
const between = (tasks, from, to) => tasks.filter(task => task.at >= from && task.at < to);
const longest = tasks => Math.max(0, ...tasks.map(task => task.ms));
const sum = tasks => tasks.reduce((all, task) => all + task.ms, 0);
const sorted = values => [...values].sort((a, b) => a - b);
const median = values => sorted(values)[values.length >> 1];
const list = values => values.map(Math.round).join(' ');

const speed = budget('speed'), memory = budget('memory');

// What any page costs here: a text file.
const bare = [];
for (let run = 0; run < runs; run++) {
  await page.close();
  page = await context.newPage();
  await page.addInitScript(() => addEventListener('load', () => setTimeout(() => {
    performance.mark('bench-bare');
    window.benchSeen('bare');
  })));
  const loaded = await seen(page, 'bare');
  const { tasks } = await traced(page, async () => {
    await page.goto(`${server.url}/robots.txt`, { waitUntil: 'commit' });
    await loaded();
  });
  bare.push(longest(tasks));
}
console.log(`for comparison, the longest task of a text file: ${Math.round(median(bare))} ms, runs ${list(bare)}`);

// Start, untouched: the program's share of the main thread. What the browser does meanwhile to lay out and paint the
// picture of the home page is no part of it, and is told beside it.
const ready = [], all = [];
for (let run = 0; run < runs; run++) {
  await page.close();
  page = await context.newPage();
  const stands = await seen(page, 'ready');
  const { tasks, script, at } = await traced(page, async () => {
    await page.goto(server.url, { waitUntil: 'commit' });
    await stands();
  });
  ready.push(sum(between(script, at('bench-wasm'), at('bench-ready'))));
  all.push(sum(between(tasks, at('bench-wasm'), at('bench-ready'))));
  await sleep(1000);
}
atMost('script from the first byte of the program to ready, ms', median(ready), speed.wasm_ready_ms, `runs ${list(ready)}; with layout and paint ${list(all)}`);

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
        requestAnimationFrame(() => setTimeout(() => { if (document.querySelector('article .bd')) performance.mark('bench-served'); window.benchSeen('tap'); }));
      }));
    }).observe(document, { childList: true, subtree: true });
  });
  const answered = await seen(page, 'tap');
  const { tasks, at } = await traced(page, async () => {
    await page.goto(server.url, { waitUntil: 'commit' });
    await answered();
  });
  await page.waitForFunction(() => document.documentElement.dataset.shell === 'ready');
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
      window.benchKeys.push(performance.now() - pressed);
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
atMost('search, from key to results in the page, ms', typed.length > 10 ? median(typed) : NaN, speed.search_ms, `95th of ${typed.length} ${Math.round(sorted(typed)[Math.floor(typed.length * 0.95)])}`);

const gauge = await context.newCDPSession(page);
await gauge.send('Performance.enable');
await gauge.send('HeapProfiler.collectGarbage');
const heap = (await gauge.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'JSHeapUsedSize').value;
const program = await page.evaluate(() => window.benchMemory.buffer.byteLength);
atMost('memory of the page, bytes', heap + program, memory.phone, `script ${heap}, program ${program}`);
await server.kill();

// All of them in one list, scrolled to its end.
const single = await serve({ items: items.map(item => ({ ...item, topic_guess: items[0].topic_guess })) });
await settle(page, single.url);
await synced(page, items.length, 20);
const [topic] = await page.evaluate(() => [...document.querySelectorAll('a[href^="/chu-de/"]')].map(a => a.href));
await page.goto(topic);
await page.waitForFunction(() => document.documentElement.dataset.shell === 'ready');
for (let more = page.locator('[data-act=more]'); await more.count(); ) {
  const had = await page.locator('.ls li').count();
  await more.click();
  await until('the list grows', async () => (await page.locator('.ls li').count()) > had);
}
const shown = await page.locator('.ls li').count();
await sleep(2000);
const scrolled = await traced(page, async () => {
  await page.evaluate(() => { performance.mark('bench-scroll'); });
  const gesture = await context.newCDPSession(page);
  for (let part = 0; part < 5; part++) await gesture.send('Input.synthesizeScrollGesture', { x: 180, y: 600, yDistance: -8000, speed: 6000 });
});
atMost(`longest task while ${shown} cards scroll, ms`, shown >= items.length ? longest(scrolled.tasks) : NaN, speed.scroll_long_task_ms);

await chrome.close();
await single.kill();
end();
