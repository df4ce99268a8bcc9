// What the stories share: the real server as a process, a link in front of it that can fail, releases made from the
// built one, and Chromium with a profile that outlives a restart.
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { chromium } from 'playwright-core';

const need = name => {
  if (!process.env[name]) throw new Error(`${name} is not set: start the stories with \`cargo xtask test\``);
  return path.resolve(process.env[name]);
};
export const BIN = need('BANTIN_BIN');
export const ASSETS = need('BANTIN_ASSETS');
const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';

export const sleep = ms => new Promise(done => setTimeout(done, ms));

/** What comes of `work`; a page that hangs never answers. */
function within(ms, work) {
  let timer;
  const over = new Promise((done, fail) => { timer = setTimeout(fail, ms, new Error('no answer')); });
  return Promise.race([work, over]).finally(() => clearTimeout(timer));
}

/** Waits until `probe` gives something; the last word of an error is what it waited for. */
export async function until(what, probe, ms = 30000) {
  const end = Date.now() + ms;
  for (let last; ; await sleep(100)) {
    try {
      const found = await within(end + 5000 - Date.now(), probe());
      if (found) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}${last ? ` (${last.message})` : ''}`);
  }
}

const litter = [];
export function temp(name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `bantin-${name}-`));
  litter.push(folder);
  return folder;
}
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of litter) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

// Chromium outlives its `close()` now and then, once in some hundred times, and node would wait for it for ever.
after(() => {
  setTimeout(() => {
    for (const pid of fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean)) process.kill(+pid, 'SIGKILL');
  }, 15000).unref();
});

/** A port below those that outgoing connections are given: none of them takes it while the server is closed. */
async function freePort() {
  for (;;) {
    const port = 20000 + crypto.randomInt(12000);
    const free = await new Promise(done => {
      const server = net.createServer().once('error', () => done(false)).listen(port, () => server.close(() => done(true)));
    });
    if (free) return port;
  }
}

/** The server: `sample` content by default, or the JSON Lines of `items`, with `media` of the sample beside them. */
export async function serve({ assets = ASSETS, data = temp('data'), port, sample = true, items, media = [] } = {}) {
  const bring = lines => {
    const folder = temp('items');
    const file = path.join(folder, 'items.jsonl');
    for (const name of media) fs.copyFileSync(new URL(`../../instance/hue/media/${name}`, import.meta.url), path.join(folder, name));
    fs.writeFileSync(file, lines.map(item => JSON.stringify(item)).join('\n') + '\n');
    const done = spawnSync(BIN, ['import', file, '--data', data], { encoding: 'utf8' });
    // All of them: a test that believes of a line that it went in would prove nothing.
    if (done.status !== 0 || !done.stdout.includes(', 0 lỗi')) throw new Error(`import: ${done.stdout}${done.stderr}`);
  };
  if (items) bring(items);
  // Compressing the program takes a debug build of the server half a minute: once for all stories.
  if (!fs.existsSync(path.join(data, 'cache'))) {
    const shared = path.join(os.tmpdir(), 'bantin-e2e-compressed');
    fs.mkdirSync(shared, { recursive: true });
    fs.mkdirSync(data, { recursive: true });
    fs.symlinkSync(shared, path.join(data, 'cache'));
  }
  port ??= await freePort();
  let child;
  const server = {
    port,
    data,
    url: `http://localhost:${port}`,
    async start(release = assets) {
      const args = ['serve', '--port', String(port), '--data', data, '--assets', release, ...(sample && !items ? [] : ['--no-sample'])];
      const running = child = spawn(BIN, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      children.add(running);
      let said = '';
      running.stderr.on('data', bytes => { said = (said + bytes).slice(-2000); });
      await until('the server answers', async () => {
        if (running.exitCode !== null) throw new Error(`it ended with ${running.exitCode}: ${said}`);
        return (await fetch(`${server.url}/healthz`)).ok;
      }, 60000);
      return server;
    },
    /** As a power cut would. */
    async kill() {
      const running = child;
      child = undefined;
      // Killed a second time it would never be gone once more.
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const gone = new Promise(done => running.once('exit', done));
      running.kill('SIGKILL');
      await gone;
      children.delete(running);
    },
    import: bring,
  };
  return server.start();
}

/**
 * A link that fails on request. `rule(path, request)` says for each request: nothing (pass), 'refuse', `{ cut: bytes }`: the
 * connection ends there, or `after` so many ms, `{ status, headers, body }` instead of the answer, `{ mangle: body => body }`,
 * `{ bare: true }`: as a proxy that lets no encoding pass, or `{ wait: ms }`: the answer comes, but so late. A rule that is still to
 * be known holds its request. `seen` lists every request, `open` counts those that are not answered yet, `answers` has what came
 * through whole, `cuts` what was cut: path, headers of request and answer, and bytes of the body that passed.
 */
export async function link(target) {
  const sockets = new Set();
  const self = { rule: () => undefined, seen: [], answers: [], cuts: [], open: 0, port: await freePort() };
  self.url = `http://localhost:${self.port}`;
  // A connection for each request: none that was kept is found closed by a server that was killed meanwhile.
  const agent = new http.Agent();
  const server = http.createServer(async (request, response) => {
    const path = request.url;
    const ruled = self.rule(path, request);
    self.seen.push(path);
    self.open++;
    response.on('close', () => self.open--);
    let rule;
    try { rule = await ruled; } catch { return request.socket.destroy(); }
    if (rule?.wait) await sleep(rule.wait);
    if (rule === 'refuse') return request.socket.destroy();
    if (rule?.status) {
      response.writeHead(rule.status, rule.headers);
      return response.end(rule.body);
    }
    const headers = { ...request.headers };
    if (rule?.mangle || rule?.bare) headers['accept-encoding'] = 'identity';
    const through = http.request({ host: '127.0.0.1', port: target.port, path, method: request.method, headers, agent }, answer => {
      if (rule?.mangle) {
        const parts = [];
        answer.on('data', part => parts.push(part)).on('end', () => {
          const body = rule.mangle(Buffer.concat(parts));
          response.writeHead(answer.statusCode, { ...answer.headers, 'content-length': body.length });
          response.end(body);
        });
      } else if (rule?.cut !== undefined) {
        response.writeHead(answer.statusCode, answer.headers);
        response.flushHeaders();
        let left = rule.cut;
        answer.on('data', part => {
          const some = part.subarray(0, left);
          left -= some.length;
          if (some.length) response.write(some);
        }).on('end', () => {
          const bytes = rule.cut - left, came = { path, asked: headers, status: answer.statusCode, headers: answer.headers, bytes };
          if (left > 0) return response.end(() => self.answers.push(came));
          self.cuts.push(came);
          // The bytes that pass do so before the end comes.
          setTimeout(() => request.socket.destroySoon(), rule.after || 0);
        });
      } else {
        response.writeHead(answer.statusCode, answer.headers);
        let bytes = 0;
        answer.on('data', part => { bytes += part.length; });
        answer.on('end', () => self.answers.push({ path, asked: headers, status: answer.statusCode, headers: answer.headers, bytes }));
        answer.pipe(response);
      }
    });
    through.on('error', () => request.socket.destroy());
    request.pipe(through);
  });
  server.keepAliveTimeout = 1000;
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  self.up = () => new Promise(done => server.listen(self.port, done));
  /** TCP refused, as with no network at all. */
  self.down = () => new Promise(done => {
    server.close(done);
    for (const socket of sockets) socket.destroy();
  });
  await self.up();
  return self;
}

/** Bytes of answers to sync that came over this line, with what their headers weigh. */
export const wire = line => line.answers.filter(({ path }) => /^\/(sync|api)\//.test(path)).reduce((sum, { bytes }) => sum + bytes + 300, 0);

/** Instead of the answer, what a Wi-Fi that wants a login sends. */
export const portal = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html><title>Wi-Fi</title><h1>Mời đăng nhập Wi-Fi</h1>',
};

/** The parts in which a program travels, by its address (xtask/src/pack.rs). */
export const packed = wasm => [1, 2, 3, 4].map(n => wasm.replace(/wasm$/, 'w' + n));

/** The parts of a program that only became longer: its size at the front, what is new at the end. */
function grown([first, ...parts], plain, body) {
  const size = value => (value > 127 ? [value & 127 | 128, ...size(value >> 7)] : [value]);
  const last = Buffer.concat([parts.pop(), body.subarray(plain.length)]);
  return [Buffer.concat([Buffer.from(size(body.length)), first.subarray(size(plain.length).length)]), ...parts, last];
}

/** The built release with some files changed, and `program`, its WASM: what the next deployment would be. */
export function release(changes = {}, program) {
  const folder = temp('release');
  fs.cpSync(ASSETS, folder, { recursive: true });
  const worker = path.join(folder, 'sw.js');
  let code = fs.readFileSync(worker, 'utf8');
  const [json] = /\[\["\/.*?\]\]/.exec(code);
  const list = JSON.parse(json);
  for (const [name, change] of Object.entries(changes)) {
    const file = path.join(folder, name === 'app-shell' ? 'index.html' : name);
    const body = change(fs.readFileSync(file, 'utf8'));
    fs.writeFileSync(file, body);
    const entry = list.find(([url]) => url === `/${name}`);
    if (entry) [entry[1], entry[2]] = [sha(body).slice(0, entry[1].length), body.length];
  }
  const facts = path.join(folder, 'release.json');
  const told = JSON.parse(fs.readFileSync(facts, 'utf8'));
  if (program) {
    // Another name, as the build gives it, and the shell that names it.
    const old = told.app.wasm;
    const body = program(fs.readFileSync(path.join(folder, old)));
    told.app.wasm = `/app-${sha(body).slice(0, 16)}_bg.wasm`;
    const plain = fs.readFileSync(path.join(folder, old));
    const parts = grown(packed(old).map(name => fs.readFileSync(path.join(folder, name))), plain, body);
    for (const name of [old, ...packed(old)]) fs.rmSync(path.join(folder, name));
    fs.writeFileSync(path.join(folder, told.app.wasm), body);
    packed(told.app.wasm).forEach((name, at) => fs.writeFileSync(path.join(folder, name), parts[at]));
    const shell = path.join(folder, 'index.html');
    fs.writeFileSync(shell, fs.readFileSync(shell, 'utf8').replaceAll(old, told.app.wasm));
    for (const entry of list) {
      if (entry[0] === old) entry.splice(0, 3, told.app.wasm, sha(body).slice(0, 16), body.length);
      if (entry[0] === '/app-shell') entry[1] = sha(fs.readFileSync(shell)).slice(0, 16);
    }
  }
  const version = program || Object.keys(changes).length ? sha(JSON.stringify(list)).slice(0, 16) : told.version;
  code = code.replace(json, JSON.stringify(list)).replaceAll(told.version, version);
  fs.writeFileSync(worker, code);
  fs.writeFileSync(facts, JSON.stringify({ ...told, version }));
  return { folder, version, list };
}
export const sha = body => crypto.createHash('sha256').update(body).digest('hex');
export const version = folder => JSON.parse(fs.readFileSync(path.join(folder, 'release.json'), 'utf8')).version;

// The browser's own background services off: no request that is not ours.
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' };

/** A browser that dies while it starts, as Chromium now and then does, is started again: no story has begun by then. */
async function begun(start) {
  for (let tries = 1; ; tries++) {
    try { return await start(); } catch (cause) { if (tries === 3) throw cause; }
  }
}
/** Chromium without a memory, for many pages. */
export const browser = (flags = []) => begun(() => chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...flags], headless: true }));
export const phone = (open, options = {}) => open.newContext({ ...PHONE, ...options });

