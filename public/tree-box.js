// The locked box of the phone tree: a passphrase becomes a key (PBKDF2), the key locks the list (AES-256-GCM), and what is
// locked lies in a database of its own that nothing else on this site opens. The key is never stored.

/** Rounds of PBKDF2-SHA-256 for a new box; a box keeps those it was made with. */
export const ROUNDS = 600000;
/** A file that asks for more would stop the phone. */
const MOST = 5000000;
const VERSION = 1;
const DATABASE = 'tree';
const STORE = 'box';

// ---- envelopes: what is locked, as plain JSON, in the database and in an exported file alike

const letters = bytes => {
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
};
const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
const random = count => crypto.getRandomValues(new Uint8Array(count));
/** A number that nobody else draws, as 32 hex digits. */
export const draw = () => [...random(16)].map(byte => byte.toString(16).padStart(2, '0')).join('');
/** Bound to the box, so that nobody turns its rounds down and leaves the rest as it is. */
const label = (rounds, salt) => new TextEncoder().encode(['bantin-cay', VERSION, rounds, salt].join(' '));

export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Keyboards write the same Vietnamese letter in two ways. */
const written = passphrase => new TextEncoder().encode(passphrase.normalize('NFC').trim());

/** What locks and unlocks. */
export async function makeLock(passphrase, rounds = ROUNDS, salt = letters(random(16))) {
  const base = await crypto.subtle.importKey('raw', written(passphrase), 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(salt), iterations: rounds };
  const key = await crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  return { key, rounds, salt };
}

export async function seal({ key, rounds, salt }, value) {
  const iv = random(12);
  const how = { name: 'AES-GCM', iv, additionalData: label(rounds, salt) };
  const data = await crypto.subtle.encrypt(how, key, new TextEncoder().encode(JSON.stringify(value)));
  return { bantin: 'cay-goi', v: VERSION, kdf: 'PBKDF2-SHA-256', cipher: 'AES-256-GCM', rounds, salt, iv: letters(iv), data: letters(data) };
}

/** Throws `newer`, `damaged` or `wrong`; of the last two only the owner can know which one it is. */
export async function unseal(envelope, passphrase) {
  if (!envelope || envelope.bantin !== 'cay-goi') throw new Refused('damaged');
  if (envelope.v !== VERSION) throw new Refused('newer');
  const { rounds, salt } = envelope;
  if (!(rounds >= 1 && rounds <= MOST) || typeof salt !== 'string') throw new Refused('damaged');
  const lock = await makeLock(passphrase, rounds, salt);
  let plain;
  try {
    const how = { name: 'AES-GCM', iv: bytes(envelope.iv), additionalData: label(rounds, salt) };
    plain = await crypto.subtle.decrypt(how, lock.key, bytes(envelope.data));
  } catch {
    throw new Refused('wrong');
  }
  return { lock, value: JSON.parse(new TextDecoder().decode(plain)) };
}

// ---- the database

const done = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

let opened;
function database() {
  opened ||= new Promise((resolve, reject) => {
    const open = indexedDB.open(DATABASE, 1);
    open.onupgradeneeded = () => open.result.createObjectStore(STORE);
    open.onsuccess = () => {
      // Some later release may want to change it while this page is open.
      open.result.onversionchange = () => open.result.close();
      resolve(open.result);
    };
    open.onerror = () => reject(open.error);
  });
  opened.catch(() => { opened = undefined; });
  return opened;
}

/** A transaction. Browsers close databases of pages that wait, as while somebody speaks on the phone: it is opened anew, once. */
async function begin(...how) {
  const held = opened;
  try {
    return (await database()).transaction(STORE, ...how);
  } catch (cause) {
    if (!held) throw cause;
    opened = undefined;
    return (await database()).transaction(STORE, ...how);
  }
}

async function read(key) {
  return done((await begin()).objectStore(STORE).get(key));
}

/** Through to the disk before it is said to be kept. `check` sees what lies there now, and may stop it all. */
async function write(key, value, check = () => true) {
  const tx = await begin('readwrite', { durability: 'strict' });
  const store = tx.objectStore(STORE);
  let stopped = false;
  const before = store.get(key);
  before.onsuccess = () => {
    if (check(before.result)) store.put(value, key);
    else { stopped = true; tx.abort(); }
  };
  await new Promise((resolve, reject) => {
    tx.oncomplete = resolve;
    tx.onabort = () => reject(stopped ? new Refused('moved') : tx.error || new Refused('full'));
  });
}

/** The box as it lies here: `{ rev, envelope }`, or nothing. */
export const readBox = () => read('box');

/** Puts a new state over `rev`; throws `moved` where another tab has written since. */
export async function writeBox(envelope, rev) {
  await write('box', { rev: rev + 1, envelope }, before => (before ? before.rev : 0) === rev);
  return rev + 1;
}

/** Over whatever is there: only after its owner typed the word for it. */
export const dropBox = async () => {
  const tx = await begin('readwrite', { durability: 'strict' });
  tx.objectStore(STORE).delete('box');
  await new Promise((resolve, reject) => {
    tx.oncomplete = resolve;
    tx.onabort = () => reject(tx.error);
  });
};

// ---- alerts: public, so they lie open beside the box

/** What came by push. What the app has taken in since is only noted as shown. The notification itself has the title. */
export async function pushed() {
  if (!self.caches || !(await caches.has('bt-push'))) return [];
  const cache = await caches.open('bt-push');
  const shown = await navigator.serviceWorker.getRegistration().then(worker => worker.getNotifications()).catch(() => []);
  const found = [];
  for (const request of await cache.keys()) {
    const kept = await (await cache.match(request)).json().catch(() => ({}));
    const news = kept.bt ? { ...kept.said, ...kept.bt } : kept;
    const notice = shown.find(notice => notice.tag === news.chain);
    found.push({ ...news, title: news.title || (notice ? notice.title : '') });
  }
  return found.sort((a, b) => a.issued - b.issued);
}

/** A clock that is off by less disturbs nobody (domain/src/sync/clock.rs). */
const SLACK = 300e3;
/** Where the last answer of the server lies; `boot.js` puts it there too, from any page. */
const ANSWER = '/bt-flag/alerts';
const flags = () => caches.open('bt-flags');

/** The last answer of the server that came to this phone. */
export async function keptAlerts() {
  try {
    return (await (await (await flags()).match(ANSWER)).json()).items || [];
  } catch {
    return [];
  }
}

/**
 * A new answer, kept for the time without a network; nothing where none comes. With it how far the clock of this phone is
 * ahead, in ms, and what it showed (`at`): not of an answer that a cache on the way had kept, which is of another hour.
 */
export async function freshAlerts() {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), 20e3);
  try {
    const answer = await fetch('/api/v1/alerts', { credentials: 'omit', redirect: 'error', signal: late.signal });
    const copy = answer.clone(), at = Date.now(), ms = at - Date.parse(answer.headers.get('date'));
    const list = answer.ok && (await answer.json()).items;
    if (Array.isArray(list)) {
      // A full phone takes no copy; the list is good all the same.
      await flags().then(kept => kept.put(ANSWER, copy)).catch(() => {});
      return { list, clock: !answer.headers.get('age') && { ms: ms > SLACK ? ms : 0, at } };
    }
  } catch {} finally {
    clearTimeout(timer);
  }
}
