// Push: an alert that only a message brought is read in full with the server closed; nothing rings twice; nothing is silent
// that has to be heard; what does not prove itself is not believed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CACHE_DB, KEEP_DB, addresses, content, fullDisk, items as itemsOf, link, profile, rows, serve, settle, shown, sleep, started, synced, until } from './lib.mjs';

const alert = (id, title, { level = 3, refers, type = 'alert', expires = '+1d' } = {}) => ({
  id, kind: 'alert', topics: ['phong-chong-thien-tai'], issued: '0m', effective: '0m', expires, title, summary: `Tóm tắt: ${title}`,
  source: { name: 'Ban chỉ huy thử' }, body: [{ steps: [`Lên chỗ cao ngay (${id})`, 'Không qua ngầm tràn'] }, `Nội dung đầy đủ của ${id}.`],
  facts: [{ area: 'Các xã miền núi' }, { contingency: 'Nếu đến 18:00 không có tin mới thì ở lại chỗ cao' }],
  alert: { level, hazard: 'flood', msg_type: type, ...(refers && { references: [refers] }) },
});
const news = Array.from({ length: 6 }, (_, i) => ({ id: `tin-${i}`, title: `Tin số ${i}`, summary: `Tóm tắt ${i}`, body: [`Nội dung ${i}`], issued: '-1h' }));
/** In the order of their publication; none of them reaches the phone by sync. */
const alerts = [
  alert('lu-1', 'Lũ trên sông Bồ'), alert('lu-2', 'Lũ trên sông Bồ: chưa rút', { refers: 'lu-1', type: 'update' }),
  alert('mo', 'Mưa đang nặng hạt'), alert('gia', 'Cảnh báo bị sửa trên đường đi'), alert('cu', 'Cảnh báo cho máy cũ'),
  alert('rut', 'Nước lên ở cầu', { level: 4 }), alert('lai', 'Gió giật ở đèo'),
];

let server, line, disk, context, page, worker, cdp, registration;
/** What the server would put into a message, by the word that the item was imported under. */
const sent = {};

/** One frame without compression (RFC 8878): any decoder reads it, with every dictionary. */
function frame(plain) {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(plain.length, 5);
  head.writeUIntLE(1 | plain.length << 3, 9, 3);
  return Buffer.concat([head, plain]);
}

async function message(path, { type = 'alert', level = 3, ring = true, rev = 1, issued = 1_790_000_000, chain, forge, expires = null } = {}) {
  const id = path.slice(-8);
  // Behind its envelope: exactly what a message carries of the item.
  const bytes = Buffer.from(await (await fetch(`${server.url}/sync/item/${id}`)).arrayBuffer()).subarray(88);
  if (forge) bytes[bytes.indexOf(forge)] ^= 1;
  const title = /<h1[^>]*>([^<]*)/.exec(await (await fetch(server.url + path)).text())[1];
  return {
    web_push: 8030,
    notification: { title, lang: 'vi', body: 'Lên chỗ cao ngay.\nKhông qua ngầm tràn.', navigate: line.url + path, tag: chain || id, silent: false },
    bt: { v: 1, type, chain: chain || id, id, rev, level: type === 'cancel' ? 0 : level, status: 'actual', ring, issued, expires, item: frame(bytes).toString('base64') },
  };
}

/** Opens the browser again and finds the worker. */
async function wake() {
  context = await disk.open();
  await context.grantPermissions(['notifications'], { origin: line.url });
  page = context.pages()[0] || (await context.newPage());
  await page.goto(line.url);
  await started(page);
  await attach();
}
async function attach() {
  registration = undefined;
  cdp = await context.newCDPSession(page);
  cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => { for (const r of registrations) if (!r.isDeleted) registration = r.registrationId; });
  await cdp.send('ServiceWorker.enable');
  await until('the registration is known', () => registration);
  worker = context.serviceWorkers()[0] || (await context.waitForEvent('serviceworker'));
  // Chromium drops what it is told to deliver while it is only starting.
  await deliver('');
  await clear();
}