/** Does `work(page, path)` for every path, in three tabs at a time: as many as the two cores of a small machine take. */
export async function each(context, paths, work) {
  const queue = [...paths];
  await Promise.all([1, 2, 3].map(async () => {
    const page = await context.newPage();
    for (let path; (path = queue.shift());) await work(page, path);
    await page.close();
  }));
}

/** Chromium whose profile stays: close it and open it again, as a phone that was restarted. */
export async function profile(flags = []) {
  const folder = temp('profile');
  const self = {
    async open(options = {}) {
      const context = await begun(() => chromium.launchPersistentContext(folder, { executablePath: CHROMIUM, args: [...FLAGS, ...flags], headless: true, ...PHONE, ...options }));
      return context;
    },
  };
  return self;
}

/** Asks the worker that controls this page. */
export const askWorker = (page, message) => page.evaluate(message => new Promise((done, fail) => {
  // One that is replaced in this moment never answers.
  setTimeout(fail, 10000, new Error('the worker does not answer'));
  const channel = new MessageChannel();
  channel.port1.onmessage = event => done(event.data);
  const worker = navigator.serviceWorker.controller;
  if (!worker) return fail(new Error('no worker controls this page'));
  worker.postMessage(message, [channel.port2]);
}), message);

/** First visit: until the release is whole and the program has filled the phone from the server. */
export async function settle(page, url) {
  await page.goto(url);
  await until('the worker controls the page', () => page.evaluate(() => !!navigator.serviceWorker.controller), 60000);
  await until('the release is complete', async () => (await askWorker(page, { type: 'status' })).complete, 60000);
}

