//! An alert in other clothes: a poster of one A4 sheet, and the page with the text message and the loudspeaker script.
//!
//! Both stand below the address of the alert and are made by the server alone: no phone carries them.

use super::document::escape;
use super::view;
use crate::hot::{Hot, REVALIDATE};
use crate::live::{Item, Snapshot};
use crate::qr::qr;
use crate::site::Site;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use domain::alert::{State, aloud, sms};
use domain::content::{FactKind, ItemId, Status, Time};
use domain::instance::instance;
use domain::route::{Route, forms_path, item_path};
use domain::words::{Lang, date_time, fill};
use std::sync::Arc;
use ui::data::ItemData;
use ui::el::{El, cl, el, link, tx};
use ui::icons::sprite;
use ui::parts::{self, button, drill_mark, hazard_name, page};
use ui::{Ctx, links, pages};

/// Sheet of the poster.
pub const SHEET: &str = "/to-ro.css";
pub const STYLE: &str = include_str!("../../../style/poster.css");

#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    Poster,
    Words,
}

impl Form {
    /// As it ends an address.
    fn name(self) -> &'static str {
        match self {
            Form::Poster => "to-ro",
            Form::Words => "loa",
        }
    }
}

/// The address in a language, without the title: it is for people only.
pub fn path(id: ItemId, form: Form, lang: Lang) -> String {
    format!("{}/{}", forms_path(id, lang), form.name())
}

/// `/canh-bao/…/to-ro` and `/canh-bao/…/loa`.
pub fn parse(path: &str) -> Option<(Lang, ItemId, Form)> {
    let (item, form) = match path.rsplit_once('/')? {
        (item, "to-ro") => (item, Form::Poster),
        (item, "loa") => (item, Form::Words),
        _ => return None,
    };
    match Route::parse(item, "")? {
        (lang, Route::Item(id)) => Some((lang, id, form)),
        _ => None,
    }
}

/// The page, or `None` where no such alert stands.
pub async fn answer(site: &Arc<Site>, request: &HeaderMap, ctx: Ctx, id: ItemId, form: Form) -> Option<Response> {
    let snapshot = site.live.now();
    snapshot.items.get(&id).and_then(|item| item.card.alert())?;
    let key = format!("{}/{}/{id}/{}", ctx.origin, ctx.lang.tag(), form.name());
    let make = move |snapshot: &Snapshot| {
        let html = snapshot.items.get(&id).map(|item| {
            let data = ItemData::select(&item.card, Some(&item.body), snapshot.cards(), ctx.now);
            match form {
                Form::Poster => poster(&ctx, item, &data),
                Form::Words => {
                    let there = path(id, form, ctx.lang.other());
                    view::alone(&ctx, ctx.lang.desk().out_title, there, words(&ctx, item, &data)).html()
                }
            }
        });
        Hot::new(super::HTML, REVALIDATE, html.unwrap_or_default()).header(super::MARK, HeaderValue::from_static("1"))
    };
    Some(site.page(snapshot, &key, make).await.answer(request, None).await)
}

/// What no longer holds says so wherever it goes, and leads to the last word where there is one.
fn over(data: &ItemData, ctx: &Ctx) -> Option<El> {
    let text = sms::over(data.card, data.state, ctx.lang)?;
    let Some(newer) = data.replaced_by else { return Some(tx("p", text)) };
    // Not one behind the other: that a cancellation was cancelled would be the opposite.
    let said = match data.state {
        Some(State::Cancelled) => [text, ". ", ctx.w().replaced_by(), " "].concat(),
        _ => [text, ": "].concat(),
    };
    Some(tx("p", said).kid(link(item_path(newer, ctx.lang), newer.headline(ctx.lang.tag()).title.clone())))
}

/// The text message with and without diacritics, and the script for the loudspeaker.
fn words(ctx: &Ctx, item: &Item, data: &ItemData) -> El {
    let (d, card) = (ctx.lang.desk(), &item.card);
    let short = links::short(card, ctx.lang, &ctx.origin);
    let message = |clean: fn(&str) -> String, name| {
        let text = sms::text(card, &item.body, data.state, ctx.lang, &short, clean, ctx.now);
        let (n, parts) = (text.chars().count().to_string(), sms::segments(&text).to_string());
        let send = cl("a", "bt").attr("href", links::sms_of(&text)).attr("data-act", "sms");
        el("section")
            .kid(tx("h3", name))
            .kid(cl("p", "ex sx").text(text))
            .kid(tx("small", fill(d.out_sms_size, &[("n", &n), ("parts", &parts)])))
            .kid(cl("p", "ac").kid(send.kid(ui::icons::icon("sms")).kid(tx("span", d.out_sms_send))))
    };
    // The script is Vietnamese whatever the page is.
    let lines = aloud::script(card, &item.body, data.state).into_iter().map(|said| match said {
        aloud::Said::Line(line) => tx("p", line),
        aloud::Said::Pause(n) => {
            cl("p", "vn").text(["(", &fill(Lang::Vi.desk().aloud_pause, &[("n", &n.to_string())]), ")"].concat())
        }
    });
    page("forms", d.out_title)
        .maybe(drill_mark(card, ctx))
        .maybe(parts::sample_badge(card, ctx))
        .maybe(over(data, ctx).map(|said| said.class("warn")))
        .kid(
            cl("p", "ld")
                .attr("lang", card.headline(ctx.lang.tag()).lang.clone())
                .text(card.headline(ctx.lang.tag()).title.clone()),
        )
        .kid(tx("h2", d.out_sms))
        .kid(tx("p", d.out_sms_why))
        .kid(message(sms::marked, d.out_sms_marks))
        .kid(message(sms::plain, d.out_sms_plain))
        .kid(tx("h2", d.out_aloud))
        .kid(tx("p", d.out_aloud_why))
        .kid(cl("p", "ac").kid(el("span").class("js").kid(button("print", "print", d.out_print))))
        .kid(cl("div", "bd").attr("lang", "vi").kids(lines.collect()))
        .kid(cl("p", "wy").kid(link(item_path(card, ctx.lang), d.out_back)))
}

