//! What an item says beside its text: most of it guides and events.

use crate::ctx::Ctx;
use crate::el::{El, cl, el, link, tx};
use crate::links;
use crate::parts::from_until;
use domain::content::{Card, FactKind, Variant};

/// A name with its value.
fn row(name: &'static str, value: El) -> El {
    el("div").kid(tx("dt", name)).kid(value)
}

/// Papers, fee, office, hours, duration, phone.
pub fn guide(variant: &Variant, ctx: &Ctx) -> Vec<El> {
    let w = ctx.w();
    let lang = |el: El| el.attr("lang", variant.lang.clone());
    let mut rows = Vec::new();
    let papers: Vec<El> = variant.facts(FactKind::PAPER).map(|paper| lang(tx("dd", paper.to_owned()))).collect();
    if !papers.is_empty() {
        rows.push(cl("div", "pp").kid(tx("dt", w.papers())).kids(papers));
    }
    let plain = [
        (w.fee(), FactKind::FEE),
        (w.duration(), FactKind::DURATION),
        (w.office(), FactKind::OFFICE),
        (w.hours(), FactKind::HOURS),
    ];
    for (name, kind) in plain {
        if let Some(text) = variant.fact(kind) {
            rows.push(row(name, lang(tx("dd", text.to_owned()))));
        }
    }
    for number in variant.facts(FactKind::PHONE) {
        rows.push(row(w.phone(), phone(number)));
    }
    all(rows)
}

fn phone(number: &str) -> El {
    match links::tel(number) {
        Some(href) => el("dd").kid(link(href, number.to_owned())),
        None => tx("dd", number.to_owned()),
    }
}

fn all(rows: Vec<El>) -> Vec<El> {
    if rows.is_empty() { rows } else { vec![cl("dl", "fa").kids(rows)] }
}

/// When, where, online, calendar file.
pub fn event(card: &Card, variant: &Variant, ctx: &Ctx) -> Vec<El> {
    let w = ctx.w();
    let mut rows = Vec::new();
    let event = card.event();
    if let Some(event) = &event {
        let when = match event.end {
            Some(end) => from_until(event.start, end, ctx),
            None => ctx.when(event.start),
        };
        rows.push(row(w.when(), tx("dd", when)));
    }
    if let Some(venue) = variant.fact(FactKind::VENUE) {
        rows.push(row(w.venue(), tx("dd", venue.to_owned()).attr("lang", variant.lang.clone())));
    }
    if let Some(url) = event.as_ref().and_then(|event| event.online.as_deref()).filter(|url| url.starts_with("https://")) {
        rows.push(row(w.online(), el("dd").kid(link(url.to_owned(), w.join()).attr("rel", "noopener"))));
    }
    for number in variant.facts(FactKind::PHONE) {
        rows.push(row(w.phone(), phone(number)));
    }
    let mut out = all(rows);
    if event.is_some() {
        out.push(
            cl("p", "wy")
                .kid(crate::icons::icon("calendar"))
                .kid(link(domain::route::Feed::Event(card.id).path(ctx.lang), w.to_calendar())),
        );
    }
    out
}