/** Keys of a store of the phone's database. */
export const rows = (page, database, store) => page.evaluate(async ([database, store]) => new Promise(async (done, fail) => {
  // Opening makes a database where none is: not ours to do.
  if (!(await indexedDB.databases()).some(db => db.name === database)) return done([]);
  const open = indexedDB.open(database);
  open.onerror = () => fail(open.error);
  open.onsuccess = () => {
    const db = open.result;
    if (![...db.objectStoreNames].includes(store)) { db.close(); return done([]); }
    const all = db.transaction(store).objectStore(store).getAllKeys();
    all.onsuccess = () => { db.close(); done(all.result.map(String)); };
    all.onerror = () => { db.close(); fail(all.error); };
  };
}), [database, store]);

/** All that a store of the phone's database holds, in an order of its own, as text. */
export const content = (page, database, store) => page.evaluate(([database, store]) => new Promise((done, fail) => {
  const open = indexedDB.open(database);
  open.onerror = () => fail(open.error);
  open.onsuccess = () => {
    const all = open.result.transaction(store).objectStore(store).getAll();
    all.onsuccess = () => { open.result.close(); done(JSON.stringify(all.result.map(value => (ArrayBuffer.isView(value) ? [...value] : value)))); };
    all.onerror = () => { open.result.close(); fail(all.error); };
  };
}), [database, store]);

