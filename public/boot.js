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
        import(status.glue).then(function (app) { return app.default({ module_or_path: fetch(status.wasm) }); })
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
    if (!costly || controlled) register();
    else if (/cai-ung-dung|cai-dat|cua-toi|trong-may/.test(location.pathname)) {
      toast(say('Tải ứng dụng về máy để đọc khi không có mạng (khoảng 150 KB)?', 'Keep the app on this phone to read offline (about 150 KB)?'),
        say('Tải về', 'Download'), function () {
          store['bt-app'] = 'yes';
          register().then(function () { toast(say('Đang tải về máy.', 'Downloading.')); });
        });
    }
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
    // Asked once, of somebody who reads; counting begins anew with his answer.
    if (!agreed && Object.keys(all).length >= 8) {
      store['bt-count'] = 'no';
      toast(say('Cho cán bộ biết tin nào được mở, không kèm tên bạn?', 'Tell the officials which items are opened, without your name?'),
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

  // ---- buttons of a page

  function copy(text) {
    var done = function () { toast(say('Đã chép địa chỉ.', 'Address copied.')); };
    if (nav.clipboard) return nav.clipboard.writeText(text).then(done, function () { prompt('', text); });
    prompt('', text);
  }

  function image(a) {
    var img = d.createElement('img');
    img.width = a.dataset.w;
    img.height = a.dataset.h;
    img.alt = a.dataset.alt || '';
    img.addEventListener('error', function () {
      img.replaceWith(a);
      toast(say('Chưa tải được ảnh. Thử lại khi có sóng.', 'The picture did not come. Try again with a signal.'));
    });
    img.src = a.href;
    a.replaceWith(img);
  }

  var offer;
  function installable(on) {
    [].forEach.call(d.querySelectorAll('button[data-act=install]'), function (b) { b.hidden = !on; });
  }

  d.addEventListener('click', function (event) {
    var at = event.target.closest && event.target.closest('[data-act]');
    if (!at || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var act = at.dataset.act, url = at.dataset.url;
    if (act === 'print') print();
    else if (act === 'copy') copy(url);
    else if (act === 'share') {
      if (nav.share) nav.share({ title: at.dataset.title, url: url }).catch(function () {});
      else copy(url);
    }
    // In the shell the program answers the rest.
    else if (shell) return;
    else if (act === 'image') {
      event.preventDefault();
      image(at);
    } else if (act === 'install' && offer) {
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

  // Who chose "full" in the settings of the app has asked for pictures everywhere.
  if (store['bt-mode'] === 'full') [].forEach.call(d.querySelectorAll('a[data-act=image]'), image);
})();