/** How many notifications the worker has shown. Asking for the list of them instead, while one is on its way to the screen,
    may lose it: Chromium takes what is not on the screen yet for closed. */
const count = () => worker.evaluate(() => {
  if (!self.__shown) {
    self.__shown = { times: 0 };
    const show = registration.showNotification.bind(registration);
    registration.showNotification = async (...all) => {
      await show(...all);
      self.__shown.times++;
    };
  }
  return self.__shown.times;
});

/** Delivers messages at once and waits until each has been shown; none that was is delivered again. */
async function deliver(...messages) {
  let before = await count();
  await until(`${messages.length} messages shown`, async () => {
    // A worker that was started again counts from nothing.
    before = Math.min(before, await count());
    for (const data of messages.slice(await count() - before)) {
      await cdp.send('ServiceWorker.deliverPushMessage', { origin: line.url + '/', registrationId: registration, data: typeof data === 'string' ? data : JSON.stringify(data) });
    }
    // What a worker dropped while it started is nothing but a greeting. Anything else is only late: twice, it would be quiet.
    const end = Date.now() + (messages[0] === '' ? 3000 : 15000);
    while (await count() < before + messages.length && Date.now() < end) await sleep(50);
    return await count() >= before + messages.length;
  }, 60000);
}
const notes = () => worker.evaluate(async () => (await registration.getNotifications()).map(n => ({
  title: n.title, body: n.body, tag: n.tag, silent: n.silent, renotify: n.renotify, stays: n.requireInteraction, lang: n.lang, navigate: n.data, at: n.timestamp,
})));
const note = (tag, probe = () => true) => until(`a notification of ${tag}`, async () => (await notes()).find(n => n.tag === tag && probe(n)));
const clear = () => worker.evaluate(async () => { for (const n of await registration.getNotifications()) n.close(); await caches.delete('bt-push'); });
const waiting = () => worker.evaluate(async () => (await (await caches.open('bt-push')).keys()).map(r => new URL(r.url).pathname).filter(p => !p.includes('/shown/')));
/** A tap on the notification: the address that it opens. */
const tap = tag => worker.evaluate(tag => new Promise(async done => {
  const notification = (await registration.getNotifications()).find(n => n.tag === tag);
  // No window opens without a real tap: what would be opened is told instead.
  clients.openWindow = async url => done(url);
  dispatchEvent(new NotificationEvent('notificationclick', { notification }));
}), tag);

