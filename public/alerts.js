// The page "get alerts on this phone": asks only after a tap, says how it stands, and keeps what was chosen on the phone
// too, so that the page is whole without a network. Its words stand in the page (server/src/pages/notify.rs).
(function () {
  'use strict';
  const d = document, nav = navigator, lang = d.documentElement.lang;
  const form = d.getElementById('wishes');
  let store = {};
  try { store = localStorage; } catch {}

  const all = (query, of) => [...(of || d).querySelectorAll(query)];
  /** Of everything that could stand there, shows what holds. */
  const only = (kind, name) => all(`[data-${kind}]`).forEach(e => { e.hidden = e.dataset[kind] !== name; });
  const say = name => only('say', name);

  // ---- what was chosen: `bt-push` in the page's store, and the same for the worker

  let held = {};
  try { held = JSON.parse(store['bt-push'] || '{}'); } catch {}

  async function hold(value) {
    held = value;
    if (value.wishes) store['bt-push'] = JSON.stringify(value);
    else delete store['bt-push'];
    const flags = await caches.open('bt-flags');
    await (value.wishes ? flags.put('/bt-flag/push', new Response(JSON.stringify(value))) : flags.delete('/bt-flag/push'));
  }

  const picked = name => all(`[name=${name}]:checked`, form).map(e => e.value);
  const value = name => (form.elements[name] || {}).value;

  /** What the form says; the name of what is missing instead, where something is. */
  function wishes() {
    const places = value('places') === 'all' ? [] : picked('place').map(Number);
    const hazards = value('hazards') === 'all' ? [] : picked('hazard');
    if (value('places') !== 'all' && !places.length) return 'place';
    if (value('hazards') !== 'all' && !hazards.length) return 'hazard';
    const quiet = form.elements.quiet.checked ? [+value('from'), +value('to')] : null;
    return { places, hazards, level: +value('level'), quiet, lang };
  }

  function fill(chosen) {
    const pick = (name, list) => all(`[name=${name}]`, form).forEach(e => { e.checked = list.map(String).includes(e.value); });
    for (const [group, name] of [['places', 'place'], ['hazards', 'hazard']]) {
      const list = chosen[group] || [];
      pick(name, list);
      form.elements[group].value = list.length ? 'some' : 'all';
    }
    form.elements.level.value = String(chosen.level || 1);
    form.elements.quiet.checked = !!chosen.quiet;
    if (chosen.quiet) [form.elements.from.value, form.elements.to.value] = chosen.quiet;
  }

  /** Most need not change what is folded away; what was chosen, or is missing, is to be seen. */
  const showAll = () => { form.querySelector('details').open = true; };

  function unfold() {
    for (const group of ['places', 'hazards']) d.getElementById(group).hidden = value(group) === 'all';
  }

  /** The places that the reader follows in the app (client::settings, version 1); none where there is no app. */
  const followed = () => new Promise(done => {
    const open = indexedDB.open('bantin-keep');
    open.onupgradeneeded = () => open.transaction.abort();
    open.onerror = () => done([]);
    open.onsuccess = () => {
      const db = open.result;
      try {
        const row = db.transaction('settings').objectStore('settings').get('all');
        row.onsuccess = () => { db.close(); done(places(row.result || [])); };
        row.onerror = () => { db.close(); done([]); };
      } catch { db.close(); done([]); }
    };
  });

  function places(row) {
    let at = 5;
    const number = () => {
      let sum = 0;
      for (let shift = 0; at < row.length; shift += 7) {
        const byte = row[at++];
        sum += (byte & 127) << shift;
        if (byte < 128) break;
      }
      return sum;
    };
    return row[0] === 1 ? Array.from({ length: Math.min(number(), 99) }, number) : [];
  }

  // ---- the browser and the server

  const agent = nav.userAgent;
  const inside = /Zalo|FBA[NV]|FB_IAB|Instagram|; wv\)/.test(agent);
  // An iPad says that it is a Mac.
  const apple = /iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && nav.maxTouchPoints > 1);
  const able = nav.serviceWorker && window.PushManager && window.Notification;

  /** The worker, brought now if the phone has none yet: who taps here wants it. */
  async function worker() {
    let held = await nav.serviceWorker.getRegistration();
    const program = window.WebAssembly && WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 111, 0]));
    if (!held) {
      // One that was withdrawn stays away, as in boot.js.
      const answer = await fetch('/release.json', { cache: 'no-cache' });
      if (answer.ok && (await answer.json()).kill) throw answer;
      held = await nav.serviceWorker.register(program ? '/sw.js' : '/sw.js?lite', { updateViaCache: 'none' });
    }
    if (held.active) return held;
    // An installation that breaks off on a weak line is never ready, and does not say so.
    return Promise.race([nav.serviceWorker.ready, new Promise((_, fail) => {
      const coming = held.installing || held.waiting;
      const look = () => { if (!coming || coming.state === 'redundant') fail(new Error('no worker')); };
      if (coming) coming.addEventListener('statechange', look);
      look();
    })]);
  }

  async function subscription() {
    const registration = await nav.serviceWorker.getRegistration();
    return registration && registration.pushManager.getSubscription();
  }

  async function ask(method, path, body) {
    const answer = await fetch('/push/' + path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!answer.ok) throw answer;
    return answer.status === 204 ? {} : answer.json();
  }

  async function subscribe(chosen) {
    const { pushManager } = await worker();
    const answer = await fetch('/push/khoa', { cache: 'no-cache' });
    if (!answer.ok) throw answer;
    const key = (await answer.text()).trim();
    // A page in between is no reason to let go of what rings now.
    if (!/^B[\w-]{86}$/.test(key)) throw answer;
    let now = await pushManager.getSubscription();
    // Made for a server that was before this one: nobody could send to it.
    if (now && held.key && held.key !== key) now = (await now.unsubscribe()) && null;
    now = now || (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
    const { endpoint, keys } = now.toJSON();
    await ask('POST', 'dang-ky', { endpoint, keys, ...chosen });
    await hold({ key, endpoint, wishes: chosen, at: Date.now() });
    // What unpacks an alert is to be here before the first one, which may come when nothing else does.
    fetch('/alerts.bin').catch(() => {});
  }

  // ---- how it stands

  function stands(state, last) {
    only('state', state);
    const here = state === 'on' || state === 'offline';
    const may = here || state === 'off' || state === 'lost';
    form.hidden = !may;
    const buttons = { on: may && !here, save: here, test: state === 'on', off: here };
    all('[data-do]').forEach(b => { b.hidden = !buttons[b.dataset.do]; });
    const box = d.getElementById('last');
    box.hidden = !last;
    if (last) box.querySelector('span').textContent = new Date(last * 1000).toLocaleString(lang);
    const help = { denied: apple ? 'ios' : /SamsungBrowser/.test(agent) ? 'samsung' : 'chrome', inside: 'inside', home: 'ios' }[state];
    if (help) d.getElementById('help-' + help).open = true;
  }

  async function look() {
    if (inside) return stands('inside');
    if (!able) return stands(apple ? 'home' : 'none');
    if (Notification.permission === 'denied') return stands('denied');
    let now = await subscription();
    // The browser let go of it without a word: what was asked for goes on.
    const again = held.wishes && Notification.permission === 'granted';
    try {
      if (!now && again) {
        await subscribe(held.wishes);
        now = await subscription();
      }
      if (!now) return stands(held.wishes ? 'lost' : 'off');
      let answer = await ask('POST', 'kiem', { endpoint: now.endpoint });
      if (!answer.known && again) {
        await subscribe(held.wishes);
        answer = { known: true };
      }
      stands(answer.known ? 'on' : 'off', answer.last);
    } catch {
      stands(held.wishes ? 'offline' : 'off');
    }
  }

  // ---- what the reader does

  function lacks(chosen) {
    if (chosen === 'hazard') showAll();
    say(chosen);
  }

  let waiting;
  const acts = {
    async on() {
      const chosen = wishes();
      if (chosen.length) return lacks(chosen);
      // In the very tap, or some browsers refuse.
      if ((await Notification.requestPermission()) !== 'granted') return look();
      say('busy');
      await subscribe(chosen);
      say('saved');
      await look();
    },
    async save() {
      const chosen = wishes();
      if (chosen.length) return lacks(chosen);
      await subscribe(chosen);
      say('saved');
    },
    async test() {
      const now = await subscription();
      await ask('POST', 'thu', { endpoint: now.endpoint });
      say('sent');
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        say('late');
        d.getElementById('help').scrollIntoView();
      }, 60000);
    },
    async off() {
      const now = await subscription();
      const endpoint = now ? now.endpoint : held.endpoint;
      await hold({});
      if (now) await now.unsubscribe();
      await ask('DELETE', 'dang-ky', { endpoint }).then(() => say('stopped'), () => say('half'));
      stands('off');
    },
  };

  d.addEventListener('click', event => {
    const button = event.target.closest('[data-do]');
    if (!button) return;
    button.setAttribute('aria-busy', 'true');
    acts[button.dataset.do]().catch(cause => say(cause && cause.status === 429 ? 'wait' : 'failed')).then(() => button.removeAttribute('aria-busy'));
  });
  form.addEventListener('change', unfold);
  form.addEventListener('submit', event => event.preventDefault());
  if (able) {
    nav.serviceWorker.addEventListener('message', event => {
      if ((event.data || {}).type !== 'push' || !waiting) return;
      waiting = clearTimeout(waiting);
      say('came');
    });
  }
  const chrome = d.getElementById('chrome');
  if (/Android/.test(agent)) chrome.href = `intent://${location.host}${location.pathname}#Intent;scheme=${location.protocol.slice(0, -1)};package=com.android.chrome;S.browser_fallback_url=${encodeURIComponent(location.origin + (lang === 'en' ? '/en' : '') + '/cai-ung-dung')};end`;
  else chrome.hidden = true;

  (async () => {
    if (held.wishes) {
      fill(held.wishes);
      showAll();
    } else {
      const mine = await followed().catch(() => []);
      if (mine.length) fill({ places: mine });
    }
    unfold();
    // Where nothing may be kept, nothing can be asked either.
    await look().catch(() => stands('none'));
  })();
})();
