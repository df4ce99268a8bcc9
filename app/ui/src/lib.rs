//! Pure Leptos views: plain data in, view out. Used by the app (`csr`) and by the server (`ssr`).
//!
//! Start at [`pages`] (one function a page, returning [`el::El`], which Leptos builds and the server writes as HTML)
//! and [`chrome::chrome`], which frames it. [`data`] chooses what a page shows, so that both editions show the same.
//! Views hold no closures: what can be tapped carries `data-act` (and `data-id`), for one delegated listener.
//!
//! # Attributes for scripts
//!
//! - `data-act`: `save listen share copy sms print image more fetch place topic sync fetch-all persist drop-media drop-old
//!   drop-all update install search`, and of the app itself `later seen start-over` (click, `search` is the form) and `size theme mode` (change, radio with its value).
//! - `data-id`: item id, place code or topic index. `data-url` around them, `data-title`: what to share or copy, and under which
//!   title where that is not the heading.
//! - `data-act=image` is a link to the file with `data-w data-h data-alt`: put an `<img>` in its place.
//! - `data-lead` on a link: its article comes in the `<template>` behind it, or how it begins with a link `data-tail` to all of it.
//! - `data-edition` ([`El::apart`]): left out when the texts of the two editions are compared.
//! - `aria-pressed` on switches (`save place topic`). Install button (`data-act=install`) is `hidden` until it can work.
//!
//! # Classes, for whoever writes the style sheet
//!
//! Frame (`chrome`): `.app` > `a.sk` skip link · `header.hd` (`a.br` brand, `a.lg` other language; the woven band is its `::after`) ·
//! `main#main` (`p.fr#fresh` how old the list is; `div.pg.NAME` the page) · `footer.ft` (ul, p) · `nav.bar` (ul > li > a > span, icons by the sheet,
//! `[aria-current=page]`; `b.n.l1…l5` how many alerts are in force) · `svg.sprite` (symbols `#i-…`, must not take room).
//! `NAME`: `home topic place former places item alerts search mine phone settings about install gone none fault offline wait`.
//!
//! General: `.vh` only for screen readers · `.js` shown only where a script runs (`html.js .js`) · `svg.i` icon (stroke, 24×24, `currentColor`) ·
//! `button.bt, a.bt` action (svg.i + span; `.go` the main one; `[aria-pressed=true]` on) · `.ac` row of actions · `p.wy` a way onward ·
//! `p.em, div.em` empty state · `p.ok` calm good news · `p.warn` · `p.up` update ready · `p.vn` version · `b.smp` "Bài mẫu" badge ·
//! `p.st` state of an item (`.on .off .soon`) · `p.ld` lead · `ul.ways` big links onward · `section.ex` what the app adds · `.print-only`.
//!
//! Lists: `ul.ls` > `li` (`.nw` unread, begins with `i.vh`) > `a` > `h3 p`, then `small` · `p.mr` more · `ul.tp` topics on home
//! (li > h3 > a small; p > a) · `ul.pl` short links in a row (places; `.big` 48 px rows, may hold `button.bt`) · `ul.cks` switches of topics.
//! Home: `section.fx` alerts in force.
//!
//! Alerts: `ul.als` > `li.al.l1…l5` or `li.al.off` (ended, cancelled, superseded: no level colour) > `a` (`span.lv`, `h3`, `p.st`), `small` ·
//! `span.lv` level: `b.sg` (svg.i shape `#i-l1…l5` with the number `i` over its middle) and `b` words · `div.alh.l1…l5|.off` head of an alert page:
//! `span.lv p.hz p.st p.sn` · `.al.dr .alh.dr` a drill, striped, with `p.dm` · `ol.do` three big steps (li > svg.dw drawing + span; on the install page with `.st3`: li > svg.i + span) · `svg.map` (first `use` all units,
//! `use.hit` those concerned) · `section.cg` contingency · `section.cs` numbers (`p.cl`) · `section.cn` > `ol.ch` chain (`li.ms` what was missed) · `p.fm` its other forms · `.pg.alarm` one alert over the whole screen · `ul.lvs` > `li.l1…l5` legend.
//!
//! Item: `article.it.k-bulletin|k-alert|k-guide|k-event|k-unknown`: `p.cr` kind and topics · `h1` · `p.ld` · `p.st` · `dl.mt` (div > dt dd) ·
//! `p.la` other languages · `figure.au` recording · `.ac` · `dl.fa` facts (div > dt dd, dd may hold ul) · `div.bd` text · `p.so` source ·
//! `details.va` other variant · `p.nx` unknown kind or block · `p.print-only`.
//! Text: `p h2 h3 ul ol.sp blockquote(>footer) div.tb>table figure.fg(>a.ph>svg.ar + span.pt, or img; figcaption) figure.au(>figcaption audio)
//! p.cl>a (number) p.ln>a (link)`. `svg.ar` is empty and holds the place of the image: `display:block;width:100%`, `span.pt` lies over it.
//! The app marks the sentence being read aloud with `mark.say`.
//!
//! Search: `form.sf` (label, `div.sq` > input + button, details > p > label select) · `p.fd` hint, `h2.fd` count · `mark` hits · `#found`.
//! Phone and settings: `dl.fa`, `table`, `fieldset.set.size|theme|mode` > legend, `label.rd` > input + span.

pub mod blocks;
pub mod chrome;
pub mod ctx;
pub mod data;
pub mod el;
pub mod icons;
pub mod links;
pub mod pages;
pub mod parts;

#[cfg(test)]
mod tests;

pub use chrome::chrome;
#[cfg(not(feature = "csr"))]
pub use chrome::chrome_alone;
pub use ctx::{Ctx, Edition, Images, Mine};
pub use el::El;