before(async () => {
  server = await serve({ items: news });
  line = await link(server);
  disk = await profile();
  context = await disk.open();
  page = context.pages()[0];
  await settle(page, line.url);
  await synced(page, news.length);
  // As the page does on which alerts are asked for.
  await page.evaluate(async () => { await navigator.serviceWorker.ready; await fetch('/alerts.bin'); });
  // The phone's last word from the server. What follows is published without it.
  await line.down();
  server.import(alerts);
  const paths = await until('the alerts are published', async () => {
    const found = itemsOf(await addresses(server.url)).filter(path => path.startsWith('/canh-bao/'));
    return found.length === alerts.length && found;
  });
  const named = {};
  for (const path of paths) for (const { id } of alerts) if ((await (await fetch(server.url + path)).text()).includes(`đầy đủ của ${id}.`)) named[id] = path;
  const chain = named['lu-1'].slice(-8);
  sent.first = await message(named['lu-1']);
  sent.again = await message(named['lu-2'], { type: 'update', chain, issued: 1_790_000_600, ring: false });
  sent.worse = await message(named['lu-2'], { type: 'update', chain, issued: 1_790_001_200, level: 4, rev: 2 });
  sent.over = await message(named['lu-2'], { type: 'cancel', chain, issued: 1_790_001_800, rev: 3, ring: true });
  sent.live = await message(named.mo);
  sent.forged = await message(named.gia, { forge: 'Cảnh' });
  sent.old = await message(named.cu);
  sent.ended = { ...sent.old, bt: { ...sent.old.bt, expires: 1_790_000_100 } };
  sent.paths = named;
  sent.read = await message(named.lai);
  server.import([{ ...alerts.find(({ id }) => id === 'lai'), summary: 'Gió giật mạnh hơn.' }]);
  await until('it is corrected', async () => (await (await fetch(server.url + named.lai)).text()).includes('Gió giật mạnh hơn.'));
  sent.corrected = await message(named.lai, { rev: 2 });
  // Taken back: a message carries the pack of its position of the log, as whoever asks for it gets it.
  sent.taken = await message(named.rut);
  server.import([{ id: 'rut', withdrawn: 'Nhầm xã.' }]);
  const head = await until('it is withdrawn', async () => {
    const bytes = Buffer.from(await (await fetch(`${server.url}/sync/head`)).arrayBuffer());
    return bytes.readUInt32BE(16) > news.length + alerts.length + 1 && bytes;
  });
  const seq = head.readUInt32BE(16);
  const slip = Buffer.from(await (await fetch(`${server.url}/sync/${head.toString('hex', 4, 12)}/cards/${seq - 1}-${seq}`)).arrayBuffer());
  sent.back = { ...sent.taken, notification: { ...sent.taken.notification, title: 'Đã rút lại cảnh báo: Nước lên ở cầu', body: 'Nhầm xã.' } };
  sent.back.bt = { ...sent.taken.bt, type: 'cancel', rev: 2, ring: false, item: frame(slip).toString('base64') };
  await server.kill();
  await context.close();
  await wake();
});
after(async () => {
  await context?.close();
  await line?.down();
  await server?.kill();
});

test('with the server closed, a tap opens the whole alert, verified and stored, and the cursor has not moved', async () => {
  const path = sent.paths['lu-1'];
  const cursor = await (async () => { await page.goto(line.url); await started(page); return content(page, CACHE_DB, 'meta'); })();
  await page.goto('about:blank');
  await deliver(sent.first);
  const got = await note(path.slice(-8));
  assert.equal(got.title, 'Lũ trên sông Bồ');
  assert.match(got.body, /Lên chỗ cao ngay\.\nKhông qua ngầm tràn/);
  assert.deepEqual([got.silent, got.renotify, got.stays, got.lang], [false, true, true, 'vi']);
  assert.equal(got.at, 1_790_000_000_000);
  const url = await tap(got.tag);
  assert.equal(url, line.url + path);
  await until('a tap takes it away', async () => !(await notes()).length);
  await page.goto(url);
  await started(page);
  const text = await page.locator('main').innerText();
  for (const part of ['Lũ trên sông Bồ', 'Lên chỗ cao ngay (lu-1)', 'Nội dung đầy đủ của lu-1', 'Nếu đến 18:00', 'Ban chỉ huy thử']) assert.ok(text.includes(part), part);
  assert.ok(!/chưa tải về máy/.test(text));
  for (const store of ['cards', 'bodies', 'terms']) assert.ok((await rows(page, CACHE_DB, store)).includes(path.slice(-8)), store);
  assert.equal(await content(page, CACHE_DB, 'meta'), cursor);
  await until('the program has taken it in', async () => !(await waiting()).length);
  // It stays: after a restart, and on the other pages.
  await context.close();
  await wake();
  await page.goto(`${line.url}/canh-bao`);
  await started(page);
  assert.match(await page.locator('main').innerText(), /Lũ trên sông Bồ/);
});

