//! Every page for every kind in both editions and languages: what must hold of all their markup.

mod alert;
mod data;
mod markup;
mod search;
mod world;

use crate::ctx::{Ctx, Images};
use crate::data::ItemData;
use crate::el::El;
use crate::pages;
use crate::{Edition, chrome};
use domain::words::Lang;
use world::{NOW, World};

const HOSTILE: [&str; 8] = [
    "</script><script>alert(1)</script>",
    "</textarea><script>alert(2)</script>",
    "\"><img src=x onerror=alert(3)>",
    "' onmouseover='alert(4)",
    "</title></style><svg/onload=alert(5)>",
    "a\u{2028}b\u{2029}c",
    "\u{202e}gnoc\u{202c} \u{2066}x\u{2069}",
    "{{7*7}}<!--<template>&lt;b&gt;&#x3c;",
];

fn contexts() -> Vec<Ctx> {
    let mut out = Vec::new();
    for lang in [Lang::Vi, Lang::En] {
        for ctx in [Ctx::html(lang, NOW, "https://example.vn"), Ctx::app(lang, NOW, "https://example.vn")] {
            out.push(Ctx { images: Images::Inline, voice: true, ..ctx.clone() });
            out.push(ctx);
        }
    }
    out
}

/// Every page of a world, framed.
fn every_page(ctx: &Ctx, world: &World) -> Vec<(String, El)> {
    world.pages(ctx).into_iter().map(|(name, route, page)| (name, chrome(ctx, route.as_ref(), Some(NOW), page))).collect()
}

#[test]
fn every_page_is_sound_markup() {
    let world = World::new("Lũ quét ở A Lưới");
    for ctx in contexts() {
        for (name, page) in every_page(&ctx, &world) {
            markup::check(&name, &page.to_html());
            markup::headings(&name, &page);
            markup::addresses(&name, &page, ctx.lang);
            markup::controls(&name, &page);
        }
    }
}

#[test]
fn no_text_becomes_markup() {
    for hostile in HOSTILE {
        let world = World::new(hostile);
        // One of each edition and language: the rest differs in no text.
        for ctx in contexts().into_iter().step_by(7) {
            for (name, page) in every_page(&ctx, &world) {
                let html = page.to_html();
                markup::check(&name, &html);
                for control in ['\u{202a}', '\u{202e}', '\u{202c}', '\u{2066}', '\u{2069}'] {
                    assert!(!html.contains(control), "{name}: a directional control came through");
                }
                markup::addresses(&name, &page, ctx.lang);
            }
        }
    }
}

#[test]
fn both_editions_say_the_same() {
    let world = World::new("Lũ quét ở A Lưới");
    for lang in [Lang::Vi, Lang::En] {
        let html = world.pages(&Ctx::html(lang, NOW, "https://example.vn"));
        let app = world.pages(&Ctx::app(lang, NOW, "https://example.vn"));
        for ((name, _, html), (_, _, app)) in html.into_iter().zip(app) {
            assert_eq!(markup::text(&html), markup::text(&app), "{name}");
        }
    }
}

#[test]
fn texts_carry_their_language() {
    let world = World::new("Lũ");
    let html = pages::item(&Ctx::html(Lang::En, NOW, ""), world.item("bulletin")).to_html();
    assert!(html.contains("<h1 lang=\"vi\">"), "a Vietnamese title on an English page says so");
    assert!(html.contains("<div class=\"bd\" lang=\"vi\">"));
    assert!(html.contains("<details class=\"va\" id=\"v-ktv\">") && html.contains("<div lang=\"ktv\">"));
    let html = pages::item(&Ctx::html(Lang::En, NOW, ""), world.item("guide")).to_html();
    assert!(html.contains("<h1>"), "the English variant needs no mark on an English page");
    assert!(html.contains("href=\"/tin/") && html.contains("hreflang=\"vi\""), "the way to the Vietnamese one");
}

#[test]
fn a_text_that_is_not_here_is_missed_before_anything_else() {
    let world = World::new("Lũ");
    let ctx = Ctx::app(Lang::Vi, NOW, "");
    let place = |body: bool, word: &str| {
        let mut data = world.item("bulletin");
        data.body = data.body.filter(|_| body);
        pages::item(&ctx, data).to_html().find(word)
    };
    assert!(place(false, "data-act=\"fetch\"") < place(false, "data-act=\"save\""));
    assert!(place(true, "data-act=\"save\"") < place(true, "class=\"bd\""));
    assert!(place(false, "data-act=\"fetch\"").is_some() && place(true, "data-act=\"save\"").is_some());
}

#[test]
fn a_copy_that_was_corrected_says_so_and_offers_the_correction() {
    let world = World::new("Lũ");
    let ctx = Ctx::app(Lang::Vi, NOW, "");
    let old = world.item("bulletin");
    let newer = domain::content::Card { revision: old.card.revision + 1, body_bytes: 14, ..old.card.clone() };
    let both = || pages::item(&ctx, ItemData::select(old.card, old.body, [&newer], NOW)).to_html();
    assert!(both().contains("Đã có tin mới thay tin này") && both().contains("data-act=\"fetch\""), "{}", both());
    assert!(both().contains("tốn 7 B") && both().contains("class=\"bd\""), "what the newer text costs, and the older one");
    let current = pages::item(&ctx, ItemData::select(&newer, old.body, [&newer], NOW)).to_html();
    assert!(!current.contains("data-act=\"fetch\"") && !current.contains("Đã có tin mới"), "{current}");
}

