// The service worker: keeps one whole release of the app on the phone, answers navigations with it, and steps aside
// whenever it cannot. No product logic, no state in globals (it may be stopped between any two events).

const VERSION = "VERSION";
/** What a phone keeps, filled in by the build: [address, first hex digits of its SHA-256, bytes on the wire, rounded up]. */
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
/** What few readers use comes when they first open it, and with every release from then on. */
const TOOLS = [/^\/(cay-goi$|tree\.)/, /^\/(nhan-canh-bao$|alerts\.)/];
/** Pages of a release, as the server prints them for it: they have its name for a hash. */
const ALONE = ['/cay-goi', '/nhan-canh-bao'].map(url => [url, VERSION, 4500]);
/** The shell last: that it is here means that everything is. */
const FILES = LITE
  ? [...ALONE, [OFFLINE, VERSION, 4000], ...RELEASE.filter(([url]) => !/^\/(app-|en)/.test(url))]
  : ALONE.concat(RELEASE.filter(f => f[0] !== SHELL), RELEASE.filter(f => f[0] === SHELL));
const PATHS = new Map(FILES.map(f => [f[0], f]));
/** Addresses of `domain::route`. Of everything else (posters, API, feeds, files) only the server knows. */
const PAGE = /^(?!.*\/(to-ro|loa)$)(\/en)?(\/((chu-de|noi|tin|canh-bao|tim|cua-toi|trong-may|cai-dat|ngoai-tuyen|cay-goi|nhan-canh-bao|gioi-thieu|cai-ung-dung)(\/[^.]*)?)?)?$/;
/** Those of them that the program has no part in. */
const TOOL = /^(\/en)?\/(cay-goi|nhan-canh-bao|gioi-thieu|cai-ung-dung)$/;
/** The desk stays between the browser and the server. */
const DESK = /^(\/en)?\/ban-lam-viec/;
const KEEP_PAGES = 30;
const KEEP_MEDIA = 200;
/** With an older copy at hand nobody waits longer than this for a newer one. */
const PATIENCE = 6000;
const KILL_CHECK = 6 * 3600e3;
/** A program that did not start twice is tried again after this. */
const DULL = 24 * 3600e3;

// ---- flags: small facts that outlive the worker

const flag = name => caches.match('/bt-flag/' + name, { cacheName: FLAGS }).then(held => held && held.text());
/** A full phone remembers nothing, and goes on. */
const setFlag = (name, value) => caches.open(FLAGS).then(flags => flags.put('/bt-flag/' + name, new Response(String(value)))).catch(() => {});
/** That something happened now, and whether it did less than `ms` ago, or ahead: a clock that was wrong decides nothing. */
const mark = name => setFlag(name, Date.now());
const recently = async (name, ms) => Math.abs(Date.now() - (await flag(name))) < ms;
const dropFlag = async name => (await caches.open(FLAGS)).delete('/bt-flag/' + name);

importScripts('/sw-release.js');

// ---- answering

addEventListener('fetch', event => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  let answer;
  if (request.mode === 'navigate') {
    if (PATHS.has(url.pathname)) answer = alone(event, url.pathname);
    else if (DESK.test(url.pathname)) return;
    else if (!PAGE.test(url.pathname)) answer = other(event);
    else answer = /html=/.test(url.search) ? served(event).catch(() => page(event)) : page(event);
  } else if (url.pathname.startsWith('/media/')) answer = media(event);
  else if (PATHS.has(url.pathname)) answer = asset(request, url.pathname);
  // Whatever goes wrong, the browser gets what it would have got without us; but words of another release would stand under
  // the wrong names.
  if (answer) event.respondWith(answer.catch(() => (url.pathname === '/en.txt' ? Response.error() : fetch(request))));
});