test('an alert that finds no room on a full phone is on the screen, and waits for room', async () => {
  await clear();
  await page.goto('about:blank');
  await deliver(sent.live);
  const full = await context.newPage();
  await full.addInitScript(fullDisk);
  await full.goto(line.url + '/canh-bao');
  await started(full);
  await full.locator('main .l3', { hasText: 'Mưa đang nặng hạt' }).first().waitFor();
  assert.equal((await waiting()).length, 1, 'nothing is lost');
  await full.close();
  await page.goto(line.url + '/canh-bao');
  await started(page);
  await until('there was room', async () => !(await waiting()).length);
  assert.ok((await rows(page, CACHE_DB, 'cards')).includes(sent.live.bt.id));
  await clear();
});

test('an update that is no worse does not ring again, a worse one does, an older message changes nothing', async () => {
  await clear();
  const tag = sent.first.bt.chain;
  await deliver(sent.first);
  await note(tag, n => !n.silent);
  await deliver(sent.again);
  const quiet = await note(tag, n => n.title.includes('chưa rút'));
  assert.deepEqual([quiet.silent, quiet.renotify], [true, false]);
  assert.equal((await notes()).length, 1, 'in the place of the one before');
  // The server believes that it must ring; this phone knows that it has rung.
  await deliver({ ...sent.again, bt: { ...sent.again.bt, issued: sent.again.bt.issued + 1, ring: true } });
  await note(tag, n => n.silent && n.at === (sent.again.bt.issued + 1) * 1000);
  // Lowered, and as bad again as it was: it rings.
  const as = (level, later, more) => ({ ...sent.again, bt: { ...sent.again.bt, level, issued: sent.again.bt.issued + later, ring: true, ...more } });
  const heard = (later, silent) => note(tag, n => n.silent === silent && n.at === (sent.again.bt.issued + later) * 1000);
  await deliver(as(2, 2));
  await heard(2, true);
  await deliver(as(3, 3, { expires: sent.again.bt.issued + 60 }));
  await heard(3, false);
  // In quiet hours, or for a level that was not asked for.
  await deliver(as(4, 4, { ring: false, expires: sent.again.bt.issued + 60 }));
  await heard(4, true);
  // What had ended is issued again, no worse: new danger.
  await deliver(as(3, 61, { urgency: 'Immediate' }));
  await heard(61, false);
  await deliver(as(2, 62, { urgency: 'Immediate' }));
  assert.equal((await note(tag, n => n.silent && n.at === (sent.again.bt.issued + 62) * 1000)).stays, true, 'people must act at once');
  await deliver(sent.worse);
  const worse = await note(tag, n => !n.silent && n.at === sent.worse.bt.issued * 1000);
  assert.deepEqual([worse.renotify, worse.stays], [true, true]);
  await deliver(sent.first);
  await until('the older one was taken in and changed nothing', async () => {
    const [only, ...rest] = await notes();
    return !rest.length && only.silent && only.title === worse.title && only.at === worse.at;
  });
});

test('that it is over: heard where it rang, quiet where this phone never showed it', async () => {
  const tag = sent.first.bt.chain;
  await clear();
  await deliver(sent.first);
  await note(tag, n => !n.silent);
  await deliver(sent.over);
  const heard = await note(tag, n => n.at === sent.over.bt.issued * 1000);
  assert.deepEqual([heard.silent, heard.stays], [false, false]);
  await clear();
  await deliver(sent.over);
  assert.equal((await note(tag)).silent, true);
});

test('what comes after another takes its place, whatever the clocks of those who issued them say', async () => {
  const tag = sent.first.bt.chain;
  const early = { ...sent.over, bt: { ...sent.over.bt, issued: sent.first.bt.issued - 3600, after: [sent.first.bt.id] } };
  assert.notEqual(early.bt.id, sent.first.bt.id);
  const over = ([only, ...rest]) => !rest.length && only.title === early.notification.title;
  await clear();
  await deliver(sent.first);
  await note(tag, n => !n.silent);
  await deliver(early);
  assert.equal((await note(tag, n => n.title === early.notification.title)).silent, false);
  assert.ok(over(await notes()));
  // What it took the place of comes once more.
  await deliver(sent.first);
  await until('nothing changes', async () => (await notes()).every(n => n.silent));
  assert.ok(over(await notes()));
  await clear();
});