export const CACHE_DB = 'bantin-cache-1';
export const KEEP_DB = 'bantin-keep';

/** Does what changes a setting, and waits until the phone has written it down: the screen does not wait for that. */
export async function setting(page, change) {
  const before = await content(page, KEEP_DB, 'settings');
  await change();
  await until('the setting is kept', async () => (await content(page, KEEP_DB, 'settings')) !== before);
}
/** Chooses one of several in the settings. */
export async function choose(page, name, value) {
  const input = page.locator(`input[name=${name}][value="${value}"]`);
  await input.waitFor();
  if (!(await input.isChecked())) await setting(page, () => input.check());
}

/** Comes to a page, again and again, until `probe` holds there. Each visit gets its time: the next one ends what it is at. */
export const visited = (what, come, probe, ms = 90000) => until(what, async () => {
  await come();
  return until(what, probe, 8000);
}, ms);
/** Until the worker keeps this page of the server. */
export const kept = (page, path) => until(`${path} is kept`, () => page.evaluate(async path =>
  (await (await caches.open('bt-pages')).keys()).some(request => new URL(request.url).pathname === path), path));
/** Until the script of the page's buttons has run, which comes late in both editions. */
export async function booted(page) {
  await page.waitForFunction(() => performance.getEntriesByName(`${location.origin}/boot.js`).length);
  // It is here, and first in line.
  await page.evaluate(() => new Promise(done => requestIdleCallback(() => done())));
}

