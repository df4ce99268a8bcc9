// The service worker: keeps one whole release of the app on the phone, answers navigations with it, and steps aside
// whenever it cannot. No product logic, no state in globals (it may be stopped between any two events).

const VERSION = "VERSION";
/** What a phone keeps, filled in by the build: [address, first hex digits of its SHA-256, bytes on the wire]. */
const RELEASE = /*PRECACHE*/[];

const APP = 'bt-app-' + VERSION;
const PAGES = 'bt-pages';
/** The home page as the program last drew it, by address. */
const HOME = 'bt-home';
const MEDIA = 'bt-media';
const FLAGS = 'bt-flags';
const SHELL = '/app-shell';
const OFFLINE = '/ngoai-tuyen';
/** Registered as /sw.js?lite by phones that cannot run the program: they keep visited pages and nothing of the app. */
const LITE = location.search.includes('lite');
/** Pages that the program has no part in. */
const TOOL = /^(\/en)?\/(cay-goi|nhan-canh-bao|gioi-thieu|cai-ung-dung)$/;
/** What few readers use comes when they first open it, and with every release from then on. */
const TOOLS = [/^\/(cay-goi$|tree\.)/, /^\/(nhan-canh-bao$|alerts\.)/, /^\/en\.txt$/];
/** Pages of a release, as the server prints them for it: they have its name for a hash. */
const ALONE = ['/cay-goi', '/nhan-canh-bao'].map(url => [url, VERSION, 4500]);
/** The shell last: that it is here means that everything is. */
const FILES = LITE
  ? [...ALONE, [OFFLINE, VERSION, 4000], ...RELEASE.filter(([url]) => !/^\/app-/.test(url))]
  : ALONE.concat(RELEASE.filter(f => f[0] !== SHELL), RELEASE.filter(f => f[0] === SHELL));
const PATHS = new Map(FILES.map(f => [f[0], f]));
/** Addresses of `domain::route`. Of everything else (posters, API, feeds, files) only the server knows. */
const PAGE = /^(\/en)?\/?$|^(\/en)?\/(chu-de|noi|tin|canh-bao|tim|cua-toi|trong-may|cai-dat|ngoai-tuyen)(\/[^.]*)?(?<!\/(to-ro|loa))$/;
/** The desk stays between the browser and the server. */
const DESK = /^(\/en)?\/ban-lam-viec/;
const KEEP_PAGES = 30;
const KEEP_MEDIA = 200;
/** With an older copy at hand nobody waits longer than this for a newer one. */
const PATIENCE = 6000;
const KILL_CHECK = 6 * 3600e3;
/** A program that did not start is tried again after this. */
const DULL = 24 * 3600e3;

// ---- flags: small facts that outlive the worker

const flag = async name => (await caches.match('/bt-flag/' + name, { cacheName: FLAGS }))?.text();
const setFlag = async (name, value) => (await caches.open(FLAGS)).put('/bt-flag/' + name, new Response(String(value)));
/** That something happened now, and whether it did less than `ms` ago, or ahead: a clock that was wrong decides nothing. */
const mark = name => setFlag(name, Date.now());
const recently = async (name, ms) => Math.abs(Date.now() - (await flag(name))) < ms;
const dropFlag = async name => (await caches.open(FLAGS)).delete('/bt-flag/' + name);

// ---- the release

const releases = async () => (await caches.keys()).filter(name => name.startsWith('bt-app-'));
const hashOf = response => response?.headers.get('x-bt-hash');

/** Files of this release that belong on this phone. */
async function wanted() {
  const held = [];
  for (const name of await releases()) for (const { url } of await (await caches.open(name)).keys()) held.push(new URL(url).pathname);
  const unused = TOOLS.filter(tool => !held.some(path => tool.test(path)));
  return FILES.filter(([url]) => !unused.some(tool => tool.test(url)));
}

/** Files of this release that no release on the phone has. */
async function changed(except) {
  const held = [];
  for (const name of await releases()) if (name !== except) held.push(await caches.open(name));
  const missing = [];
  for (const file of await wanted()) {
    const copies = await Promise.all(held.map(cache => cache.match(file[0])));
    if (!copies.some(copy => hashOf(copy) === file[1])) missing.push(file);
  }
  return missing;
}
const bytes = files => files.reduce((sum, file) => sum + file[2], 0);
async function sha256(body) {
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', body))].map(b => b.toString(16).padStart(2, '0')).join('');
}

const WASM = 'application/wasm';

/*UNPACK*/