test('one cancel of two alerts takes the place of the notifications of both, and is heard where either rang', async () => {
  const over = { ...sent.over, bt: { ...sent.over.bt, joins: [sent.live.bt.chain] } };
  const [first, second] = [sent.first, sent.live].map(({ bt }) => bt.chain);
  const cancelled = (tag, title) => note(tag, n => n.at === over.bt.issued * 1000 && n.title === over.notification.title && n.title !== title && !n.silent);
  await clear();
  await deliver(sent.first);
  await deliver(sent.live);
  await note(second, n => !n.silent);
  await deliver(over);
  await cancelled(first);
  await cancelled(second, sent.live.notification.title);
  // A phone that was shown only the second is not told of the first.
  await clear();
  await deliver(sent.live);
  await note(second, n => !n.silent);
  await deliver(over);
  await cancelled(second, sent.live.notification.title);
  assert.equal((await notes()).length, 1);
  // An older word of it comes late: it says what came since.
  await deliver(sent.live);
  await until('it is the cancel', async () => (await notes()).every(n => n.at === over.bt.issued * 1000));
  // Where an update joined the two and the cancel followed only then, it comes under the name of the first.
  await clear();
  await deliver(sent.live);
  const update = { ...over, notification: { ...over.notification, title: 'Cả hai nơi' }, bt: { ...over.bt, id: 'abcdefgh', type: 'update', level: 3, issued: over.bt.issued - 1 } };
  await deliver(update);
  await note(second, n => n.title === 'Cả hai nơi');
  await deliver({ ...sent.over, bt: { ...sent.over.bt, joins: undefined, after: [update.bt.id, second, first] } });
  await cancelled(second, 'Cả hai nơi');
  assert.equal((await notes()).length, 1, 'nothing of before stays');
  // And a phone that was shown neither hears nothing.
  await clear();
  await deliver(over);
  assert.equal((await note(first)).silent, true);
  assert.equal((await notes()).length, 1);
  await clear();
});

test('whatever comes, a notification is shown', async () => {
  for (const junk of ['', 'not json', '{"notification":', 'null', '[]', '7', '"x"', '{}', '{"notification":null,"bt":null}', '{"bt":{"id":"abcdefgh","chain":"abcdefgh","joins":7}}', '{"notification":{"title":{},"lang":5},"bt":{"id":"../../x","chain":"y"}}']) {
    await clear();
    await deliver(junk);
    const [got] = await until(`a notification for ${junk}`, async () => { const all = await notes(); return all.length && all; });
    assert.ok(got.title, junk);
    if (junk.length < 20) assert.equal(got.title, 'Có cảnh báo mới, mở để xem', junk);
    assert.ok(got.navigate.startsWith(line.url), junk);
  }
  assert.deepEqual(await waiting(), []);
  // To no other site, whatever a message says.
  for (const navigate of ['https://evil.example/x', 'javascript:alert(1)', '//evil.example', 'http://[']) {
    await clear();
    await deliver({ ...sent.live, notification: { ...sent.live.notification, navigate } });
    assert.equal((await note(sent.live.bt.chain)).navigate, `${line.url}/canh-bao/${sent.live.bt.id}`, navigate);
  }
});

test('the reader\'s own test rings and leaves nothing behind', async () => {
  await clear();
  await deliver({ web_push: 8030, notification: { title: 'Thông báo thử', body: 'Máy này nhận được cảnh báo.', lang: 'vi', navigate: `${line.url}/nhan-canh-bao`, tag: 'thu' }, bt: { v: 1, type: 'test' } });
  const got = await note('thu');
  assert.deepEqual([got.silent, got.navigate], [false, `${line.url}/nhan-canh-bao`]);
  assert.deepEqual(await waiting(), []);
});

