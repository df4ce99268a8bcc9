  // Part of boot.js: in the shell, where keyboard and screen reader go on when the program has drawn something else.

  /** Where it is without moving the page; whether there was such a place. */
  function focus(selector) {
    var spot = d.querySelector(selector);
    if (spot) spot.focus({ preventScroll: true });
    return !!spot;
  }

  // Chrome says of a field that is taken away that it was changed: the search that somebody left would be his address again.
  if (shell) addEventListener('change', function (event) {
    if (event.target.id === 'q' && !/\/tim$/.test(location.pathname)) event.stopImmediatePropagation();
  }, true);

  if (shell && window.MutationObserver) {
    var alarm, told, path = location.pathname, left, next;
    // Later the reader is at something else, and a list that changes by itself must not take him away.
    function soon() { setTimeout(function () { left = next = 0; }, 3000); }
    addEventListener('popstate', function () {
      left = path;
      path = location.pathname;
      soon();
    });
    d.addEventListener('click', function (event) {
      // The button is far below once more has come.
      var lists = event.target.closest && event.target.closest('[data-act=more]') && d.querySelectorAll('.ls');
      if (lists && lists.length) {
        next = lists[lists.length - 1].children.length + 1;
        soon();
      }
    }, true);
    var drawn = function () {
      var dialog = d.querySelector('dialog');
      // An alert over the page: what is behind it can be neither reached nor read out, and stays where it was.
      if (dialog && dialog.showModal) {
        var title = dialog.querySelector('h1'), now = title.textContent + dialog.querySelector('[data-act=seen]~a').href;
        if (!dialog.open) dialog.showModal();
        // The first, or the next of several, which may be drawn into the same elements.
        if (now !== told) {
          told = now;
          dialog.setAttribute('aria-label', dialog.querySelector('.alh').textContent + '. ' + title.textContent);
          title.tabIndex = -1;
          focus('dialog h1');
          dialog.scrollTop = 0;
        }
      }
      if (alarm && !dialog) {
        told = 0;
        focus('#main');
      }
      alarm = dialog;
      // Who goes back is on the way that was taken.
      if (left && left !== path && focus('#main a[href="' + left + '"]')) left = 0;
      if (next && focus('.ls>li:nth-child(' + next + ') a')) next = 0;
      if (path !== location.pathname) {
        path = location.pathname;
        left = next = 0;
      }
    };
    new MutationObserver(drawn).observe(d.body, { childList: true, characterData: true, attributeFilter: ['href'], subtree: true });
    // Back and Esc close it: what must not be overlooked stays until somebody says that he has read it.
    d.addEventListener('close', drawn, true);
    drawn();
  }
