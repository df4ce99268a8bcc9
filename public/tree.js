// The phone tree (cây gọi điện): the list of households that a prestigious figure keeps on his own phone, locked, and calls
// through when an alert comes. Here: who holds the key and for how long, what is on the screen, and how a change is kept.
// No name and no number ever goes into a request.
import { dropBox, freshAlerts, keptAlerts, makeLock, pushed, readBox, seal, unseal, writeBox } from './tree-box.js';
import { chains, counts, fold } from './tree-rules.js';
import { banner, inForce, list, form, paste, safe, print } from './tree-list.js';
import { choose, work } from './tree-work.js';

/** Nobody has touched the page, or seen it, for so long: it locks itself. Calls take minutes, so not too soon. */
const IDLE = 10 * 60e3;
const UNDO = 20;
const WORKS = 12;
const SHORTEST = 8;
/** A number, a birthday, keys beside each other, or few signs again and again: whoever has the file tries those first. */
const GUESSED = /^[\d\s.,+/-]*$|^(.{1,3})\1+.?.?$|^(?:mat ?khau|mật ?khẩu|pass ?word|qwerty|abcd)\S{0,6}$/i;

const root = document.getElementById('tree');
const facts = JSON.parse(root.dataset.facts);
const lang = document.documentElement.lang;
/** Flags for the other pages of this site (`boot.js`), and counts that wait for a network: no names in here. */
let flags = {};
try { flags = localStorage; } catch {}

/** The words of a key, with its holes filled. */
const t = (key, holes) => (facts.words[key] || key).replace(/\{(\w+)\}/g, (_, hole) => holes[hole]);

/** An element; what stands in it is text or elements, never markup. */
function h(tag, props, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...kids.flat(2).filter(kid => kid || kid === 0));
  return node;
}
/** An icon of the page, always beside its word. */
function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  svg.setAttribute('class', 'i');
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}
const button = (words, run, props = {}, picture) =>
  h('button', { type: 'button', class: 'bt', onclick: () => run(), ...props }, picture && icon(picture), h('span', {}, words));

/** What every screen gets to see and do. `data` is there only while the box is open. */
const app = { t, h, icon, button, facts, lang, now, data: null, alerts: [], view: 'start', arg: null, said: '', go, change, undo, lock, say, sent, sealed };
const views = { list, form, paste, safe, choose, work };
let key = null, rev = 0, past = [], saving = Promise.resolve(), seen = Date.now(), items = [], news = [], drawn = '';

// ---- screens

/** Draws the screen anew; `move` brings the reader to its beginning. */
function draw(move) {
  drawn = JSON.stringify(app.alerts);
  // What a sheet of paper showed goes with the screen that it was printed from.
  for (const sheet of document.querySelectorAll('.sheet')) sheet.remove();
  const screen = app.data ? views[app.view](app) : doors[app.view]();
  const said = h('p', { class: 'said', role: 'status' }, app.said, app.said && past.length && app.data ? button(t('undo'), undo, { class: 'bt undo' }) : null);
  // Not all at once: Chrome 86 and Safari 14 are the first to know how.
  root.textContent = '';
  root.append(...[screen].flat(2).filter(Boolean), said);
  // Never over the buttons of the next house.
  const card = root.querySelector('.house');
  if (card) card.before(said);
  if (!move) return;
  const heading = root.querySelector('h2');
  if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
  scrollTo(0, 0);
}
function go(view, arg = null) {
  app.view = view;
  app.arg = arg;
  app.said = '';
  step();
  draw(true);
  takeUp();
}
/** The phone's own way back leads from any screen to the list, and from there out: history knows one step, or none. */
let leaving = false;
const deep = () => app.data && app.view !== 'list';
function step() {
  if (leaving) return;
  if (deep() && !history.state) history.pushState(1, '');
  if (deep() || !history.state) return;
  leaving = true;
  history.back();
}
addEventListener('popstate', () => {
  // Our own step back; meanwhile somebody may have gone on.
  if (leaving) [leaving] = [false, step()];
  else if (deep() && !history.state) {
    putAside();
    go('list');
  }
});
/** Something outside has changed: shown where nobody is typing or choosing. */
function redraw() {
  const busy = [...root.querySelectorAll('input,details[open]')].some(field => (field.type === 'checkbox' ? field.checked : field.open || field.value) || field === document.activeElement);
  if (/locked|list|work/.test(app.view) && !busy) draw();
}
function say(words) {
  app.said = words;
  draw();
}