#[test]
fn an_unknown_kind_shows_what_can_be_read() {
    let world = World::new("Chợ phiên");
    let html = pages::item(&Ctx::html(Lang::Vi, NOW, ""), world.item("unknown")).to_html();
    assert!(html.contains("mở bằng bản mới") && html.contains("Chợ phiên"));
}

#[test]
fn dangerous_links_get_no_address() {
    use crate::links::{tel, web};
    assert_eq!(web("javascript:alert(1)"), None);
    assert_eq!(web("data:text/html,x"), None);
    assert_eq!(web(" https://a"), None);
    assert_eq!(web("HTTPS://a.vn"), Some("HTTPS://a.vn"));
    assert_eq!(tel("1900 1075").as_deref(), Some("tel:19001075"));
    assert_eq!(tel("+84 (0)54;ext=1").as_deref(), Some("tel:+840541"));
    assert_eq!(tel("gọi"), None);
}

#[test]
fn home_is_small_and_its_first_headline_is_early() {
    let world = World::many("Thông báo lịch tiêm phòng cho trẻ dưới năm tuổi tại các xã vùng cao", 40);
    let page = chrome(
        &Ctx::html(Lang::Vi, NOW, "https://example.vn"),
        Some(&domain::route::Route::Home),
        Some(NOW),
        pages::home(&Ctx::html(Lang::Vi, NOW, ""), world.home()),
    );
    let html = page.to_html();
    let first = html.find("<h3>").unwrap();
    assert!(first < 700, "{first} bytes before the first headline");
    assert!(html.len() < 16_000, "{} bytes", html.len());
}

#[test]
fn a_page_carries_only_the_icons_it_uses() {
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    let whole = |main| chrome(&ctx, None, None, main).to_html();
    let names = |html: &str, before: &str| {
        let mut all: Vec<String> = html.split(before).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        all.sort();
        all
    };
    let world = World::new("Lũ");
    let html = whole(pages::item(&ctx, world.item("alert")));
    let mut used = names(&html, "<use href=\"#");
    used.dedup();
    assert!(used.len() > 2);
    assert_eq!(names(&html, "<symbol id=\""), used);
    assert!(!whole(pages::not_found(&ctx)).contains("<svg"));
    assert_eq!(ctx.edition, Edition::Html);
}

#[test]
fn of_what_nobody_said_how_long_it_holds_no_page_says_that_it_does() {
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    let said = |effective, expires| {
        let mut world = World::new("Lũ");
        let (_, card) = &mut world.cards[0];
        (card.effective, card.expires) = (effective, expires);
        let html = pages::item(&ctx, world.item("bulletin")).to_html();
        html.split("<p class=\"st ").nth(1).map(|rest| rest.split(['>', '<']).nth(1).unwrap().to_owned())
    };
    assert_eq!(said(None, None), None);
    assert_eq!(said(Some(NOW.plus(-60)), None).as_deref(), Some("Còn hiệu lực"));
    assert!(said(None, Some(NOW.plus(60))).unwrap().starts_with("Còn hiệu lực đến "));
    assert!(said(None, Some(NOW.plus(-60))).unwrap().starts_with("Đã hết hạn từ "));
}

#[test]
fn what_is_passed_on_says_first_that_it_no_longer_holds() {
    let mut world = World::new("Lũ");
    let sent = |world: &World, name: &str| {
        let page = pages::item(&Ctx::html(Lang::Vi, NOW, "https://example.vn"), world.item(name));
        let (mut sms, mut title) = (String::new(), String::new());
        page.walk(&mut |el| match el.get("data-act") {
            Some("sms") => sms = el.get("href").unwrap().replace("%20", " ").replace("%5b", "[").replace("%5d", "]"),
            Some("share") => title = el.get("data-title").unwrap_or("Lũ").to_owned(),
            _ => {}
        });
        let title = title.strip_suffix("Lũ").unwrap().to_owned();
        // A text message of an alert has a colon there.
        let said = sms.replacen(": Lũ.", ". Lũ.", 1);
        assert!(said.starts_with(&["sms:?body=", &title, "Lũ. "].concat()), "{name}: {sms} and {title}");
        title
    };
    assert_eq!(sent(&world, "alert"), "[Bài mẫu] ");
    assert_eq!(sent(&world, "cancelled"), "[Bài mẫu] Đã hủy. ");
    world.cards.iter_mut().for_each(|(_, card)| card.sample = false);
    assert_eq!(sent(&world, "alert"), "");
    assert_eq!(sent(&world, "coming"), "");
    assert_eq!(sent(&world, "ended"), "Đã kết thúc, chưa có tin mới — chưa chắc đã an toàn. ");
    assert_eq!(sent(&world, "superseded"), "Đã có tin mới thay cảnh báo này. ");
    assert_eq!(sent(&world, "cancelled"), "Đã hủy. ");
    // The word that calls it off is the one that holds: it is not called off itself.
    assert_eq!(sent(&world, "cancel"), "");
    assert_eq!(sent(&world, "bulletin"), "");
    for (name, card) in &mut world.cards {
        if *name == "bulletin" {
            card.expires = Some(NOW.plus(-60));
        }
    }
    assert!(sent(&world, "bulletin").starts_with("Đã hết hạn từ "));
}