test('what is taken back is gone with the server closed, also from over the screen and from pages that were kept', async () => {
  await clear();
  const path = sent.paths.rut, id = path.slice(-8);
  await page.goto('about:blank');
  await deliver(sent.taken);
  await page.goto(line.url);
  await started(page);
  await page.locator('.alarm', { hasText: 'Nước lên ở cầu' }).waitFor();
  await worker.evaluate(async url => (await caches.open('bt-pages')).put(url, new Response('còn hiệu lực')), line.url + path);
  await deliver(sent.back);
  await until('it is no longer over the screen', async () => !(await page.locator('.alarm').count()));
  await until('it is gone from the pages that were kept', async () => !(await worker.evaluate(async url => !!(await caches.match(url, { cacheName: 'bt-pages' })), line.url + path)));
  await until('it is gone from the list', async () => !(await rows(page, CACHE_DB, 'cards')).includes(id));
  await page.goto(line.url + path);
  await started(page);
  assert.match(await page.locator('main').innerText(), /Tin đã rút lại[^]*Nhầm xã\./);
  // Nor does it come up again.
  await page.goto(line.url);
  await started(page);
  assert.equal(await page.locator('.alarm').count(), 0);
});

test('a page that was kept of the beginning of a chain goes when newer word of it comes, also where that was not heard by push', async () => {
  await clear();
  const kept = line.url + sent.paths['lu-1'];
  await worker.evaluate(async url => (await caches.open('bt-pages')).put(url, new Response('còn hiệu lực')), kept);
  await deliver(sent.again);
  await until('it is gone', async () => !(await worker.evaluate(async url => !!(await caches.match(url, { cacheName: 'bt-pages' })), kept)));
});

test('bytes that were altered on the way are shown as a notification and never stored', async () => {
  await clear();
  await page.goto('about:blank');
  const id = sent.forged.bt.id;
  await deliver(sent.forged);
  await note(id);
  assert.deepEqual(await waiting(), [`/bt-push/${id}-1`]);
  await page.goto(`${line.url}/canh-bao`);
  await started(page);
  await until('it was looked at', async () => !(await waiting()).length);
  assert.ok(!(await page.locator('main').innerText()).includes('bị sửa trên đường đi'));
  for (const store of ['cards', 'bodies']) assert.ok(!(await rows(page, CACHE_DB, store)).includes(id), store);
});

test('who has the list of alerts open sees it come', async () => {
  await clear();
  await page.goto(`${line.url}/canh-bao`);
  await started(page);
  await page.waitForTimeout(2500);
  await page.evaluate(() => { window.__same = true; });
  await deliver(sent.live);
  await page.locator('main', { hasText: 'Mưa đang nặng hạt' }).waitFor();
  assert.equal(await page.evaluate(() => window.__same), true, 'without loading the page');
});

test('several at once, as after hours without a network: each knows of the one before', async () => {
  await clear();
  await deliver(sent.first, sent.again, sent.over);
  const last = await note(sent.first.bt.chain, n => n.at === sent.over.bt.issued * 1000);
  assert.equal(last.silent, false, 'that it is over is heard, since the first was');
});

test('the picture of the home page goes when an alert comes', async () => {
  const picture = () => worker.evaluate(async () => !!(await caches.match('/', { cacheName: 'bt-home' })));
  // Those before may still be at work, and would take it away.
  await until('a picture that stays', async () => {
    await worker.evaluate(async () => (await caches.open('bt-home')).put('/', new Response('<!--0-9999999999-->')));
    await sleep(500);
    return picture();
  });
  await deliver({ ...sent.live, bt: { ...sent.live.bt, rev: 2 } });
  await until('it is gone', async () => !(await picture()));
});

