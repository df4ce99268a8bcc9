// What comes after the text: the service worker, the app in the background, the update toast, and the few buttons of a
// page that need a script. Loaded when the page is idle; everything here is an extra, so that nothing breaks without it.
(function () {
  'use strict';
  var d = document, html = d.documentElement, nav = navigator, workers = nav.serviceWorker;
  var shell = html.hasAttribute('data-shell'), controlled = !!(workers && workers.controller);
  var store = {};
  try { store = localStorage; } catch (e) {}
  var say = function (vi, en) { return html.lang === 'en' ? en : vi; };
  var size = function (bytes) { return Math.max(1, Math.round(bytes / 1024)) + ' KB'; };

  // ---- a line at the foot of the screen: what happened, and at most one thing to do about it

  function toast(text, act, run) {
    var old = d.getElementById('bt-toast');
    if (old) old.remove();
    var box = d.createElement('div'), line = d.createElement('p');
    box.id = 'bt-toast';
    box.className = 'toast';
    box.setAttribute('role', 'status');
    line.textContent = text;
    box.append(line);
    function button(word, then) {
      var b = d.createElement('button');
      b.type = 'button';
      b.className = 'bt';
      b.textContent = word;
      b.addEventListener('click', function () { box.remove(); then(); });
      box.append(b);
    }
    if (act) {
      button(act, run);
      button(say('Để sau', 'Later'), function () {});
    } else setTimeout(function () { box.remove(); }, 4000);
    d.body.append(box);
  }

  // ---- the service worker

  // Browsers inside other apps forget what they store and cannot install: they get the pages, and the way to Chrome.
  var inside = /Zalo|FBA[NV]|FB_IAB|Instagram|; wv\)/.test(nav.userAgent);
  var line = nav.connection || {};
  var costly = (line.saveData || line.effectiveType === 'slow-2g') && store['bt-app'] !== 'yes';
  // A module with a reference type: what the program needs (Chrome 96). Older phones keep visited pages only.
  var able = window.WebAssembly && WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 111, 0]));

  function ask(worker, message) {
    return new Promise(function (done) {
      var channel = new MessageChannel();
      channel.port1.onmessage = function (event) { done(event.data); };
      worker.postMessage(message, [channel.port2]);
    });
  }

  /** Who chose text alone is asked before a new release comes: the worker cannot read where that stands. */
  function frugal() {
    if (!window.caches) return;
    caches.open('bt-flags').then(function (flags) {
      return store['bt-mode'] === 'text' ? flags.put('/bt-flag/text', new Response('1')) : flags.delete('/bt-flag/text');
    }).catch(function () {});
  }

  function register() {
    var allowed = workers.getRegistration().then(function (held) {
      if (held) return;
      // A release that was withdrawn must not come back: neither from the page whose worker has just left,
      if (controlled) throw new Error('withdrawn');
      // nor with the next one.
      return fetch('/release.json', { cache: 'no-cache' }).then(function (answer) { return answer.ok ? answer.json() : {}; }).then(function (release) {
        if (release.kill) throw new Error('withdrawn');
      });
    });
    return allowed.then(function () { return workers.register(able ? '/sw.js' : '/sw.js?lite', { updateViaCache: 'none' }); }).then(function (registration) {
      watch(registration);
      if (!controlled && !shell && able) workers.ready.then(background);
    }).catch(function (cause) { console.info('no worker', cause.message); });
  }

  /** On the first visit the program fills the phone beside the page: from the next address on, everything is here. */
  function background(registration) {
    ask(registration.active, { type: 'status' }).then(function (status) {
      if (!status.complete || status.noWasm || !status.glue) return;
      function start() {
        if (d.hidden) return d.addEventListener('visibilitychange', start, { once: true });
        // From where the worker has put it: it came over the line in another form, and would come again.
        Promise.all([import(status.glue), caches.match(status.wasm)]).then(function (all) { return all[0].default({ module_or_path: all[1] }); })
          .catch(function (cause) { console.info('no app', cause.message); });
      }
      (window.requestIdleCallback || setTimeout)(start);
    });
  }

  function watch(registration) {
    function offer(worker) {
      // The program has its own words for it, and asks the worker that answers it.
      if (shell) return controlled && workers.controller.postMessage({ type: 'status' });
      ask(worker, { type: 'status' }).then(function (status) {
        toast(say('Có bản mới', 'New version') + ' (' + size(status.bytes) + ').', say('Dùng bản mới', 'Use it'), function () { use(worker); });
      });
    }
    function follow(worker) {
      if (!worker) return;
      worker.addEventListener('statechange', function () {
        if (worker.state !== 'installed' || !registration.active) return;
        if (wanted) return use(worker);
        // A worker that does not mean to wait is gone by then; to speak to the old one now would hold it up by half a minute.
        setTimeout(function () { if (worker === registration.waiting) offer(worker); }, 1500);
      });
    }
    /** The reader said yes: the new worker takes over, and this page loads again, once. */
    function use(worker) {
      var once;
      workers.addEventListener('controllerchange', function () {
        if (!once) location.reload();
        once = 1;
      });
      worker.postMessage({ type: 'activate' });
    }
    var wanted;
    if (registration.waiting && registration.active) offer(registration.waiting);
    follow(registration.installing);
    registration.addEventListener('updatefound', function () { follow(registration.installing); });
    // Sent where data is saved: an update waits for a yes before it is fetched at all.
    workers.addEventListener('message', function (event) {
      var news = event.data || {};
      if (news.type !== 'update') return;
      toast(say('Có bản mới', 'New version') + ' (' + size(news.bytes) + ').', say('Tải về', 'Download'), function () {
        wanted = 1;
        ask(registration.active, { type: 'fetch-app' }).then(function () { registration.update(); });
      });
    });
  }

  if (workers && !inside) {
    frugal();
    if (!costly || controlled) register();
    else if (/cai-ung-dung|cai-dat|cua-toi|trong-may/.test(location.pathname)) {
      toast(say('Tải ứng dụng về máy để đọc khi không có mạng (khoảng 150 KB)?', 'Keep the app on this phone to read offline (about 150 KB)?'),
        say('Tải về', 'Download'), function () {
          store['bt-app'] = 'yes';
          register().then(function () { toast(say('Đang tải về máy.', 'Downloading.')); });
        });
    }
  }
  // ---- alerts by push: whoever asked for them keeps getting them, or is told

  function wake() {
    var held, on = '/nhan-canh-bao';
    try { held = JSON.parse(store['bt-push']); } catch (e) {}
    // That page looks itself, and says more.
    if (!held || !held.wishes || !workers || !window.Notification || location.pathname.slice(-on.length) === on) return;
    if (Notification.permission !== 'granted') {
      if (Date.now() - store['bt-push-told'] < 7e7) return;
      store['bt-push-told'] = Date.now();
      return toast(say('Thông báo cảnh báo đang bị tắt trên máy này.', 'Alerts no longer ring on this phone.'), say('Cách bật', 'How to switch on'),
        function () { location.href = say('', '/en') + on; });
    }
    workers.ready.then(function (registration) {
      return registration.pushManager.getSubscription().then(function (now) {
        return now || registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: held.key });
      });
    }).then(function (now) {
      // What unpacks an alert, where an earlier release has not brought it.
      caches.match('/alerts.bin').then(function (here) { if (!here) fetch('/alerts.bin'); });
      // The server knows this address already; told once a week all the same, since it may have been restored from a copy.
      if (now.endpoint === held.endpoint && Math.abs(Date.now() - held.at) < 6e8) return;
      var body = Object.assign({ endpoint: now.endpoint, keys: now.toJSON().keys }, held.wishes);
      return fetch('/push/dang-ky', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).then(function (answer) {
        if (!answer.ok) return;
        held.endpoint = now.endpoint;
        held.at = Date.now();
        store['bt-push'] = JSON.stringify(held);
      });
    }).catch(function (cause) { console.info('no push', cause.message); });
  }
  wake();

  // ---- a page that was kept, or stays open, shows nothing as in force that has come to an end since

  /** Of a list of what is in force: to a list of its own below. */
  function move(row) {
    var section = row.closest('section'), over = section.nextElementSibling, title;
    if (!over || !over.matches('.ended')) {
      over = d.createElement('section');
      over.className = 'ended';
      title = d.createElement('h2');
      title.textContent = say('Đã kết thúc, chưa có tin mới', 'Ended, no newer word');
      over.append(title, d.createElement('ul'));
      section.after(over);
    }
    over.lastChild.append(row);
    if (!section.querySelector('li')) section.remove();
  }
  function stale() {
    [].forEach.call(d.querySelectorAll('[data-from]'), function (el) {
      if (Date.now() / 1000 < el.dataset.from) return;
      el.querySelector('.st').textContent = say('Đang có hiệu lực', 'In force');
      el.removeAttribute('data-from');
    });
    [].forEach.call(d.querySelectorAll('[data-until]'), function (el) {
      if (Date.now() / 1000 < el.dataset.until) return;
      if (el.matches('.n')) return el.remove();
      var line = el.querySelector('.st');
      if (!line) {
        line = d.createElement('p');
        el.querySelector('h3').after(line);
      }
      line.className = 'st';
      line.textContent = say('Đã kết thúc, chưa có tin mới — chưa chắc đã an toàn', 'Ended, no newer word — not certain to be safe');
      el.className = el.className.replace(/ l\d/, ' off');
      el.removeAttribute('data-until');
      if (el.matches('li:not(.dr)')) move(el);
    });
  }
  if (!shell) {
    stale();
    setInterval(stale, 30000);
    d.addEventListener('visibilitychange', stale);
  }

  if (inside && !shell) {
    var seen;
    try { seen = sessionStorage['bt-inside']; sessionStorage['bt-inside'] = 1; } catch (e) {}
    if (!seen) {
      var android = /Android/.test(nav.userAgent);
      toast(android ? say('Mở bằng Chrome để đọc được cả khi không có mạng.', 'Open in Chrome to read offline too.')
        : say('Mở bằng Safari để đọc được cả khi không có mạng.', 'Open in Safari to read offline too.'),
      android ? say('Mở bằng Chrome', 'Open in Chrome') : say('Cách làm', 'How'), function () {
        location.href = android
          ? 'intent://' + location.host + location.pathname + '#Intent;scheme=' + location.protocol.slice(0, -1) + ';package=com.android.chrome;end'
          : say('', '/en') + '/cai-ung-dung';
      });
    }
  }
  // ---- how often items are opened: only where the reader agreed, without a name, once a day at most

  function opens(value) {
    try {
      if (value) store['bt-opens'] = JSON.stringify(value);
      return JSON.parse(store['bt-opens'] || '{}');
    } catch (e) { return {}; }
  }

  function agree(yes) {
    store['bt-count'] = yes ? 'yes' : 'no';
    opens({});
    toast(yes ? say('Cảm ơn. Tắt lúc nào cũng được, ở Cài đặt.', 'Thank you. You can stop it in the settings.') : say('Đã thôi đếm.', 'Stopped.'));
  }

  function opened() {
    var path = location.pathname, item = /\/(?:tin|canh-bao)\/(?:.*-)?([0-9a-z]{8})$/.exec(path), agreed = store['bt-count'], all;
    if (/cai-dat$/.test(path) && agreed) {
      return toast(agreed === 'yes' ? say('Máy này gửi số lượt mở tin, không kèm tên.', 'This phone sends how often items are opened, without a name.')
        : say('Máy này không gửi số lượt mở tin.', 'This phone does not send how often items are opened.'),
      agreed === 'yes' ? say('Thôi gửi', 'Stop') : say('Cho gửi', 'Send it'), function () { agree(agreed !== 'yes'); });
    }
    if (!item || agreed === 'no') return;
    all = opens();
    all[item[1]] = (all[item[1]] || 0) + 1;
    opens(all);
    // Asked once, of somebody who reads, and never over an alert; counting begins anew with his answer.
    if (!agreed && Object.keys(all).length >= 8 && !/\/canh-bao\//.test(path)) {
      store['bt-count'] = 'no';
      toast(say('Cho cán bộ biết tin nào được mở, không kèm tên ai?', 'Tell the officials which items are opened, without your name?'),
        say('Đồng ý', 'Yes'), function () { agree(true); });
    }
    if (agreed === 'yes' && !(Date.now() - store['bt-sent'] < 7e7) && nav.onLine) {
      store['bt-sent'] = Date.now();
      fetch('/dem', { method: 'POST', credentials: 'omit', body: JSON.stringify({ opens: all }) }).then(function (answer) {
        if (answer.ok) opens({});
      }).catch(function () { delete store['bt-sent']; });
    }
  }
  opened();
  if (window.navigation) navigation.addEventListener('currententrychange', function (event) { if (event.navigationType !== 'replace') opened(); });

  // ---- the phone tree: the way to it where this phone has one, and its counts (no names) once there is a network

  function callable(tries) {
    var id = /\/canh-bao\/(?:.*-)?([0-9a-z]{8})$/.exec(location.pathname), head = d.querySelector('.alh.l3,.alh.l4,.alh.l5');
    if (!store['bt-tree'] || !id) return;
    // The program takes a moment to draw its page.
    if (!head) return tries && setTimeout(callable, 500, tries - 1);
    toast(say('Gọi báo các nhà trong cây gọi điện?', 'Call the households of your phone tree?'), say('Gọi báo', 'Call'), function () {
      try {
        sessionStorage['bt-tree-alert'] = JSON.stringify({ id: id[1], level: /l(\d)/.exec(head.className)[1], title: d.querySelector('.it h1').textContent });
      } catch (e) {}
      location.href = say('', '/en') + '/cay-goi#' + id[1];
    });
  }
  function waiting() {
    try { return JSON.parse(store['bt-tree-out'] || '{}'); } catch (e) { return {}; }
  }
  function counts() {
    var all = waiting();
    Object.keys(all).forEach(function (token) {
      var body = JSON.stringify(all[token]);
      fetch('/cay-goi/so', { method: 'POST', credentials: 'omit', redirect: 'error', body: body }).then(function (answer) {
        // Taken, or refused for good; whatever else answers is not the server.
        if (answer.status !== 204 && answer.status !== 422) return;
        var now = waiting();
        if (JSON.stringify(now[token]) === body) delete now[token];
        store['bt-tree-out'] = JSON.stringify(now);
        dispatchEvent(new Event('bt-counted'));
      }).catch(function () {});
    });
  }
  /** Its page lists alerts without a network too: also those that came while another page was open. */
  function callers() {
    counts();
    if (!store['bt-tree'] || /cay-goi$/.test(location.pathname)) return;
    fetch('/api/v1/alerts', { credentials: 'omit', redirect: 'error' }).then(function (answer) {
      if (!answer.ok || !/json/.test(answer.headers.get('content-type'))) return;
      return caches.open('bt-flags').then(function (flags) { return flags.put('/bt-flag/alerts', answer); });
    }).catch(function () {});
  }
  addEventListener('bt-counts', counts);
  addEventListener('online', callers);
  callers();
  callable(20);
  if (window.navigation) navigation.addEventListener('currententrychange', function (event) { if (event.navigationType !== 'replace') setTimeout(callable, 500, 4); });

  // ---- buttons of a page

  function copy(text) {
    var done = function () { toast(say('Đã chép địa chỉ.', 'Address copied.')); };
    if (nav.clipboard) return nav.clipboard.writeText(text).then(done, function () { prompt('', text); });
    prompt('', text);
  }

  // Pictures from the desk lie on the server in three widths, of which a page names the middle one. A small screen takes the
  // small one, a large one the large; beside the tap stands what that one costs. A picture without widths stays as it is.
  // To ask for the width lays the page out: not before it has been shown once.
  function small() { return innerWidth < 480; }
  function fit(a) {
    var width = small() ? '-360' : Math.min(innerWidth, 720) * devicePixelRatio > 1000 ? '-1080' : '';
    var other = a.href.replace('.avif', width + '.avif');
    if (!/\/media\//.test(other) || other === a.href) return Promise.resolve();
    return fetch(other, { method: 'HEAD' }).then(function (answer) {
      var bytes = answer.ok && answer.headers.get('content-length'), label = a.querySelector('.pt').lastChild;
      if (!bytes) return;
      a.dataset.other = other;
      label.data = label.data.replace(/\d\S* [KM]?B/, Math.ceil(bytes / 1000) + ' KB');
    }).catch(function () {});
  }

  function image(a) {
    var img = d.createElement('img'), shown = img;
    img.width = a.dataset.w;
    img.height = a.dataset.h;
    img.alt = a.dataset.alt || '';
    if (small() && a.dataset.other) {
      // The sharper one is a tap away.
      shown = d.createElement('a');
      shown.href = a.href;
      shown.title = say('Xem ảnh rõ hơn', 'See it sharper');
      shown.append(img);
    }
    img.addEventListener('error', function () {
      shown.remove();
      a.hidden = false;
      toast(say('Chưa tải được ảnh. Thử lại khi có sóng.', 'The picture did not come. Try again with a signal.'));
    });
    // Hidden, not removed: the program still owns it.
    a.hidden = true;
    a.before(shown);
    // In the program past the pictures that a browser remembers: what was tapped there is kept by the worker.
    var from = a.dataset.other || a.getAttribute('href'), put = function () { img.src = from; };
    if (shell) fetch(from).then(function (answer) { return answer.blob(); }).then(put, put);
    else put();
    // As a recording says when it is asked for: the program counts what comes.
    a.dispatchEvent(new Event('play'));
  }

  var offer;
  function installable(on) {
    [].forEach.call(d.querySelectorAll('button[data-act=install]'), function (b) { b.hidden = !on; });
  }

  // The text in another language lies folded further down.
  d.addEventListener('click', function (event) {
    var a = event.target.closest && event.target.closest('a[href^="#v-"]'), there = a && d.getElementById(a.hash.slice(1));
    if (!there) return;
    event.preventDefault();
    there.open = true;
    there.scrollIntoView();
  });

  d.addEventListener('click', function (event) {
    var at = event.target.closest && event.target.closest('[data-act]');
    if (!at || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var act = at.dataset.act, box = at.closest('[data-url]'), url = box && box.dataset.url;
    if (act === 'print') print();
    else if (act === 'copy') copy(url);
    else if (act === 'share') {
      if (nav.share) nav.share({ title: at.dataset.title || d.querySelector('.it h1').textContent, url: url }).catch(function () {});
      else copy(url);
    }
    else if (act === 'image') {
      event.preventDefault();
      image(at);
    }
    // In the shell the program answers the rest.
    else if (shell) return;
    else if (act === 'install' && offer) {
      offer.prompt();
      offer = null;
      installable(false);
    }
  });

  if (shell) return;

  addEventListener('beforeinstallprompt', function (event) {
    event.preventDefault();
    offer = event;
    installable(true);
  });

  [].forEach.call(d.querySelectorAll('a[data-act=image]'), function (a) {
    fit(a).then(function () {
      // Who chose "full" in the settings of the app has asked for pictures everywhere.
      if (store['bt-mode'] === 'full') image(a);
    });
  });
})();
