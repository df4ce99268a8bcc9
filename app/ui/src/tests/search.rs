//! The page of the search: what it leads to, and what it says of what it could not look into.

use super::world::NOW;
use crate::ctx::Ctx;
use crate::data::SearchData;
use crate::pages;
use domain::route::Query;
use domain::words::Lang;

fn asked(ctx: &Ctx, text: &str, data: SearchData) -> String {
    let query = Query { text: text.into(), ..Query::default() };
    pages::search(ctx, SearchData { query, ..data }).to_html()
}

#[test]
fn a_search_leads_to_places_also_by_the_names_that_they_had() {
    let ctx = Ctx::html(Lang::Vi, NOW, "");
    let search = |text: &str| asked(&ctx, text, SearchData::default());
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
    let search = |looking| asked(&ctx, "lũ quét", SearchData { looking, ..SearchData::default() });
    let none = ctx.w().found_none();
    assert!(search(false).contains(none) && !search(false).contains(ctx.w().loading()));
    assert!(!search(true).contains(none) && search(true).contains(ctx.w().loading()));
}

#[test]
fn places_are_found_by_whole_words_of_their_names() {
    let ctx = Ctx::app(Lang::Vi, NOW, "");
    let named = |text: &str| {
        let html = asked(&ctx, text, SearchData::default());
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
    let search = |text: &str, missing| asked(&ctx, text, SearchData { missing, ..SearchData::default() });
    let html = search("lũ quét", (594, 300_000));
    assert!(html.contains("Chưa tìm trong bài chưa tải về máy.") && html.contains("Tải 594 bài còn thiếu (300 KB)"), "{html}");
    assert!(html.contains("href=\"/tim?q=l%C5%A9+qu%C3%A9t&amp;html=1\""), "{html}");
    assert!(!search("lũ quét", (0, 0)).contains("fetch-all") && !search("", (594, 300_000)).contains("fetch-all"));
}