const ask = from => fetch(from, { cache: 'no-cache', redirect: 'error' });
const is = (response, type) => response.status === 200 && (response.headers.get('content-type') || '').includes(type);

/** One file, believed only if its bytes are those of the release: a Wi-Fi that asks for a login answers 200 to anything. */
async function fetchFile([url, hash]) {
  const type = url === SHELL || hash === VERSION ? 'text/html' : '';
  const whole = url.endsWith('.wasm') && (await program(url, hash));
  if (whole) return whole;
  // A proxy that alters bodies on the way often leaves addresses with a query alone.
  for (const from of [url, url + '?raw=1']) {
    const response = await ask(from);
    if (response.status !== 200 && from === url) throw new Error(url + ' ' + response.status);
    if (!is(response, type)) continue;
    const body = await response.arrayBuffer();
    if (hash === VERSION ? !response.headers.has('x-bantin') : !(await sha256(body)).startsWith(hash)) continue;
    const headers = new Headers(response.headers);
    // The body is decoded by now.
    for (const name of ['content-encoding', 'content-length', 'set-cookie', 'vary']) headers.delete(name);
    headers.set('x-bt-hash', hash);
    return new Response(body, { headers });
  }
  throw new Error('bad ' + url);
}

/** The program, put together from its form for the journey; each part is kept once it is here. Nothing where that fails. */
async function program(url, hash) {
  const own = await caches.open(APP);
  const names = [1, 2, 3, 4].map(n => url.replace(/wasm$/, 'w' + n)), parts = [];
  for (const name of names) {
    let part = await own.match(name);
    if (!part) {
      const response = await ask(name);
      if (!is(response, WASM)) break;
      part = new Response(await response.arrayBuffer());
      await own.put(name, part.clone());
    }
    parts.push(part);
  }
  try {
    const body = unpack(new Uint8Array(await new Blob(await Promise.all(parts.map(part => part.blob()))).arrayBuffer()));
    if ((await sha256(body)).startsWith(hash)) return new Response(body, { headers: { 'content-type': WASM, 'x-bt-hash': hash } });
  } catch {}
  // Not to be put together again.
  for (const name of names) await own.delete(name);
}

/** Brings this release to the phone, file by file, each stored at once: what was cut goes on where it ended. */
async function fill() {
  const own = await caches.open(APP);
  const older = [];
  for (const name of await releases()) if (name !== APP) older.push(await caches.open(name));
  for (const file of await wanted()) {
    if (hashOf(await own.match(file[0])) === file[1]) continue;
    let copy;
    for (const cache of older) {
      const held = await cache.match(file[0]);
      if (hashOf(held) === file[1]) copy = held;
    }
    await own.put(file[0], copy || (await fetchFile(file)));
  }
  for (const { url } of await own.keys()) if (/\.w\d$/.test(url)) await own.delete(url);
}

async function status() {
  const missing = [];
  for (const file of await wanted()) if (hashOf(await caches.match(file[0], { cacheName: APP })) !== file[1]) missing.push(file);
  const find = end => (RELEASE.find(([url]) => url.startsWith('/app-') && url.endsWith(end)) || [])[0];
  return {
    type: 'status', version: VERSION, complete: !missing.length, bytesMissing: bytes(missing), bytes: +(await flag('update')) || 0,
    waiting: !!registration.waiting, noWasm: await dull(), glue: find('.js'), wasm: find('_bg.wasm'),
  };
}

const wait = (ms, then) => new Promise(done => setTimeout(done, ms, then));
const windows = () => clients.matchAll({ type: 'window', includeUncontrolled: true });
addEventListener('install', event => {
  try {
    // Assets and data then never wake the worker. Only where the browser can.
    event.addRoutes?.([
      { condition: { urlPattern: new URLPattern({ pathname: '/app-*' }), requestMethod: 'get' }, source: { cacheName: APP } },
      { condition: { urlPattern: new URLPattern({ pathname: '/(sync|api)/*' }) }, source: 'network' },
    ])?.catch(() => {});
  } catch {}
  event.waitUntil(install());
});

async function install() {
  // On a first visit the page has looked already.
  const over = registration.active ? await killed() : false;
  if (over) throw new Error('withdrawn');
  // Who pays by the byte is asked first: the page shows the size, and a yes sets the flag and looks for the update again.
  if (registration.active && navigator.connection?.saveData && (await flag('fetch')) !== 'yes') {
    const size = bytes(await changed());
    for (const client of await windows()) client.postMessage({ type: 'update', version: VERSION, bytes: size });
    throw new Error('not yet');
  }
  await fill();
  await setFlag('update', bytes(await changed(APP)));
  await dropFlag('fetch');
  if (over === false) await mark('kill-check');
  // Nobody is reading with the old one: no reason to keep the new one waiting.
  if (!(await windows()).length) await skipWaiting();
}

addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await releases()) if (name !== APP) await caches.delete(name);
  // Drawn by the program of before.
  await caches.delete(HOME);
  await preload();
  await clients.claim();
})()));

/** Whether the program does not run here, as far as is known: one slow start is no reason to do without it for long. */
const dull = async () => LITE || (await recently('no-wasm', DULL));

/** Asking the server beside the worker's start pays only where pages come from there. */
async function preload() {
  await registration.navigationPreload?.[(await dull()) ? 'enable' : 'disable']();
}

addEventListener('message', event => {
  const { type } = event.data || {};
  const reply = message => (event.ports[0] || event.source)?.postMessage(message);
  const work = {
    status: async () => reply(await status()),
    activate: () => skipWaiting(),
    'fetch-app': async () => {
      await setFlag('fetch', 'yes');
      await dropFlag('no-wasm');
      try { await fill(); } finally { await preload(); reply(await status()); }
    },
    'no-wasm': async () => {
      // Without a network the pages of the server are out of reach too: then the next start tries the program again.
      const offline = await fetch(OFFLINE).catch(() => null);
      if (offline) {
        await mark('no-wasm');
        await (await caches.open(APP)).delete(SHELL);
        await preload();
      }
      reply({ type: 'no-wasm', pages: !!offline });
      if (offline) await keepPage(new Request(OFFLINE), offline);
    },
  }[type];
  if (work) event.waitUntil(Promise.resolve(work()).catch(() => {}));
});

// ---- answering

addEventListener('fetch', event => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  let answer;
  if (request.mode === 'navigate') {
    if (PATHS.has(url.pathname)) answer = alone(event, url.pathname);
    else if (DESK.test(url.pathname) || url.searchParams.has('html')) return;
    else answer = PAGE.test(url.pathname) || TOOL.test(url.pathname) ? page(event) : other(event);
  } else if (url.pathname.startsWith('/media/')) answer = media(event);
  else if (PATHS.has(url.pathname)) answer = asset(request, url.pathname);
  // Whatever goes wrong, the browser gets what it would have got without us.
  if (answer) event.respondWith(answer.catch(() => fetch(request)));
});

async function asset(request, path) {
  const held = await caches.match(path, { cacheName: APP });
  if (held || !TOOLS.some(tool => tool.test(path))) return held || fetch(request);
  const file = await fetchFile(PATHS.get(path));
  await (await caches.open(APP)).put(path, file.clone());
  return file;
}

/** A page that comes with the release, with its script. */
async function alone(event, path) {
  try {
    const answer = await asset(event.request, path);
    event.waitUntil(checkKill(event.resultingClientId));
    return answer;
  } catch {
    return page(event);
  }
}

async function page(event) {
  const { request } = event;
  const url = new URL(request.url);
  const shell = !LITE && (await caches.match(SHELL, { cacheName: APP }));
  event.waitUntil(checkKill(event.resultingClientId).then(over => shell || over || heal()));
  if (shell && !TOOL.test(url.pathname)) return pictured(shell, url).catch(() => shell);
  const pages = await caches.open(PAGES);
  const kept = (await pages.match(request, { ignoreVary: true })) || (await told(url));
  const fresh = (async () => {
    const response = (await event.preloadResponse) || (await fetch(request));
    event.waitUntil(keepPage(request, response.clone()).catch(() => {}));
    return response;
  })();
  const usable = fresh.then(response => (kept && response.status >= 500 ? kept : response));
  try {
    if (!kept) return await usable;
    return await Promise.race([usable, wait(PATIENCE, kept)]);
  } catch {
    if (kept || shell) return kept || lost(request);
    return (await caches.match(OFFLINE, { ignoreVary: true })) || Response.error();
  }
}

/** The page that says so, in the language of the address. */
const lost = ({ url }) => Response.redirect((url.includes('/en/') ? '/en' : '') + OFFLINE);

/** What only the server has. Without a network the reader hears so from us, and finds the way back to what is here. */
async function other(event) {
  try {
    return (await event.preloadResponse) || (await fetch(event.request));
  } catch (cause) {
    if (await caches.match(LITE ? OFFLINE : SHELL, { cacheName: APP })) return lost(event.request);
    throw cause;
  }
}