/// One sheet for the wall: sign, title, where, until, three steps, numbers, and the way to the newest word.
fn poster(ctx: &Ctx, item: &Item, data: &ItemData) -> String {
    let (w, d, card) = (ctx.w(), ctx.lang.desk(), &item.card);
    let head = card.headline(ctx.lang.tag());
    let variant = item.body.variant(&head.lang);
    let info = card.alert();
    let live = matches!(data.state, Some(State::InForce | State::Coming));
    let over = over(data, ctx);
    let todo = variant.filter(|_| !sms::taken_back(card, data.state));
    let sign = info.map(|info| {
        let class = if live && card.status() == Status::Actual {
            ["sign l", &info.level.clamp(1, 5).to_string()].concat()
        } else {
            "sign".to_owned()
        };
        cl("div", class).maybe(parts::sign(&info, ctx)).kid(cl("p", "hz").text(hazard_name(info.hazard, ctx)))
    });
    let area = variant.and_then(|variant| variant.fact(FactKind::AREA)).map(str::to_owned);
    let named = card.places.iter().filter_map(|code| Some(instance().place(*code)?.name.get(ctx.lang)));
    let named = named.collect::<Vec<_>>().join(", ");
    let place = area.unwrap_or(if named.is_empty() { w.everyone().to_owned() } else { named });
    // With its year, whatever year it is: what hangs on a wall is read much later.
    let dated = |at| date_time(at, Time::default(), ctx.lang);
    let words = if live { d.out_until } else { d.out_ended };
    let told = live || data.state == Some(State::Ended);
    let start = card.effective.filter(|_| data.state == Some(State::Coming)).map(dated);
    let until = match (start, card.expires.filter(|_| told).map(dated)) {
        (Some(from), Some(until)) => Some(fill(w.from_until(), &[("from", &from), ("until", &until)])),
        (Some(from), None) => Some(fill(w.from_on(), &[("from", &from)])),
        (None, until) => until.map(|at| fill(words, &[("at", &at)])),
    };
    let coming = (data.state == Some(State::Coming)).then(|| cl("p", "until").text(w.alert_coming()));
    let url = links::short(card, ctx.lang, &ctx.origin);
    let issued = fill(d.out_issued, &[("at", &dated(card.issued))]);
    let foot = el("footer").kid(qr(&url, d.out_qr)).kid(
        el("div")
            .kid(tx("p", d.out_check))
            .kid(cl("p", "url").text(url.clone()))
            .kid(tx("p", [&card.source, " · ", &issued].concat())),
    );
    let ended = over.is_some();
    let main = el("main")
        .maybe(drill_mark(card, ctx))
        .maybe(over.map(|said| said.class("over")))
        .maybe(sign)
        .kid(tx("h1", head.title.clone()).attr("lang", head.lang.clone()))
        .kid(el("p").class("where").kid(tx("b", [w.alert_where(), ": "].concat())).text(place))
        .maybe(coming)
        .maybe(until.map(|text| cl("p", "until").text(text)))
        .maybe(todo.and_then(|variant| pages::what_to_do(variant, ended, ctx)))
        .kids(variant.map(|variant| pages::numbers(variant, ctx)).unwrap_or_default())
        .kid(foot);
    let sprite = sprite(&main);
    let mut out = String::from("<!doctype html><html lang=");
    out.push_str(ctx.lang.tag());
    out.push_str("><head><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\"><title>");
    escape(&[w.poster(), ": ", &head.title].concat(), &mut out);
    out.push_str("</title><meta name=robots content=noindex><link rel=icon href=/icons/icon.svg><link rel=stylesheet href=");
    out.push_str(SHEET);
    out.push_str("></head><body class=");
    out.push_str(measure(&main));
    out.push('>');
    let brand = cl("header", "hd").kid(tx("b", instance().name.as_str()));
    let brand = brand.maybe(parts::sample_badge(card, ctx)).kid(link(item_path(card, ctx.lang), d.out_back));
    for part in [brand, main].into_iter().chain(sprite) {
        part.write(&mut out);
    }
    out.push_str("</body></html>");
    out
}

/// Which size of letters lets everything stand on one sheet, by how much there is to say.
fn measure(main: &El) -> &'static str {
    match main.inner_text().chars().count() {
        0..430 => "k0",
        430..640 => "k1",
        640..820 => "k2",
        _ => "k3",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_stand_below_the_alert() {
        let id = ItemId([1, 2, 3, 4, 5]);
        assert!(parse(&format!("/canh-bao/lu-quet-{id}/to-ro")) == Some((Lang::Vi, id, Form::Poster)));
        assert!(parse(&format!("/en/canh-bao/{id}/loa")) == Some((Lang::En, id, Form::Words)));
        for path in ["/canh-bao/to-ro", "/to-ro", "/chu-de/y-te/loa", "/canh-bao/x/y/to-ro"] {
            assert!(parse(path).is_none(), "{path}");
        }
    }
}
