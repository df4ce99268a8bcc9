  // Part of boot.js: the few buttons of a page that need a script.

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
    function back() {
      shown.remove();
      a.hidden = false;
    }
    img.addEventListener('error', function () {
      back();
      toast(say('Chưa tải được ảnh. Thử lại khi có sóng.', 'The picture did not come. Try again with a signal.'));
    });
    // Hidden, not removed: the program still owns it.
    var at = d.activeElement === a;
    a.hidden = true;
    a.before(shown);
    if (at) {
      shown.tabIndex = shown === img ? -1 : 0;
      shown.focus({ preventScroll: true });
    }
    // In the program past the pictures that a browser remembers: what was tapped there is kept by the worker.
    var from = a.dataset.other || a.getAttribute('href'), put = function () { img.src = from; };
    // As a recording says when it is asked for: the program counts what comes, unless it is here already.
    a.dispatchEvent(new Event('play'));
    if (!shell) return put();
    // A correction may have another picture in the same place.
    new MutationObserver(back).observe(a, { attributeFilter: ['href'] });
    // Looked for once more, so that the program's own look comes before the worker keeps it.
    caches.match(from, { cacheName: 'bt-media' }).then(function () { return fetch(from); }).then(function (answer) { return answer.blob(); }).then(put, put);
  }

  // Errors of media do not bubble.
  d.addEventListener('error', function (event) {
    if (event.target.nodeName === 'AUDIO') toast(say('Chưa tải được bản ghi âm. Thử lại khi có sóng.', 'The recording did not come. Try again with a signal.'));
  }, true);

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

  // However it came to the home screen: what it holds is to stay.
  addEventListener('appinstalled', function () { if (nav.storage && nav.storage.persist) nav.storage.persist(); });

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