// ---- keeping

/** Changes the list: on the screen at once, on the disk before anything else is written. */
async function change(words, edit) {
  past.push(JSON.stringify(app.data));
  past = past.slice(-UNDO);
  edit(app.data);
  app.data.works = app.data.works.slice(-WORKS);
  app.said = words;
  draw();
  await keep();
}
async function undo() {
  app.data = JSON.parse(past.pop());
  app.said = t('undone');
  draw();
  await keep();
}
function keep() {
  const { data } = app, lock = key;
  // One after the other, each over the one before.
  saving = saving.then(async () => {
    if (!lock) return;
    try {
      rev = await writeBox(await seal(lock, data), rev);
      report(data);
    } catch (cause) {
      if (cause.code === 'moved') close(t('moved'));
      else say(t('not_kept'));
    }
  });
  return saving;
}
/** The list alone, locked with the same passphrase: what goes into a file. */
function sealed() {
  return seal(key, { place: app.data.place, houses: app.data.houses });
}

function kept(name) {
  try { return JSON.parse(flags[name] || '{}'); } catch { return {}; }
}
/** Of each worklist: the counts that wait, those that were said last, and how the server answered. */
function held(which) {
  return kept('bt-tree-' + which);
}
/** What the counts of each worklist are goes to the server when there is one; `boot.js` carries it. */
function report(data) {
  const [out, said, got] = ['out', 'said', 'got'].map(held);
  for (const { alert, token, marks } of data.works) {
    if (!alert) continue;
    const sum = counts(data.houses, marks);
    const now = [sum.told, sum.missed, sum.help, sum.of].join();
    if (said[token] === now) continue;
    said[token] = now;
    out[token] = { alert, token, place: +data.place, ...sum };
  }
  const known = new Set(data.works.map(work => work.token));
  for (const all of [said, got]) for (const token of Object.keys(all)) if (!known.has(token)) delete all[token];
  try {
    // Where nobody is to be called, no page asks whether to.
    if (data.houses.length) flags['bt-tree'] = data.place;
    else delete flags['bt-tree'];
    flags['bt-tree-out'] = JSON.stringify(out);
    flags['bt-tree-said'] = JSON.stringify(said);
    flags['bt-tree-got'] = JSON.stringify(got);
  } catch {}
  dispatchEvent(new Event('bt-counts'));
}
/** What became of the counts of this worklist: they wait for a network, or for room; the commune has them, or did not take them. */
function sent(token) {
  const status = held('got')[token];
  if (token in held('out')) return status === 429 ? t('crowded') : t('waits');
  return status ? (status === 204 ? t('received') : t('refused')) : '';
}
addEventListener('bt-counted', () => {
  const words = root.querySelector('.sum small');
  if (words && app.arg) words.textContent = sent(app.arg.token);
});

// ---- the key

async function enter(passphrase) {
  const box = await readBox();
  const { lock, value } = await unseal(box.envelope, passphrase);
  await open(lock, value, box.rev);
}
async function open(lock, data, at) {
  [key, rev, past, seen] = [lock, at, [], Date.now()];
  app.data = data;
  tell();
  // Open storage reaches the disk later than the box does: after a cut it may lag behind.
  report(data);
  if (data.draft) return go(data.draft.view, data.houses.find(house => house.id === data.draft.id) || null);
  const due = app.alerts.find(alert => alert.ids.includes(asked())) || inForce(app).find(alert => !finished(alert));
  if (due && data.houses.length) go('work', due);
  else go('list');
}
const finished = alert => app.data.works.some(work => alert.ids.includes(work.alert) && work.closed);

