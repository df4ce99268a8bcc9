//! Every page for every kind in both editions and languages: what must hold of all their markup.

mod data;
mod markup;
mod world;

use crate::ctx::{Ctx, Images};
use crate::data::ItemData;
use crate::el::El;
use crate::pages;
use crate::{Edition, chrome};
use domain::words::Lang;
use leptos::prelude::RenderHtml;
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
            markup::check(&name, &page.clone().to_html());
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
                let html = page.clone().to_html();
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
fn an_ended_alert_says_that_it_may_not_be_safe() {
    let world = World::new("Lũ");
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    let words = "Đã kết thúc, chưa có tin mới — chưa chắc đã an toàn";
    for page in [pages::alerts(&ctx, world.alerts()), pages::item(&ctx, world.item("ended")), pages::home(&ctx, world.home())] {
        let html = page.to_html();
        assert!(html.contains(words), "{html}");
    }
    let item = pages::item(&ctx, world.item("ended")).to_html();
    assert!(item.contains("class=\"alh off\"") && !item.contains("alh l3"), "no colour of a live alert");
    let live = pages::item(&ctx, world.item("alert")).to_html();
    assert!(live.contains("class=\"alh l3\"") && live.contains("Cấp 3 – rủi ro lớn") && live.contains("#i-l3"));
    assert!(live.contains("href=\"/map.svg#p20044\" class=\"hit\"") && live.contains("href=\"tel:112\""));
}

#[test]
fn a_drill_looks_like_no_alert() {
    let mut world = World::new("Lũ");
    for (_, card) in &mut world.cards {
        card.set_status(domain::content::Status::Exercise);
    }
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    for page in [pages::alerts(&ctx, world.alerts()), pages::item(&ctx, world.item("alert")), pages::home(&ctx, world.home())] {
        let html = page.to_html();
        assert!(html.contains("DIỄN TẬP: không có nguy hiểm thật") && html.contains(" dr\""), "{html}");
        // The legend of the five levels alone has their colours.
        let html = html.split("<details").next().unwrap().to_owned();
        assert!(!(1..=5).any(|n| html.contains(&format!(" l{n}\""))), "{html}");
    }
    let over = pages::item(&ctx, world.item("ended")).to_html();
    assert!(over.contains("<p class=\"st\">Đã kết thúc</p>"), "it left no danger behind: {over}");
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
    let newer = domain::content::Card { revision: old.card.revision + 1, body_bytes: 7, ..old.card.clone() };
    let both = || pages::item(&ctx, ItemData::select(old.card, old.body, [&newer], NOW)).to_html();
    assert!(both().contains("Đã có tin mới thay tin này") && both().contains("data-act=\"fetch\""), "{}", both());
    assert!(both().contains("tốn 7 B") && both().contains("class=\"bd\""), "what the newer text costs, and the older one");
    let current = pages::item(&ctx, ItemData::select(&newer, old.body, [&newer], NOW)).to_html();
    assert!(!current.contains("data-act=\"fetch\"") && !current.contains("Đã có tin mới"), "{current}");
}

#[test]
fn a_tap_anywhere_on_the_card_of_an_alert_opens_it_and_what_was_called_off_names_no_end() {
    let world = World::new("Lũ");
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    let page = pages::alerts(&ctx, world.alerts()).to_html();
    let cards: Vec<&str> = page.split("<li class=\"al ").skip(1).collect();
    assert!(!cards.is_empty());
    for card in cards {
        let card = card.split("</li>").next().unwrap();
        assert!(card.ends_with("</small></a>"), "{card}");
    }
    let span = |name: &str| {
        let html = pages::item(&ctx, world.item(name)).to_html();
        html.split("<p class=\"sn\">").nth(1).unwrap().split("</p>").next().unwrap().to_owned()
    };
    assert!(span("alert").contains("đến"), "{}", span("alert"));
    assert_eq!(span("cancelled"), "");
}

#[test]
fn steps_have_drawings_where_their_words_call_for_one() {
    use domain::content::{Block, Text, Variant};
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    let drawn = |step: &str| {
        let blocks = vec![Block::Steps(vec![Text::plain(step)])];
        let variant = Variant { lang: "vi".into(), facts: vec![], blocks, audio: None };
        let html = pages::what_to_do(&variant, &ctx).unwrap().to_html();
        html.split("/do.svg#").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned())
    };
    for (step, name) in [
        ("Lên chỗ cao ngay, đừng chờ nước đến sân", "up"),
        ("Không lội, không chạy xe qua suối và cầu tràn", "water"),
        ("Gọi 112 nếu có người bị kẹt", "call"),
        ("Gói sẵn giấy tờ, thuốc, áo ấm", "pack"),
        ("Ở trong nhà chắc chắn, không ra sông suối", "stay"),
        ("Đưa trâu bò, xe máy lên chỗ cao", "animals"),
        ("Lên bờ, neo thuyền chắc chắn", "boat"),
        ("Gọi 112 khi có tàu gặp nạn", "call"),
        ("Rời nhà sát chân đồi ngay bây giờ", "leave"),
        ("Sạc đầy điện thoại, trữ nước sạch", "pack"),
        ("Kê lúa gạo, giấy tờ lên cao", "lift"),
        ("Go to high ground now", "up"),
        ("Đi đường cao, tránh taluy và cầu tràn", "up"),
        ("By a stream or slope: leave now; else stay in a solid house", "leave"),
        ("Do not walk or ride through streams", "water"),
    ] {
        assert_eq!(drawn(step).as_deref(), Some(name), "{step}");
    }
    // Nothing fits, or only a picture of what is not to be done.
    for step in [
        "Nghe đài",
        "Đừng quay lại lấy đồ đạc, trâu bò",
        "Không ở lại trong nhà sát đồi",
        "Không ngủ ở nhà ven suối",
        "Không vào nhà bị nghiêng, bị nứt",
        "Xem kỹ mái và tường trước khi vào nhà",
        "Báo cho nhau mà biết",
        "Nghe cảnh báo trên loa thôn",
        "Nhờ thợ điện xem rồi mới bật cầu dao",
        "Không nghe lời đồn",
        "Không quay lại lấy thuyền",
        "Switch power on only when all is dry",
        "Stay in the shade",
        "Khi trời tạnh thì qua suối",
        "Leave heavy things behind",
        "Never stay in a house below a slope",
    ] {
        assert_eq!(drawn(step), None, "{step}");
    }
    let file = include_str!("../../../../public/do.svg");
    for name in ["up", "water", "call", "stay", "pack", "boat", "animals", "power", "lift", "watch", "leave"] {
        assert!(file.contains(&format!("id=\"{name}\"")), "{name}");
    }
}

