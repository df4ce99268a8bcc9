  // Part of boot.js, which the build puts together: the service worker, its updates, and alerts by push.

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
      if (Math.abs(Date.now() - store['bt-push-told']) < 7e7) return;
      store['bt-push-told'] = Date.now();
      return toast(say('Thông báo cảnh báo đang bị tắt trên máy này.', 'Alerts no longer ring on this phone.'), say('Cách bật', 'How to switch on'),
        function () { location.href = say('', '/en') + on; });
    }
    var recent = Math.abs(Date.now() - held.at) < 6e8;
    Promise.all([workers.ready, recent || fetch('/push/khoa', { cache: 'no-cache' }).then(function (answer) { return answer.ok && answer.text(); })]).then(function (got) {
      var push = got[0].pushManager, key = /^B[\w-]{86}$/.test(got[1]) ? got[1] : held.key;
      return push.getSubscription().then(function (now) {
        // The server has lost the key that this phone knows it by: it could call nobody.
        return now && key !== held.key ? now.unsubscribe().then(function () {}) : now;
      }).then(function (now) {
        held.key = key;
        return now || push.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      });
    }).then(function (now) {
      // What unpacks an alert, where an earlier release has not brought it.
      caches.match('/alerts.bin').then(function (here) { if (!here) fetch('/alerts.bin'); });
      // The server knows this address already; told once a week all the same, since it may have been restored from a copy.
      if (now.endpoint === held.endpoint && recent) return;
      var body = Object.assign({ endpoint: now.endpoint, keys: now.toJSON().keys }, held.wishes);
      return fetch('/push/dang-ky', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).then(function (answer) {
        // Nothing but the server itself answers so: a page in between would be believed for a week.
        if (answer.status !== 204) return;
        held.endpoint = now.endpoint;
        held.at = Date.now();
        store['bt-push'] = JSON.stringify(held);
        return caches.open('bt-flags').then(function (flags) { return flags.put('/bt-flag/push', new Response(store['bt-push'])); });
      });
    }).catch(function (cause) { console.info('no push', cause.message); });
  }
  wake();