async function asset(request, path) {
  const held = await caches.match(path, { cacheName: APP });
  // English words that a full phone took back are believed by their hash, too.
  if (held || !(path === '/en.txt' || TOOLS.some(tool => tool.test(path)))) return held || fetch(request);
  const file = await fetchFile(PATHS.get(path));
  await (await caches.open(APP)).put(path, file.clone()).catch(() => {});
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

/** What the server says; trouble counts for nothing beside something better, that of a proxy never does. */
async function served(event, better) {
  const response = (await event.preloadResponse) || (await fetch(event.request));
  if (response.status >= 500 && (better || !response.headers.has('x-bantin'))) throw response;
  return response;
}

async function page(event) {
  const { request } = event;
  const url = new URL(request.url);
  const [held, off] = await Promise.all([!LITE && caches.match(SHELL, { cacheName: APP }), dull()]);
  const shell = !off && held;
  event.waitUntil(checkKill(event.resultingClientId).then(over => (shell ? settled() : over || heal())));
  const tool = TOOL.test(url.pathname);
  if (shell && !tool) return pictured(shell, url).catch(() => shell);
  const pages = await caches.open(PAGES);
  const kept = (await pages.match(request, { ignoreVary: true })) || (await told(url));
  const fresh = served(event, kept).then(response => {
    event.waitUntil(keepPage(request, response.clone()).catch(() => {}));
    return response;
  });
  // One that comes too late for this visit is kept for the next.
  event.waitUntil(fresh.catch(() => {}));
  try {
    if (!kept) return await fresh;
    return await Promise.race([fresh, wait(PATIENCE, kept)]);
  } catch (cause) {
    // A program that did not start is all there is without a network.
    if (kept || held) return kept || (tool ? lost(request) : held);
    return (await caches.match(OFFLINE, { ignoreVary: true })) || (cause.status ? cause : Response.error());
  }
}

/** The page that says so, in the language of the address, which boot.js tries again. */
const lost = ({ url }) => Response.redirect((url.includes('/en/') ? '/en' : '') + OFFLINE + '?' + url.slice(location.origin.length));

/** What only the server has. Without a network the reader hears so from us, and finds the way back to what is here. */
async function other(event) {
  try {
    return await served(event);
  } catch (cause) {
    if (await caches.match(LITE ? OFFLINE : SHELL, { cacheName: APP })) return lost(event.request);
    if (cause.status) return cause;
    throw cause;
  }
}

/** The shell with the home page already in it, while the clock says that nothing on it can have come to an end. */
async function pictured(shell, url) {
  if (!/^(\/en)?\/?$/.test(url.pathname)) return shell;
  const held = await caches.match(url.pathname, { cacheName: HOME });
  const picture = held && (await held.text());
  const [, from, until] = /^<!--(\d+)-(\d+)-->/.exec(picture) || [];
  const now = Date.now() / 1000;
  if (!(from <= now && now < until)) return shell;
  const [before, open, after] = (await shell.clone().text()).split(/(<div id="app">)[^]*(?=<\/div>\s*<div id="sorry")/);
  return new Response(before + open + picture + after, { headers: shell.headers });
}

/** The app was deleted by a full phone: bring it back, once at a time, unless it is known not to run here. */
let healing;
async function heal() {
  if (costly() || (await dull())) return;
  await (healing = healing || fill().then(preload).catch(() => {}).finally(() => { healing = 0; }));
}

/** The program is used again: what was asked for beside its start, while it was not, is asked for no more. */
const settled = async () => {
  const early = registration.navigationPreload;
  return early && (await early.getState()).enabled && preload();
};

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
  if (range && !range.startsWith('bytes=0-')) return fetch(request);
  const response = await fetch(request.url, { redirect: 'error' });
  if (is(response, 'image/') || is(response, 'audio/')) {
    const copy = response.clone();
    // Read to its end first: a cut file must not be kept.
    event.waitUntil(copy.arrayBuffer().then(body => keep(MEDIA, request.url, new Response(body, { headers: plain(copy, body.byteLength) }), KEEP_MEDIA)).catch(() => {}));
    // Safari asks for two bytes first, then for all of them by their number.
    if (range && range[8]) return slice(response, range);
  }
  return response;
}

/** The program counts kept files by what they say of their length. */
const plain = (response, length) => ({ 'content-type': response.headers.get('content-type'), 'content-length': length });
/** A part of a kept file, as audio players ask for it. */
async function slice(held, range) {
  const body = await held.arrayBuffer();
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(range) || [];
  // Neither a start nor an end, or no range at all.
  if (!(from + to)) return new Response(body, { headers: plain(held, body.byteLength) });
  const start = from ? +from : Math.max(0, body.byteLength - to);
  const end = from && to ? Math.min(+to, body.byteLength - 1) : body.byteLength - 1;
  if (start > end) return new Response(null, { status: 416, headers: { 'content-range': 'bytes */' + body.byteLength } });
  const headers = { ...plain(held, end + 1 - start), 'content-range': 'bytes ' + start + '-' + end + '/' + body.byteLength, 'accept-ranges': 'bytes' };
  return new Response(body.slice(start, end + 1), { status: 206, headers });
}

importScripts('/sw-push.js');

// ---- withdrawing a release that went wrong

/** `undefined` if nobody answered, or not the server. */
async function killed() {
  try {
    const response = await Promise.race([ask('/release.json'), wait(9000)]);
    if (response.status === 200) return (await response.json()).kill === true;
  } catch {}
}

/** Asked for on any page, now and then; whether it is over. */
async function checkKill(page) {
  if (await recently('kill-check', KILL_CHECK)) return;
  // Behind the page that woke us: on a weak line it would wait for this.
  await wait(2000);
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
  const open = await windows();
  for (const name of await caches.keys()) if (/^bt-(app-|pages|home|flags)/.test(name)) await caches.delete(name);
  await registration.unregister();
  for (const client of open) client.navigate(client.url).catch(() => {});
}