#[test]
fn the_whole_screen_has_steps_numbers_and_one_way_out() {
    let world = World::new("Lũ quét ở A Lưới");
    for ctx in contexts() {
        let page = pages::alarm(&ctx, world.item("alert"));
        markup::check("alarm", &page.clone().to_html());
        markup::headings("alarm", &page);
        markup::controls("alarm", &page);
        let html = page.to_html();
        assert!(html.contains("data-act=\"seen\"") && html.contains("class=\"do\"") && html.contains("href=\"tel:112\""));
    }
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

#[test]
fn a_search_leads_to_places_also_by_the_names_that_they_had() {
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    let search = |text: &str| {
        let query = domain::route::Query { text: text.into(), ..Default::default() };
        pages::search(&ctx, crate::data::SearchData { query, ..Default::default() }).to_html()
    };
    for (text, address) in
        [("huyện a lưới", "/noi/cu/huyen-a-luoi"), ("Hồng Bắc", "/noi/cu/xa-hong-bac"), ("a luoi 2", "/noi/a-luoi-2")]
    {
        assert!(search(text).contains(&format!("href=\"{address}\"")), "{text}: {}", search(text));
    }
    assert!(!search("lúa").contains("href=\"/noi/cu/"), "a short word is no name");
}

#[test]
fn that_nothing_was_found_is_said_after_the_look_alone() {
    let ctx = Ctx::app(Lang::Vi, NOW, "");
    let search = |looking| {
        let query = domain::route::Query { text: "lũ quét".into(), ..Default::default() };
        pages::search(&ctx, crate::data::SearchData { query, looking, ..Default::default() }).to_html()
    };
    let none = ctx.w().found_none();
    assert!(search(false).contains(none) && !search(false).contains(ctx.w().loading()));
    assert!(!search(true).contains(none) && search(true).contains(ctx.w().loading()));
}

#[test]
fn places_are_found_by_whole_words_of_their_names() {
    let ctx = Ctx::app(Lang::Vi, NOW, "");
    let named = |text: &str| {
        let query = domain::route::Query { text: text.into(), ..Default::default() };
        let html = pages::search(&ctx, crate::data::SearchData { query, ..Default::default() }).to_html();
        let list = html.split("<ul class=\"pl\">").nth(1).map_or("", |list| list.split("</ul>").next().unwrap());
        list.split("</a>")
            .filter_map(|row| Some(row.rsplit_once('>')?.1.to_owned()))
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
    };
    assert_eq!(named("hương thủy"), ["Phường Hương Thuỷ", "Thị xã Hương Thủy"]);
    assert_eq!(named("huyen a luoi"), ["Huyện A Lưới"]);
    assert_eq!(named("Khe Tr"), ["Xã Khe Tre", "Thị trấn Khe Tre"]);
    assert!(named("hu").is_empty());
}

#[test]
fn a_phone_says_where_it_could_not_look() {
    let ctx = Ctx::app(Lang::Vi, NOW, "");
    let search = |text: &str, missing| {
        let query = domain::route::Query { text: text.into(), ..Default::default() };
        pages::search(&ctx, crate::data::SearchData { query, missing, ..Default::default() }).to_html()
    };
    let html = search("lũ quét", (594, 300_000));
    assert!(html.contains("Chưa tìm trong bài chưa tải về máy.") && html.contains("Tải 594 bài còn thiếu (300 KB)"), "{html}");
    assert!(html.contains("href=\"/tim?q=l%C5%A9+qu%C3%A9t&amp;html=1\""), "{html}");
    assert!(!search("lũ quét", (0, 0)).contains("fetch-all") && !search("", (594, 300_000)).contains("fetch-all"));
}

/// Of what was called off or replaced nothing is to be done; what ended without newer word may still be right.
#[test]
fn the_page_of_an_alert_says_what_to_do_while_it_may_hold() {
    let world = World::new("Lũ");
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    for (name, holds) in [("alert", true), ("coming", true), ("ended", true), ("superseded", false), ("cancelled", false)] {
        assert_eq!(pages::item(&ctx, world.item(name)).to_html().contains(ctx.w().what_to_do()), holds, "{name}");
    }
}
