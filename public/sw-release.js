// The release of the app on this phone: what belongs to it, how it is brought file by file and believed only by its hash,
// when it takes over, and what the page may ask of it. Part of the worker: the build puts it into sw.js.

const releases = async () => (await caches.keys()).filter(name => name.startsWith('bt-app-'));
/** What is kept of each of them, `except` for one. */
async function opened(except) {
  const all = [];
  for (const name of await releases()) if (name !== except) all.push(await caches.open(name));
  return all;
}
/** Whether an answer that is held is this file of this release; older releases noted more digits. */
const same = (held, file) => !!held && (held.headers.get('x-bt-hash') || '').startsWith(file[1]);

/** Files of this release that belong on this phone. */
async function wanted() {
  const held = [];
  for (const cache of await opened()) for (const { url } of await cache.keys()) held.push(url.slice(location.origin.length));
  const unused = TOOLS.filter(tool => !held.some(path => tool.test(path)));
  return FILES.filter(([url]) => !unused.some(tool => tool.test(url)));
}

/** Files of this release that no release on the phone has. */
async function changed(except) {
  const held = await opened(except), missing = [];
  for (const file of await wanted()) {
    const copies = await Promise.all(held.map(cache => cache.match(file[0])));
    if (!copies.some(copy => same(copy, file))) missing.push(file);
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
    for (const name of ['content-encoding', 'content-length', 'vary']) headers.delete(name);
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
  const own = await caches.open(APP), older = await opened(APP);
  for (const file of await wanted()) {
    if (same(await own.match(file[0]), file)) continue;
    let copy;
    for (const cache of older) {
      const held = await cache.match(file[0]);
      if (same(held, file)) copy = held;
    }
    await own.put(file[0], copy || (await fetchFile(file)));
  }
  for (const { url } of await own.keys()) if (/\.w\d$/.test(url)) await own.delete(url);
}

async function status() {
  let complete = true;
  for (const file of await wanted()) if (!same(await caches.match(file[0], { cacheName: APP }), file)) complete = false;
  const find = name => RELEASE.map(([url]) => url).find(url => name.test(url));
  return {
    type: 'status', version: VERSION, complete, bytes: +(await flag('update')) || 0,
    waiting: !!registration.waiting, noWasm: await dull(), glue: find(/app-.+js$/), wasm: find(/wasm$/),
  };
}

/** The reader asked his browser to spend little. */
const costly = () => (navigator.connection || {}).saveData;
const wait = (ms, then) => new Promise(done => setTimeout(done, ms, then));
const windows = () => clients.matchAll({ type: 'window', includeUncontrolled: true });
addEventListener('install', event => {
  try {
    // Assets and data then never wake the worker. Only where the browser can.
    event.addRoutes([
      { condition: { urlPattern: new URLPattern({ pathname: '/app-*' }), requestMethod: 'get' }, source: { cacheName: APP } },
      // Without groups: with one of them the whole list is refused.
      ...['/sync/*', '/api/*'].map(pathname => ({ condition: { urlPattern: new URLPattern({ pathname }) }, source: 'network' })),
    ]).catch(() => {});
  } catch {}
  event.waitUntil(install());
});

async function install() {
  // On a first visit the page has looked already.
  const over = registration.active ? await killed() : false;
  if (over) throw new Error('withdrawn');
  // Who pays by the byte is asked first: the page shows the size, and a yes sets the flag and looks for the update again.
  const size = bytes(await changed());
  if (size && registration.active && (costly() || (await flag('text'))) && (await flag('fetch')) !== 'yes') {
    for (const client of await windows()) client.postMessage({ type: 'update', version: VERSION, bytes: size });
    throw new Error('not yet');
  }
  await fill();
  // A full phone may have let it go meanwhile.
  if (!(await status()).complete) throw new Error('lost');
  const fresh = bytes(await changed(APP));
  await setFlag('update', fresh);
  await dropFlag('fetch');
  if (over === false) await mark('kill-check');
  // Nothing but the worker is new, with no third release that says so; or nobody is reading: no reason to keep it waiting.
  if ((!fresh && (await releases()).length < 3) || !(await windows()).length) await skipWaiting();
}

addEventListener('activate', event => event.waitUntil((async () => {
  // Unless a release is on its way that takes from them, or is one of them.
  for (const name of await releases()) if (name !== APP && !registration.installing) await caches.delete(name);
  // Drawn by the program of before.
  await caches.delete(HOME);
  await preload();
  await clients.claim();
})()));

/** Whether the program does not run here, as far as is known: one slow start is no reason to do without it for long. */
const dull = async () => LITE || (await recently('no-wasm', DULL));

/** Asking the server beside the worker's start pays only where pages come from there. Where that fails, Firefox, which knows no
 * `sync` either, shows its own error page, whatever the worker answers. */
async function preload() {
  const early = registration.navigationPreload;
  if (early) await ((await dull()) && registration.sync ? early.enable() : early.disable());
}

addEventListener('message', event => {
  const { type } = event.data || {};
  const from = event.ports[0] || event.source;
  const reply = message => from && from.postMessage(message);
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
      const offline = await fetch(OFFLINE).then(page => page.headers.has('x-bantin') && page).catch(() => null);
      if (offline) {
        // The first time for an hour, again within two days for a day. The shell stays for when there is no network.
        const again = await recently('no-wasm', 2 * DULL);
        await setFlag('no-wasm', Date.now() - (again ? 0 : DULL - 3600e3));
        await preload();
      }
      reply({ type: 'no-wasm', pages: !!offline });
      if (offline) await keepPage(new Request(OFFLINE), offline);
    },
  }[type];
  if (work) event.waitUntil(work().catch(() => {}));
});
