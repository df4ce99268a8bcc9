//! Pages of alerts: how one stands is never in doubt, and what to do is seen first.

use super::world::{NOW, World};
use super::{contexts, markup};
use crate::ctx::Ctx;
use crate::pages;
use domain::words::Lang;

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
fn an_alert_without_places_is_everywhere() {
    let mut world = World::new("Lũ");
    for (_, card) in &mut world.cards {
        card.places.clear();
    }
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    let item = pages::item(&ctx, world.item("alert")).to_html();
    assert!(item.contains("href=\"/map.svg#all\" class=\"hit\"") && item.contains("Mọi nơi"), "{item}");
    for page in [pages::alerts(&ctx, world.alerts()), pages::alarm(&ctx, world.item("alert"))] {
        assert!(page.to_html().contains("Mọi nơi"));
    }
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
    // Nowhere is it in force, also in lists that say no more than how something stands.
    for (name, _, page) in world.pages(&ctx) {
        let html = page.to_html();
        assert!(!html.contains("Đang có hiệu lực"), "{name}: {html}");
        let told = html.matches("DIỄN TẬP: không có nguy hiểm thật").count();
        assert!(told >= html.matches("class=\"al dr\"").count(), "{name}: {html}");
    }
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

/// Of what was called off or replaced nothing is to be done; what ended without newer word may still be right.
#[test]
fn the_page_of_an_alert_says_what_to_do_while_it_may_hold() {
    let world = World::new("Lũ");
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    let (now, still) = (ctx.w().what_to_do(), ctx.w().what_to_do_still());
    let all = [("alert", Some(now)), ("coming", Some(now)), ("ended", Some(still)), ("superseded", None), ("cancelled", None)];
    for (name, expected) in all {
        let html = pages::item(&ctx, world.item(name)).to_html();
        assert_eq!([now, still].into_iter().find(|title| html.contains(title)), expected, "{name}");
    }
    // An exercise that is over leaves no danger behind.
    let mut drill = world;
    for (_, card) in &mut drill.cards {
        card.set_status(domain::content::Status::Exercise);
    }
    let html = pages::item(&ctx, drill.item("ended")).to_html();
    assert!(!html.contains(now) && !html.contains(still));
}

#[test]
fn steps_have_drawings_where_their_words_call_for_one() {
    use domain::content::{Block, Text, Variant};
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    let drawn = |step: &str| {
        let blocks = vec![Block::Steps(vec![Text::plain(step)])];
        let variant = Variant { lang: "vi".into(), facts: vec![], blocks, audio: None };
        let html = pages::what_to_do(&variant, false, &ctx).unwrap().to_html();
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
        markup::check("alarm", &page.to_html());
        markup::headings("alarm", &page);
        markup::controls("alarm", &page);
        let html = page.to_html();
        assert!(html.contains("data-act=\"seen\"") && html.contains("class=\"do\"") && html.contains("href=\"tel:112\""));
    }
}
