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

  /*WORKER*/

  // ---- what could not be opened without a network (sw.js) is opened once there is one, or the reader asks again

  var lost = /\/ngoai-tuyen$/.test(location.pathname) && /^\?(\/[^/\\].*)/.exec(location.search);
  function again() { location.replace(lost[1]); }
  if (lost) {
    addEventListener('online', again);
    // Whoever draws the page, server or program.
    toast(say('Trang này chưa mở được.', 'This page could not be opened.'), say('Thử lại', 'Try again'), again);
    if ((performance.getEntriesByType('navigation')[0] || {}).type === 'reload') again();
  }

  // ---- a page that was kept, or stays open, shows nothing as in force that has come to an end since

  /** Of a list of what is in force: to a list of its own below. */
  function move(row) {
    var section = row.closest('section'), over = section.nextElementSibling, title;
    if (!over || !over.matches('.ended')) {
      over = d.createElement('section');
      over.className = 'ended';
      title = d.createElement('h2');
      title.textContent = say('Đã kết thúc, chưa có tin mới', 'Ended, no update since');
      over.append(title, d.createElement('ul'));
      section.after(over);
    }
    over.lastChild.append(row);
    if (!section.querySelector('li')) section.remove();
  }
  // How far the clock of this phone is ahead, where that is known.
  var ahead = 0;
  function passed(at) { return (Date.now() - ahead) / 1000 >= at; }
  function due() {
    return [].some.call(d.querySelectorAll('[data-from],[data-until]'), function (el) { return passed(el.dataset.from || el.dataset.until); });
  }
  function stale() {
    [].forEach.call(d.querySelectorAll('[data-from]'), function (el) {
      if (!passed(el.dataset.from)) return;
      el.querySelector('.st').textContent = el.matches('.dr') ? say('Đang diễn ra', 'Under way') : say('Đang có hiệu lực', 'In force');
      el.removeAttribute('data-from');
      // That there is none is true no longer; of an exercise it stays true.
      var none = d.querySelector('.ok');
      if (none && !el.matches('.dr')) none.remove();
    });
    [].forEach.call(d.querySelectorAll('[data-until]'), function (el) {
      if (!passed(el.dataset.until)) return;
      if (el.matches('.n')) return el.remove();
      var line = el.querySelector('.st');
      if (!line) {
        line = d.createElement('p');
        el.querySelector('h3').after(line);
      }
      line.className = 'st';
      line.textContent = el.matches('.dr') ? say('Đã kết thúc', 'Over') : say('Đã kết thúc, chưa có tin mới — chưa chắc đã an toàn', 'Ended, no update since — it may not be safe yet');
      el.className = el.className.replace(/ l\d/, ' off');
      el.removeAttribute('data-until');
      // Nothing is asked of anybody by an exercise that is over.
      var steps = el.matches('.alh') && d.querySelector('.do');
      if (steps && el.matches('.dr')) steps.parentNode.remove();
      else if (steps) steps.previousElementSibling.textContent = say('Cần làm nếu vẫn còn nguy hiểm', 'Do this if the danger is still there');
      if (el.matches('li:not(.dr)')) move(el);
    });
  }
  if (!shell) {
    // A clock that is hours ahead would call over what holds: where something seems to be, the server is asked what time it
    // is, once for as long as the page is looked at. One that is hours behind would let it hold on: where anything has an end
    // and somebody stays (`on`), it is asked as well. Without an answer the phone's own word counts.
    var asked, look = function (on) {
      if (!ahead && !due() && !(on && d.querySelector('[data-from],[data-until]'))) return;
      asked = asked || Promise.race([fetch('/sync/head', { method: 'HEAD', cache: 'no-store' }).then(function (answer) {
        // A Wi-Fi that asks for a login has a clock of its own, and what a cache on the way had kept is of another hour.
        if (/^application\/x-bantin/.test(answer.headers.get('content-type')) && !answer.headers.get('age')) ahead = Date.now() - Date.parse(answer.headers.get('date')) || 0;
      }).catch(function () {}), new Promise(function (done) { setTimeout(done, 5000); })]);
      asked.then(stale);
    };
    look();
    setInterval(look, 30000, 1);
    // A phone may have put its clock right, or wrong, meanwhile. Without an answer what was heard before counts.
    d.addEventListener('visibilitychange', function () {
      if (d.hidden) return;
      asked = 0;
      look(1);
    });
  }

  // ---- of the article that comes with a list the page has the beginning: the rest is fetched once it is opened

  /** A page as text: as the server has it, or as it was kept; where there is no program, it is kept like one that was visited. */
  function whole(href) {
    return fetch(href).then(function (answer) {
      // Whatever else answers is not the server.
      if (!answer.headers.has('x-bantin')) throw answer;
      var copy = answer.clone();
      if (answer.ok && controlled && !shell) caches.open('bt-pages').then(function (pages) { return pages.put(href, copy); }).catch(function () {});
      return answer;
    }).catch(function () {
      return window.caches && caches.match(href, { cacheName: 'bt-pages', ignoreVary: true });
    }).then(function (answer) { return answer && answer.text(); });
  }
  function rest() {
    var way = d.querySelector('#main [data-tail]');
    if (way) whole(way.href).then(function (html) {
      var page = new DOMParser().parseFromString(html || '', 'text/html'), text = page.querySelector('#main .bd');
      var part = way.closest('article'), here = part.querySelector('.bd'), end = way.parentNode;
      var tail = d.createDocumentFragment(), more, last, first;
      if (!text || !part.isConnected || !end.parentNode) return;
      // What is there stays as it is: somebody reads it, or listens to it.
      while (text.nextSibling) tail.append(text.nextSibling);
      if (here) {
        more = [].slice.call(text.children, here.children.length - 1);
        // A paragraph may break off after a sentence. Of a text that became shorter since nothing is taken away.
        last = here.lastChild;
        first = more[0];
        if (first && first.tagName === last.tagName && first.textContent !== last.textContent) {
          last.replaceChildren.apply(last, [].slice.call(first.childNodes));
          more[0] = last;
        } else more.shift();
        here.append.apply(here, more);
      } else end.before(text);
      end.before(tail);
      // What its icons are drawn from.
      part.append(page.querySelector('.sprite') || '');
      if (d.activeElement === way && more && more[0]) {
        more[0].tabIndex = -1;
        more[0].focus({ preventScroll: true });
      }
      end.remove();
    });
  }
  // The list whose place the article took: what inline.js kept of it, perhaps long before this script came.
  var place = location.pathname;
  function turn(href) { d.querySelector('.lg').setAttribute('href', href); }
  function relist() {
    var main = d.getElementById('main'), list = d.list;
    d.list = 0;
    turn(say('/en', '/'));
    main.replaceChildren.apply(main, list.slice(1));
    if (list.title) d.title = list.title;
    scrollTo(0, list[0]);
  }
  function begun() {
    var main = d.getElementById('main'), list = d.list;
    if (list && !list.title) {
      list.title = d.title;
      d.title = main.querySelector('h1').textContent + ' – ' + list.title.split(' – ')[0];
      place = location.pathname;
      turn(say('/en' + place, place.slice(3)));
      // Long after the tap somebody may be further on.
      if (d.activeElement === d.body || d.activeElement === main) main.focus({ preventScroll: true });
    }
    rest();
  }
  begun();
  d.addEventListener('click', function (event) {
    if (event.target.closest && event.target.closest('[data-lead]')) begun();
  });
  if (!shell) window.onpopstate = function () {
    if (place === location.pathname) return;
    place = location.pathname;
    d.list ? relist() : location.reload();
  };
  // A phone without the program has it at hand when it opens the kept list without a network.
  var lead = controlled && !able && !costly && d.querySelector('[data-lead]');
  if (lead) whole(lead.href);

  if (inside && !shell) {
    var seen;
    try { seen = sessionStorage['bt-inside']; sessionStorage['bt-inside'] = 1; } catch (e) {}
    if (!seen) {
      var android = /Android/.test(nav.userAgent), help = say('', '/en') + '/cai-ung-dung';
      toast(android ? say('Mở bằng Chrome để đọc được cả khi không có mạng.', 'Open in Chrome to read offline too.')
        : say('Mở bằng Safari để đọc được cả khi không có mạng.', 'Open in Safari to read offline too.'),
      android ? say('Mở bằng Chrome', 'Open in Chrome') : say('Cách làm', 'How'), function () {
        location.href = android
          ? 'intent://' + location.host + location.pathname + location.search + '#Intent;scheme=' + location.protocol.slice(0, -1)
            + ';package=com.android.chrome;S.browser_fallback_url=' + encodeURIComponent(location.origin + help) + ';end'
          : help;
      });
    }
  }

  /*FOCUS*/

  /*COUNTS*/

  /*BUTTONS*/
})();