/** Until the phone holds `cards` cards and their bodies: the newest come with the first visit, the rest with the next. */
export async function synced(page, cards, bodies = cards) {
  const have = async (store, ms) => {
    const wanted = store === 'bodies' ? bodies : cards;
    await until(`${wanted} ${store} on the phone`, async () => (await rows(page, CACHE_DB, store)).length >= wanted, ms);
  };
  await have('cards', 60000);
  await have('bodies', 5000).catch(async () => {
    await page.reload();
    await have('bodies', 60000);
  });
}

/** Visible text of the main part, without what belongs to one edition. */
export const mainText = page => page.evaluate(() => {
  const main = document.querySelector('main').cloneNode(true);
  for (const extra of main.querySelectorAll('[data-edition],script,style,template,svg')) extra.remove();
  // Blocks end lines; a clone has no layout to tell.
  for (const block of main.querySelectorAll('h1,h2,h3,p,li,dt,dd,td,th,section,div,article,figure,label,option,legend,summary,br')) block.append('\n');
  return main.textContent.split('\n').map(line => line.replace(/\s+/g, ' ').trim()).filter(Boolean).join('\n');
});

export const shown = page => page.evaluate(() => document.documentElement.hasAttribute('data-shell') ? 'app' : 'html');

/** Does `work` on a page; a failure says how the page stood, for faults that come once in a hundred runs. */
async function witnessed(page, work) {
  try {
    return await work();
  } catch (cause) {
    const soon = word => within(3000, word).catch(error => error.message);
    const scene = await soon(page.evaluate(() => ({
      at: location.href, state: document.readyState, shell: document.documentElement.dataset.shell, main: document.querySelector('main')?.innerText.slice(0, 80),
      files: performance.getEntriesByType('resource').map(file => `${file.name} ${Math.round(file.startTime)}–${Math.round(file.responseEnd)}`),
    })));
    const worker = await soon(askWorker(page, { type: 'status' }));
    cause.message += `\n${JSON.stringify({ scene, worker, load: os.loadavg(), free: os.freemem() })}`;
    throw cause;
  }
}

/** Until the shell's program stands in the page: not the picture that the one before left. */
export const started = page => witnessed(page, () => until('the program has started', () => page.evaluate(() =>
  document.documentElement.dataset.shell === 'ready' && !!document.querySelector('main h1, main h2')), 60000));

/** A page of the app, or of the server where the phone has no app. */
export async function open(page, address, edition = 'app') {
  await witnessed(page, () => page.goto(address));
  if (edition === 'app') await started(page);
}

/** A phone that has the whole app and the texts of all items. */
export async function furnished(chrome, url, options = {}) {
  const context = await phone(chrome, options);
  context.setDefaultTimeout(30000);
  const page = await context.newPage();
  await settle(page, url);
  await synced(page, items(await addresses(url)).length, 40);
  await open(page, url);
  return { context, page };
}

/** What is said of an alert past its end of which nobody has said more. */
export const ENDED = 'Đã kết thúc, chưa có tin mới — chưa chắc đã an toàn';