/** The shell with the home page already in it, while the clock says that nothing on it can have come to an end. */
async function pictured(shell, url) {
  const held = !url.search && (await caches.match(url.pathname, { cacheName: HOME }));
  const picture = held && (await held.text());
  const [, from, until] = /^<!--(\d+)-(\d+)-->/.exec(picture) || [];
  const now = Date.now() / 1000;
  if (!(from <= now && now < until)) return shell;
  const [before, after] = (await shell.clone().text()).split(/(?<=<div id="app">)[^]*(?=<\/div>\s*<div id="sorry")/);
  return new Response(before + picture + after, { headers: shell.headers });
}

/** The app was deleted (by a full phone, or because it did not start): bring it back, unless it is known not to run here. */
async function heal() {
  if (navigator.connection?.saveData || (await dull())) return;
  await fill().then(preload).catch(() => {});
}

/** Keeps a page to read again offline, if it truly is one of ours. */
async function keepPage(request, response) {
  // Withdrawn: nobody reads it any more.
  if (response.status === 410) return (await caches.open(PAGES)).delete(request);
  if (!is(response, 'text/html') || response.type !== 'basic' || response.redirected || !response.headers.has('x-bantin')) return;
  await keep(PAGES, request.url, response, KEEP_PAGES);
}

/** Puts, and lets the oldest go: one too many, or half of them when the phone is full. */
async function keep(name, url, response, most) {
  const cache = await caches.open(name);
  const spare = response.clone();
  const drop = async count => {
    for (const old of (await cache.keys()).slice(0, count)) await cache.delete(old);
  };
  try {
    await cache.put(url, response);
  } catch {
    await drop(Math.ceil((await cache.keys()).length / 2));
    await cache.put(url, spare).catch(() => {});
  }
  await drop(Math.max(0, (await cache.keys()).length - most));
}

async function media(event) {
  const { request } = event;
  const range = request.headers.get('range');
  const held = await (await caches.open(MEDIA)).match(request.url, { ignoreVary: true });
  if (held) return range ? slice(held, range) : held;
  // The middle of a file that is not here is the server's to answer.
  if (range && range !== 'bytes=0-') return fetch(request);
  const response = await fetch(request.url, { redirect: 'error' });
  if (response.status === 200 && /^(image|audio)\//.test(response.headers.get('content-type') || '')) {
    const copy = response.clone();
    // Read to its end first: a cut file must not be kept.
    event.waitUntil(copy.arrayBuffer().then(body => keep(MEDIA, request.url, new Response(body, { headers: plain(copy, body.byteLength) }), KEEP_MEDIA)).catch(() => {}));
  }
  return response;
}

/** The program counts kept files by what they say of their length. */
const plain = (response, length) => ({ 'content-type': response.headers.get('content-type'), 'content-length': length });
/** A part of a kept file, as audio players ask for it. */
async function slice(held, range) {
  const body = await held.arrayBuffer();
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(range) || [];
  if (from === undefined || !(from + to)) return new Response(body, { headers: plain(held, body.byteLength) });
  const start = from ? +from : Math.max(0, body.byteLength - to);
  const end = from && to ? Math.min(+to, body.byteLength - 1) : body.byteLength - 1;
  if (start > end) return new Response(null, { status: 416, headers: { 'content-range': `bytes */${body.byteLength}` } });
  const headers = { ...plain(held, end + 1 - start), 'content-range': `bytes ${start}-${end}/${body.byteLength}`, 'accept-ranges': 'bytes' };
  return new Response(body.slice(start, end + 1), { status: 206, headers });
}

importScripts('/sw-push.js');

// ---- withdrawing a release that went wrong

/** `undefined` if nobody answered, or not the server. */
async function killed() {
  try {
    const response = await fetch('/release.json', { cache: 'no-cache', redirect: 'error' });
    if (response.status === 200) return (await response.json()).kill === true;
  } catch {}
}

/** Asked for on any page, now and then; whether it is over. */
async function checkKill(page) {
  if (await recently('kill-check', KILL_CHECK)) return;
  const word = await killed();
  if (word === false) await mark('kill-check');
  if (word) await die(page);
  return word;
}

/** Leaves the phone as if there had been no worker; what the reader stored stays in IndexedDB. */
async function die(page) {
  // The page that woke us has to stand before it can be sent anywhere.
  await wait(1000);
  await Promise.race([clients.get(page), wait(9000)]);
  const open = await clients.matchAll({ type: 'window' });
  for (const name of await caches.keys()) if (/^bt-(app-|pages|home|flags)/.test(name)) await caches.delete(name);
  await registration.unregister();
  for (const client of open) client.navigate(client.url).catch(() => {});
}
