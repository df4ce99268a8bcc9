  // Part of boot.js: what is counted of readers who agreed, and of the phone tree. No name is sent.

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

  // The program, and whatever is sent and printed, call an alert /tin/ too.
  var ITEM = /\/(?:tin|canh-bao)\/(?:.*-)?([0-9a-z]{8})$/;

  function opened() {
    var path = location.pathname, item = ITEM.exec(path), agreed = store['bt-count'], all;
    var row = d.getElementById('bt-count');
    if (row) row.remove();
    if (/cai-dat$/.test(path)) {
      row = d.createElement('aside');
      row.id = 'bt-count';
      row.className = 'ft';
      row.textContent = agreed === 'yes' ? say('Máy này gửi số lượt mở tin, không kèm tên. ', 'This phone sends how often items are opened, without a name. ')
        : say('Máy này không gửi số lượt mở tin. ', 'This phone does not send how often items are opened. ');
      var change = d.createElement('button');
      change.className = 'bt';
      change.textContent = agreed === 'yes' ? say('Thôi gửi', 'Stop') : say('Cho gửi', 'Send it');
      change.onclick = function () { agree(agreed !== 'yes'); opened(); };
      row.append(change);
      return d.body.append(row);
    }
    if (!item || agreed === 'no') return;
    all = opens();
    all[item[1]] = (all[item[1]] || 0) + 1;
    opens(all);
    // Asked once, of somebody who reads, and never over an alert; counting begins anew with his answer.
    if (!agreed && Object.keys(all).length >= 8) setTimeout(function () {
      // What it is is known once the program has drawn it.
      if (store['bt-count'] || location.pathname !== path || d.querySelector('.alh')) return;
      store['bt-count'] = 'no';
      toast(say('Cho cán bộ biết tin nào được mở, không kèm tên ai?', 'Tell the officials which items are opened, without your name?'),
        say('Đồng ý', 'Yes'), function () { agree(true); });
    }, 1500);
    if (agreed === 'yes' && !(Math.abs(Date.now() - store['bt-sent']) < 7e7) && nav.onLine) {
      store['bt-sent'] = Date.now();
      // Forgotten before it is sent: where the answer is lost, rather too few are counted than some twice.
      opens({});
      fetch('/dem', { method: 'POST', credentials: 'omit', body: JSON.stringify({ opens: all }) }).catch(function () {});
    }
  }
  opened();
  if (window.navigation) navigation.addEventListener('currententrychange', function (event) { if (event.navigationType !== 'replace') opened(); });

  // ---- the phone tree: the way to it where this phone has one, and its counts (no names) once there is a network

  function callable(tries) {
    var id = ITEM.exec(location.pathname);
    if (!store['bt-tree'] || !id) return;
    // The program takes a moment to draw its page; until then the one before stands there.
    var at = shell ? d.getElementById('p-' + id[1]) : d, head = at && at.querySelector('.alh.l2,.alh.l3,.alh.l4,.alh.l5');
    if (!head) return tries && setTimeout(callable, 500, tries - 1);
    toast(say('Gọi báo các nhà trong cây gọi điện?', 'Call the households of your phone tree?'), say('Gọi báo', 'Call'), function () {
      try {
        sessionStorage['bt-tree-alert'] = JSON.stringify({ id: id[1], level: /l(\d)/.exec(head.className)[1], title: d.querySelector('.it h1').textContent });
      } catch (e) {}
      location.href = say('', '/en') + '/cay-goi#' + id[1];
    });
  }
  function kept(name) {
    try { return JSON.parse(store[name] || '{}'); } catch (e) { return {}; }
  }
  function counts() {
    var all = kept('bt-tree-out');
    Object.keys(all).forEach(function (token) {
      var body = JSON.stringify(all[token]);
      fetch('/cay-goi/so', { method: 'POST', credentials: 'omit', redirect: 'error', body: body }).then(function (answer) {
        // Taken, refused for good, or no room for it now; whatever else answers is not the server.
        if (!/204|42[29]/.test(answer.status)) return;
        var now = kept('bt-tree-out'), got = kept('bt-tree-got');
        if (answer.status !== 429 && JSON.stringify(now[token]) === body) delete now[token];
        store['bt-tree-out'] = JSON.stringify(now);
        got[token] = answer.status;
        store['bt-tree-got'] = JSON.stringify(got);
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