/** How many sheets of paper, and whether each is A4. Print for a printer that holds Letter: then A4 is what our style asks for. */
export function sheet(pdf) {
  const text = pdf.toString('latin1');
  const boxes = [...text.matchAll(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/g)];
  return { count: text.match(/\/Type\s*\/Page\b(?!s)/g).length, a4: boxes.length > 0 && boxes.every(([, w, h]) => Math.abs(w - 595) < 2 && Math.abs(h - 842) < 2) };
}
export const LETTER = { format: 'Letter', preferCSSPageSize: true };

/** Those addresses that are items. */
export const items = paths => paths.filter(path => /^\/(tin|canh-bao)\/./.test(path));
/** The address of the item whose title begins so. */
export async function find(url, slug) {
  const path = items(await addresses(url)).find(path => path.split('/')[2].startsWith(slug));
  if (!path) throw new Error(`no item ${slug}`);
  return path;
}

/**
 * As a full disk: every transaction that writes to what can be fetched again is broken off by the browser. The quota that its
 * tools set does not hold for databases. With `heals` there is room once a text was deleted; what only deletes always passes.
 */
export function fullDisk(heals) {
  const put = IDBObjectStore.prototype.put, commit = IDBTransaction.prototype.commit, full = new WeakSet();
  const { get } = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'error');
  const drop = IDBObjectStore.prototype.delete;
  let room = false;
  IDBObjectStore.prototype.delete = function (...given) {
    if (heals && this.name === 'bodies') this.transaction.addEventListener('complete', () => { room = true; });
    return drop.apply(this, given);
  };
  IDBObjectStore.prototype.put = function (...given) {
    const request = put.apply(this, given), change = this.transaction;
    if (!room && change.db.name.includes('cache') && !full.has(change)) {
      full.add(change);
      queueMicrotask(() => { try { change.abort(); } catch {} });
    }
    return request;
  };
  IDBTransaction.prototype.commit = function () { if (!full.has(this)) commit.call(this); };
  Object.defineProperty(IDBTransaction.prototype, 'error', { get() { return full.has(this) ? new DOMException('', 'QuotaExceededError') : get.call(this); } });
}

/** What WCAG 2.2 AA asks as far as a program can tell: to be evaluated in a page, and the rules for `axe.run`. */
export const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] };

/** Addresses of every page of the site, from its own map. */
export async function addresses(url) {
  const text = await (await fetch(`${url}/sitemap.xml`)).text();
  return [...text.matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, loc]) => new URL(loc.replaceAll('&amp;', '&')).pathname);
}

/** Vietnamese addresses by kind of page: those that stand still, the server's own, topics, places, items, alerts. */
export async function routes(url) {
  const all = await addresses(url);
  const pick = (start, except = '') => all.filter(p => p.startsWith(start) && !(except && p.startsWith(except)));
  const places = pick('/noi/', '/noi/cu/');
  const still = ['/', '/noi', '/canh-bao', '/tim', '/tim?q=lu+quet', '/tim?q=gio+lam+viec', '/tim?q=khongcogidau', '/cua-toi', '/trong-may', '/cai-dat'];
  // Pages of the server, in the app too.
  const own = ['/gioi-thieu', '/cai-ung-dung'];
  return { still, own, topics: pick('/chu-de/'), places, items: pick('/tin/'), alerts: pick('/canh-bao/') };
}

/** What "On this phone" says, by the name of each row; sizes in bytes. */
export async function facts(page) {
  const pairs = await page.locator('.fa > div').evaluateAll(rows => rows.map(row => [...row.children].map(e => e.textContent.trim())));
  const number = text => {
    const [, n, unit] = /^([\d,]+)(?: (B|KB|MB|GB))?$/.exec(text) || [];
    return n ? parseFloat(n.replace(',', '.')) * { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }[unit || 'B'] : text;
  };
  return Object.fromEntries(pairs.map(([name, value]) => [name, number(value)]));
}

/** The page, once it has measured. */
export async function measured(page, url) {
  await open(page, `${url}/trong-may`);
  await until('it has measured', async () => (await facts(page))['Số tin'] > 0);
  return facts(page);
}