/** Takes everything that was open out of sight and out of memory. */
function lock(words = '') {
  putAside();
  close(words);
}
function close(words) {
  [key, past] = [null, []];
  app.data = app.arg = null;
  go('locked');
  if (words) say(words);
}
setInterval(() => { if (key && Date.now() - seen > IDLE) lock(t('locked_itself')); }, 10e3);
for (const act of ['pointerdown', 'keydown', 'input', 'wheel']) addEventListener(act, () => { seen = Date.now(); }, { passive: true });
// Timers sleep while a page is hidden: coming back is when it is noticed. Going away counts as a touch.
document.addEventListener('visibilitychange', () => {
  if (key && Date.now() - seen > IDLE) lock(t('locked_itself'));
  else if (document.hidden) seen = Date.now();
  else look();
});

/** A form that is half filled in when the page locks, or on the way back, is locked up with the list. */
function putAside() {
  const fields = [...root.querySelectorAll('form input[id]:not([type=password]):not([type=file]),form fieldset input,textarea')];
  if (!/form|paste/.test(app.view) || !fields.some(field => field.value !== field.defaultValue || field.checked !== field.defaultChecked)) return;
  const state = fields.map(field => [field.id || field.name, field.type === 'checkbox' ? field.checked : field.value]);
  app.data.draft = { view: app.view, id: house(), state };
  keep();
}
const house = () => (app.arg ? app.arg.id : '');
/** It comes back with its form. */
function takeUp() {
  const draft = app.data && app.data.draft;
  if (!draft || draft.view !== app.view || draft.id !== house()) return;
  delete app.data.draft;
  keep();
  for (const [name, value] of draft.state) {
    const field = document.getElementById(name) || root.querySelector(`[name="${name}"]`);
    if (typeof value === 'boolean') field.checked = value;
    else field.value = value;
  }
  root.querySelector('input,textarea').dispatchEvent(new Event('input'));
}

// ---- alerts

let clock = held('clock');
/** By the phone's clock, unless the server told that it is fast: what holds would look over. One that was set back since is
 * believed again. */
