// Push: every message is shown, whatever it is, and kept: for the program, which checks its signature and takes it in,
// and to be read without any request where no program runs. Part of the worker: the build puts it into sw.js.

/** `/bt-push/<id>-<revision>`: what a message says of an alert. `/bt-push/shown/<chain>`: what was shown last of its chain. */
const PUSH = 'bt-push';
/** Of both together; the oldest go. */
const KEEP_PUSHES = 60;
const ID = /^[0-9a-z]{8}$/;
const words = (lang, vi, en) => (lang === 'en' ? en : vi);

const pushed = name => caches.match('/bt-push/' + name, { cacheName: PUSH }).then(held => held && held.json()).catch(() => {});
const keepPushed = (name, value) => keep(PUSH, '/bt-push/' + name, new Response(JSON.stringify(value)), KEEP_PUSHES);

/** One after the other: a phone that comes back to the network gets several at once, and each looks at what was shown. */
let turn = Promise.resolve();
addEventListener('push', event => event.waitUntil(turn = turn.then(async () => {
  let message = {};
  try { message = event.data.json() || message; } catch {}
  const bt = message.bt || {}, shown = [];
  // One message may end several alerts, each with a notification of its own: it takes the place of those that are here.
  // Names are those of first messages, and this phone may know the event by another one than the server does since.
  for (const chain of new Set([bt.chain].concat(bt.joins || [], bt.after || []))) if (await pushed('shown/' + chain)) shown.push(chain);
  for (const chain of shown.length ? shown : [bt.chain]) await receive(message.notification || {}, { ...bt, chain });
  for (const client of await windows()) client.postMessage({ type: 'push' });
}).catch(() => {})));

const follows = (bt, other) => (bt.after || []).includes(other.id);

async function receive(said, bt) {
  if (!ID.test(bt.id) || !ID.test(bt.chain)) return show(said, {}, true);
  const before = (await pushed('shown/' + bt.chain)) || {};
  const last = before.bt || bt;
  // Clocks differ, and are set right: what says that it comes after another does, and only of strangers time decides.
  const old = last.id === bt.id ? last.rev > bt.rev : follows(last, bt) || (!follows(bt, last) && last.issued > bt.issued);
  const { item, ...facts } = bt;
  // What is issued after the end of that is new danger.
  const rung = last.expires <= bt.issued && last.expires ? 0 : before.level || 0;
  // Rings when it is worse than what rang here before, or than what it was lowered to since; that it is over, only where it rang at all.
  const ring = !old && bt.ring === true && (bt.type === 'cancel' ? rung : bt.level > rung);
  // Shown first: whatever else fails, people know. An older word never takes the place of a newer one, but something has
  // to be shown all the same.
  await (old ? show(before.said, last, false) : show(said, facts, ring));
  await keepPushed(bt.id + '-' + +bt.rev, { ...said, ...bt });
  if (!old) await keepPushed('shown/' + bt.chain, { level: ring ? bt.level : Math.min(rung, bt.level), said, bt: facts });
  // The picture of the home page knows nothing of it, nor do pages that were kept of this chain.
  await caches.delete(HOME);
  const pages = await caches.open(PAGES);
  for (const { url } of await pages.keys()) if ([bt.id, bt.chain, last.id].some(id => url.endsWith(id))) await pages.delete(url);
}

/** Of our own site alone. */
function inside(address, id) {
  try {
    const url = new URL(address, location.origin);
    if (url.origin === location.origin) return url.href;
  } catch {}
  return location.origin + '/canh-bao' + (id ? '/' + id : '');
}

const text = value => (typeof value === 'string' && value) || '';

function show({ title, body, lang, navigate, tag }, bt, ring) {
  return registration.showNotification(text(title) || words(lang, 'Có cảnh báo mới, mở để xem', 'A new alert: open to read it'), {
    body: text(body),
    lang: text(lang) || 'vi',
    tag: bt.chain || text(tag) || 'bt',
    renotify: ring,
    silent: !ring,
    requireInteraction: bt.level > (bt.urgency === 'Immediate' ? 1 : 2),
    icon: '/icons/icon-192.png',
    badge: '/icons/mono-512.png',
    // Not even an empty one goes with silence.
    vibrate: ring ? [400, 200, 800] : undefined,
    timestamp: bt.issued * 1000 || undefined,
    data: inside(navigate, bt.id),
  });
}

addEventListener('notificationclick', event => {
  event.notification.close();
  event.waitUntil((async () => {
    const url = inside(event.notification.data);
    // What somebody reads or writes in another window stays as it is.
    const there = (await windows()).find(client => client.url === url);
    // It may be the server's page of before the message.
    return there ? there.focus().then(it => it.navigate(url)) : clients.openWindow(url);
  })());
});

// The push service gave the phone a new address: the same wishes go on under it.
addEventListener('pushsubscriptionchange', event => event.waitUntil((async () => {
  const { key, wishes } = JSON.parse((await flag('push')) || '{}');
  if (!wishes) return;
  const now = event.newSubscription || (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  const { endpoint, keys } = now.toJSON();
  const body = JSON.stringify({ endpoint, keys, ...wishes });
  await fetch('/push/dang-ky', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
})()));

/** An alert as its message told it, where nothing better is at hand. */
async function told(url) {
  const [, id] = /\/canh-bao\/(?:.*-)?([0-9a-z]{8})$/.exec(url.pathname) || [];
  const keys = id ? await (await caches.open(PUSH)).keys() : [];
  const revisions = keys.map(request => request.url.split(id + '-')[1]).filter(Boolean);
  const bt = await pushed(id + '-' + Math.max(...revisions));
  if (!bt) return;
  const safe = value => text(value).replace(/[&<]/g, c => (c === '&' ? '&amp;' : '&lt;'));
  const say = (vi, en) => words(bt.lang, vi, en);
  const newer = await pushed('shown/' + bt.chain);
  const notes = [
    newer && newer.bt.id !== bt.id && say('Đã có tin mới hơn', 'There is an update') + ': <a href="/canh-bao/' + newer.bt.id + '">' + safe(newer.said.title) + '</a>',
    bt.expires && bt.expires * 1000 < Date.now() && say('Đã kết thúc, chưa có tin mới — chưa chắc đã an toàn.', 'Ended, no update since — it may not be safe yet.'),
    safe(bt.body),
    new Date(bt.issued * 1000).toLocaleString('vi', { timeZone: 'Etc/GMT-7' }),
    say('Máy chưa xét được tin này thật hay giả.', 'A message not checked on this phone.'),
  ];
  const html = '<!doctype html><html lang=' + say('vi', 'en') + '><meta name=viewport content="width=device-width"><title>' + safe(bt.title) +
    '</title><style>:root{color-scheme:light dark}body{font:1.2rem/1.5 sans-serif;margin:1rem}p{white-space:pre-line}</style><h1>' + safe(bt.title) + '</h1>' +
    notes.filter(Boolean).map(note => '<p>' + note).join('');
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } });
}