test('an alert that was read and that a message corrects is to be read again', async () => {
  await clear();
  const marked = async () => (await rows(page, KEEP_DB, 'read')).includes(sent.read.bt.id);
  await deliver(sent.read);
  await page.goto(line.url + sent.paths.lai);
  await page.locator('article .do').waitFor();
  await until('it is marked as read', marked);
  await page.goto(`${line.url}/canh-bao`);
  await started(page);
  await deliver(sent.corrected);
  await until('the mark is gone', async () => !(await marked()));
  await page.goto(line.url + sent.paths.lai);
  await page.locator('article', { hasText: 'Gió giật mạnh hơn.' }).waitFor();
  await until('it is marked again', marked);
});

test('a new address from the push service: the same wishes go on under it', async () => {
  const wishes = { places: [20044], hazards: [], level: 2, quiet: [21, 5], lang: 'vi' };
  const posted = await worker.evaluate(async wishes => {
    await (await caches.open('bt-flags')).put('/bt-flag/push', new Response(JSON.stringify({ key: 'KEY', endpoint: 'old', wishes })));
    const real = fetch, asked = [];
    PushManager.prototype.subscribe = async options => ({ toJSON: () => ({ endpoint: 'https://push.example/new', keys: { p256dh: 'P', auth: 'A' }, options }) });
    self.fetch = async (url, options) => { asked.push([url, options.method, JSON.parse(options.body)]); return new Response(null, { status: 204 }); };
    const event = new ExtendableEvent('pushsubscriptionchange');
    dispatchEvent(event);
    for (let i = 0; i < 600 && !asked.length; i++) await new Promise(done => setTimeout(done, 50));
    self.fetch = real;
    return asked;
  }, wishes);
  assert.deepEqual(posted, [['/push/dang-ky', 'POST', { endpoint: 'https://push.example/new', keys: { p256dh: 'P', auth: 'A' }, ...wishes }]]);
});

test('a phone that cannot run the program reads the message as it was told, marked as unchecked', async () => {
  await server.start();
  await line.up();
  const disk = await profile();
  const own = { context, page, worker, cdp, registration };
  context = await disk.open();
  await context.grantPermissions(['notifications'], { origin: line.url });
  await context.addInitScript(() => { delete window.WebAssembly; });
  page = context.pages()[0];
  await page.goto(line.url);
  await until('the small worker is here', () => page.evaluate(() => navigator.serviceWorker.controller?.scriptURL.includes('lite')), 60000);
  await attach();
  await line.down();
  await server.kill();
  await deliver(sent.old);
  const url = await (await note(sent.old.bt.chain), tap(sent.old.bt.chain));
  await page.goto(url);
  assert.equal(await shown(page), 'html');
  const text = await page.locator('body').innerText();
  for (const part of ['Cảnh báo cho máy cũ', 'Lên chỗ cao ngay.\nKhông qua ngầm tràn.', 'Máy chưa xét được tin này', '2026']) assert.ok(text.includes(part), `${part} in ${text}`);
  assert.ok(!/Đã kết thúc/.test(text));
  await deliver({ ...sent.ended, bt: { ...sent.ended.bt, rev: 2 } });
  await until('the newer one is kept', async () => (await waiting()).some(path => path.endsWith('-2')));
  await page.goto(url);
  assert.match(await page.locator('body').innerText(), /Đã kết thúc, chưa có tin mới/);
  const update = { ...sent.old, notification: { ...sent.old.notification, title: 'Tin sau' }, bt: { ...sent.live.bt, chain: sent.old.bt.chain, issued: sent.old.bt.issued + 60 } };
  await deliver(update);
  await until('the later one is kept', async () => (await waiting()).some(path => path.includes(update.bt.id)));
  await page.goto(url);
  await page.locator('a', { hasText: 'Tin sau' }).click();
  await page.locator('h1', { hasText: 'Tin sau' }).waitFor();
  assert.equal(await page.locator('h1').innerText(), 'Tin sau');
  await context.close();
  ({ context, page, worker, cdp, registration } = own);
});