function now() {
  const at = Date.now();
  return at < clock.at ? at : at - (clock.ms || 0);
}
function tell() {
  app.alerts = chains(items, news, (app.data ? app.data.place : flags['bt-tree']) || '', now(), lang, (kept('bt-push').wishes || {}).places);
  // From the page of an alert that this page could not ask for: its reader brings what he saw.
  const brought = handed();
  if (brought && asked() && !app.alerts.some(alert => alert.ids.includes(asked()))) app.alerts.unshift(brought);
}
/** Id of the alert whose page led here. */
const asked = () => (/^#([0-9a-z]{8})$/.exec(location.hash) || [])[1];
function handed() {
  try {
    const { id, title, level } = JSON.parse(sessionStorage['bt-tree-alert']);
    return id === asked() && { ids: [id], title: String(title), level: +level, hazard: '', ends: 0, calls: true, here: true };
  } catch {
    return null;
  }
}
/** Asks anew; what is here already does not wait for it. */
async function look() {
  const answer = await freshAlerts();
  news = await pushed();
  if (answer) items = answer.list;
  if (answer && answer.clock) {
    clock = answer.clock;
    try { flags['bt-tree-clock'] = JSON.stringify(clock); } catch {}
  }
  tell();
  // Whoever reads the screen aloud, or goes through it by keys, keeps his place.
  if (JSON.stringify(app.alerts) !== drawn) redraw();
}
addEventListener('online', look);
// A network that says nothing when it comes back.
setInterval(() => { if (flags['bt-tree-out'] && flags['bt-tree-out'] !== '{}') dispatchEvent(new Event('bt-counts')); }, 20e3);

// ---- doors: what is on the screen while the box is closed

const secret = (id, words, props) => h('p', { class: 'fd' }, h('label', { for: id }, words), h('input', { id, type: 'password', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', required: true, ...props }));
/** Elders see what they type, where nobody looks over their shoulder. */
const show = () => h('label', { class: 'ck' }, h('input', { type: 'checkbox', onchange: event => {
  for (const field of root.querySelectorAll('input[id^=p-]')) field.type = event.target.checked ? 'text' : 'password';
} }), h('span', {}, t('show')));
/** A form that does its work once, and says what went wrong. */
const ask = (run, ...kids) => h('form', { onsubmit: async event => {
  event.preventDefault();
  const send = event.target.querySelector('.go');
  send.disabled = true;
  app.said = '';
  root.querySelector('.said').textContent = t('working');
  try {
    await run(event.target);
  } catch (cause) {
    root.querySelector('.said').textContent = why(cause.code);
  }
  send.disabled = false;
} }, ...kids);

const why = code => (code === 'wrong' ? t('wrong') : code === 'damaged' ? t('damaged') : code === 'newer' ? t('newer') : t('not_kept'));
const doors = {
  unable: () => h('p', { class: 'warn' }, t('unable')),
  setup: () => [
    h('h2', {}, t('setup')),
    h('p', { class: 'ld' }, t('intro')),
    h('p', {}, t('setup_what')),
    ask(async form => {
      const [one, two] = [form.elements['p-1'].value, form.elements['p-2'].value];
      const said = one.trim().length < SHORTEST ? t('short', { n: SHORTEST }) : GUESSED.test(one) ? t('guessed') : one !== two ? t('differ') : '';
      if (said) { root.querySelector('.said').textContent = said; return; }
      const data = { v: 1, place: form.elements.place.value, houses: [], works: [] };
      const lock = await makeLock(one);
      const at = await writeBox(await seal(lock, data), 0);
      if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
      await open(lock, data, at);
    },
    h('p', { class: 'fd' }, h('label', { for: 'place' }, t('commune')), h('select', { id: 'place', required: true }, h('option', { value: '' }, t('choose')), facts.communes.map(([code, name]) => h('option', { value: code }, name)))),
    secret('p-1', t('passphrase_new'), { autocomplete: 'new-password', minlength: SHORTEST }),
    secret('p-2', t('passphrase_again'), { autocomplete: 'new-password' }),
    show(),
    h('p', { class: 'warn' }, t('forget_warning')),
    h('p', { class: 'ac' }, h('button', { class: 'bt go' }, t('make')))),
  ],
  locked: () => [
    h('h2', {}, t('locked')),
    inForce(app).slice(0, 2).map(alert => banner(app, alert, h('p', {}, t('unlock_to_call')))),
    ask(form => enter(form.elements['p-0'].value),
      secret('p-0', t('passphrase'), { autocomplete: 'current-password' }),
      show(),
      h('p', { class: 'ac' }, h('button', { class: 'bt go' }, icon('shield'), h('span', {}, t('unlock'))))),
    h('details', {}, h('summary', {}, t('forgot')), h('p', {}, t('forgot_what')), ask(async form => {
      if (fold(form.elements.word.value) !== fold(t('forgot_word'))) { root.querySelector('.said').textContent = t('forgot_other'); return; }
      await dropBox();
      for (const name of ['bt-tree', 'bt-tree-out', 'bt-tree-said', 'bt-tree-got', 'bt-tree-clock']) delete flags[name];
      go('setup');
    },
    h('p', { class: 'fd' }, h('label', { for: 'word' }, t('forgot_type', { word: t('forgot_word') })), h('input', { id: 'word', autocomplete: 'off', required: true })),
    h('p', { class: 'ac' }, h('button', { class: 'bt go' }, t('forgot_go'))))),
  ],
};

// ---- paper: what stands on the screen is not what stands on the sheet

addEventListener('beforeprint', () => { if (app.data) document.querySelector('main').append(print(app)); });

async function start() {
  if (!(window.crypto && crypto.subtle && window.indexedDB)) return go('unable');
  try {
    const box = await readBox();
    [items, news] = [await keptAlerts(), await pushed()];
    tell();
    go(box ? 'locked' : 'setup');
  } catch {
    return go('unable');
  }
  look();
}
start();
