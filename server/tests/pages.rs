//! Pages as a browser, a search machine or a link preview gets them.

mod lab;
mod reader;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::content::{ItemId, Kind};
use domain::instance::instance;
use domain::route::{Feed, Query, Route, item_path};
use domain::words::Lang;
use reader::{ORIGIN, Reader, between, brotli, tags, whole};
use serde_json::{Value, json};

fn every_route() -> Vec<Route> {
    let i = instance();
    let fixed = [
        Route::Home,
        Route::Places,
        Route::Alerts,
        Route::Search(Query::default()),
        Route::Search(Query { text: "lu quet".into(), topic: Some(0), ..Query::default() }),
        Route::Saved,
        Route::OnThisPhone,
        Route::Settings,
        Route::About,
        Route::Install,
        Route::Offline,
    ];
    let topics = (0..i.topics.len() as u8).map(Route::Topic);
    let places = i.places.iter().map(|place| Route::Place(place.code));
    let former = i.former.iter().map(|former| Route::Former(former.slug.clone()));
    fixed.into_iter().chain(topics).chain(places).chain(former).collect()
}

fn items(reader: &Reader) -> Vec<ItemId> {
    reader.app.site.live.now().items.keys().copied().collect()
}

fn address(reader: &Reader, id: ItemId, lang: Lang) -> String {
    item_path(&reader.app.site.live.now().items[&id].card, lang)
}

#[tokio::test]
async fn every_page_is_there_in_both_languages() {
    let reader = Reader::with_sample().await;
    let mut paths: Vec<(String, Lang)> = Vec::new();
    for lang in [Lang::Vi, Lang::En] {
        paths.extend(every_route().iter().map(|route| (route.path(lang), lang)));
        paths.extend(items(&reader).into_iter().map(|id| (address(&reader, id, lang), lang)));
    }
    for (path, lang) in &paths {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("x-bantin"), "1", "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let html = answer.text();
        whole(&html, path, *lang);
        for tag in tags(&html).iter().filter(|tag| tag.name == "a") {
            let Some(href) = tag.get("href").filter(|href| href.starts_with('/') && !href.starts_with("/media/")) else {
                continue;
            };
            let href = href.replace("&amp;", "&");
            let (to, query) = href.split_once('?').unwrap_or((&href, ""));
            // The poster and the words of an alert stand below it.
            let below = to.strip_suffix("/to-ro").or(to.strip_suffix("/loa")).unwrap_or(to);
            // Pages that have no part in the program.
            let apart =
                ["/nhan-canh-bao", "/cay-goi", "/api/openapi.json"].iter().any(|page| to.trim_start_matches("/en") == *page);
            assert!(apart || Route::parse(below, query).is_some() || Feed::parse(to).is_some(), "{path} links to {href}");
        }
    }
}

#[tokio::test]
async fn pages_fit_their_budget() {
    let reader = Reader::with_sample().await;
    let mut pages = Vec::new();
    let routes = every_route().into_iter().map(|route| route.path(Lang::Vi));
    for path in routes.chain(items(&reader).into_iter().map(|id| address(&reader, id, Lang::Vi))) {
        pages.push((reader.page(&path).await, path));
    }
    // Compressing all of them well takes minutes; the largest on the wire is among the largest.
    pages.sort_by_key(|(html, _)| std::cmp::Reverse(html.len()));
    let largest = pages.iter().take(8).map(|(html, path)| (brotli(html.as_bytes()), path)).max().unwrap();
    let home = reader.page("/").await;
    let first = home.find("<h3").unwrap();
    let sizes = format!("home {} B, first headline after {first} B of markup, largest {largest:?}", brotli(home.as_bytes()));
    println!("{sizes}");
    assert!(brotli(home.as_bytes()) <= 8 * 1024, "{sizes}");
    assert!(largest.0 <= 14 * 1024, "{sizes}");
}

#[tokio::test]
async fn old_names_lead_to_the_units_of_today() {
    let reader = Reader::with_sample().await;
    for former in &instance().former {
        let html = reader.page(&Route::Former(former.slug.clone()).path(Lang::Vi)).await;
        for code in &former.successors {
            let today = Route::Place(*code).path(Lang::Vi);
            assert!(tags(&html).iter().any(|tag| tag.get("href") == Some(&today)), "{} leads to {today}", former.slug);
        }
    }
}

#[tokio::test]
async fn each_thing_has_one_address() {
    let reader = Reader::with_sample().await;
    let id = items(&reader)[0];
    let home = address(&reader, id, Lang::Vi);
    let alert = reader.app.site.live.now().cards().find(|card| card.alert().is_some()).unwrap().id;
    let moved = [
        (format!("/canh-bao/{id}"), home.clone()),
        (format!("/canh-bao/mot-ten-cu-{id}"), home.clone()),
        (format!("/en/tin/old-{id}"), address(&reader, id, Lang::En)),
        (format!("/tin/{id}?lang=en"), address(&reader, id, Lang::En)),
        (format!("{home}?lang=en"), address(&reader, id, Lang::En)),
        ("/noi/a-luoi-2/".into(), "/noi/a-luoi-2".into()),
        ("/en/?lang=vi".into(), "/".into()),
        ("/tim/?q=l%C5%A9+qu%C3%A9t".into(), "/tim?q=l%C5%A9+qu%C3%A9t".into()),
        ("/tim/?q=tin&tu=30".into(), "/tim?q=tin&tu=30".into()),
        ("/noi/a-luoi-2/?tu=60".into(), "/noi/a-luoi-2?tu=60".into()),
        ("/cay-goi/".into(), "/cay-goi".into()),
        ("/en/cay-goi/".into(), "/en/cay-goi".into()),
        ("/nhan-canh-bao/".into(), "/nhan-canh-bao".into()),
        ("/nhan-canh-bao?lang=en".into(), "/en/nhan-canh-bao".into()),
        ("/en/nhan-canh-bao?lang=vi".into(), "/nhan-canh-bao".into()),
        ("/cay-goi/?lang=en".into(), "/en/cay-goi".into()),
        (format!("/canh-bao/{alert}/loa?lang=en"), format!("/en/canh-bao/{alert}/loa")),
        (format!("/en/canh-bao/ten-{alert}/to-ro?lang=vi"), format!("/canh-bao/{alert}/to-ro")),
    ];
    for (from, to) in moved {
        let answer = reader.get(&from).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (308, to.as_str()), "{from}");
    }
    for path in [format!("{home}?fbclid=abc"), "/cay-goi?lang=vi".into(), format!("/en/canh-bao/{alert}/loa?lang=en")] {
        assert_eq!(reader.get(&path).await.status, 200, "{path}");
    }
    let short = reader.page(&format!("/tin/{id}")).await;
    assert!(
        short.contains(&format!("<link rel=canonical href=\"{ORIGIN}{home}\">")),
        "the short address of an SMS needs no further trip"
    );
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let reader = Reader::with_sample().await;
    for (path, lang) in [
        ("/khong-co", Lang::Vi),
        ("/en/none", Lang::En),
        ("/tin/zzzzzzzz", Lang::Vi),
        ("/chu-de/x", Lang::Vi),
        ("/khong-co?lang=en", Lang::En),
        // Nobody is sent to another site from a path that begins with two slashes.
        ("/en//bantin?lang=vi", Lang::Vi),
    ] {
        let answer = reader.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-bantin")), (404, "1"), "{path}");
        let html = answer.text();
        whole(&html, path, lang);
        assert!(html.contains(lang.words().not_found_text()), "{path}");
        assert!(html.contains("noindex") && !html.contains("rel=canonical"), "{path}");
    }
    let file = reader.get("/khong-co.js").await;
    assert_eq!(file.status, 404);
    assert!(!file.header("content-type").contains("html"), "a missing file is no page");
}

#[tokio::test]
async fn withdrawn_items_give_their_reason_at_once() {
    let reader = Reader::empty().await;
    let item = json!({"id": "a", "kind": "event", "topics": ["van-hoa"], "issued": "-1h", "source": {"name": "Xã"}, "title": "Hội làng",
        "summary": "Vui", "body": ["Mời bà con."], "event": {"start": "+1d"}});
    reader.publish(&[item]).await;
    let id = items(&reader)[0];
    let path = address(&reader, id, Lang::Vi);
    let before = reader.get(&path).await;
    let etag = before.header("etag").to_owned();
    assert_eq!(before.header("cache-control"), "no-cache");
    reader.publish(&[json!({"id": "a", "withdrawn": "Hoãn vì mưa <b>lũ</b>"})]).await;
    let after = reader.ask("GET", &path, &[("if-none-match", &etag)]).await;
    assert_eq!(after.status, 410);
    let html = after.text();
    whole(&html, &path, Lang::Vi);
    assert!(html.contains("Hoãn vì mưa &lt;b&gt;lũ&lt;/b&gt;"));
    // In the other language it says the same, at the same place.
    let there = Route::Item(id).path(Lang::En);
    let switch = tags(&html).into_iter().find(|tag| tag.name == "a" && tag.get("hreflang") == Some("en")).unwrap();
    assert_eq!(switch.get("href"), Some(there.as_str()));
    for from in [format!("{path}?lang=en"), format!("/tin/{id}?lang=en")] {
        let answer = reader.get(&from).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (308, there.as_str()), "{from}");
    }
    let english = reader.get(&there).await;
    assert_eq!(english.status, 410);
    whole(&english.text(), &there, Lang::En);
    let answer = reader.get(&format!("/api/v1/items/{id}")).await;
    assert_eq!(answer.status, 410);
    assert_eq!(answer.json()["params"]["reason"], "Hoãn vì mưa <b>lũ</b>");
    for path in ["/", "/chu-de/van-hoa", "/sitemap.xml", "/tim?q=hoi"] {
        assert!(!reader.page(path).await.contains(&id.to_string()), "{path}");
    }
}

#[tokio::test]
async fn what_was_replaced_links_to_the_newer() {
    let reader = Reader::empty().await;
    let item = |id: &str, title: &str| {
        json!({"id": id, "kind": "guide", "topics": ["y-te"], "issued": "-1d", "source": {"name": "Sở"},
        "title": title, "summary": "Đọc", "body": ["Văn bản"]})
    };
    let mut newer = item("b", "Thủ tục mới");
    newer["supersedes"] = "a".into();
    reader.publish(&[item("a", "Thủ tục cũ"), newer]).await;
    let snapshot = reader.app.site.live.now();
    let find = |title: &str| snapshot.items.values().find(|item| item.card.headlines[0].title == title).unwrap();
    let html = reader.page(&item_path(&find("Thủ tục cũ").card, Lang::Vi)).await;
    let target = Route::Item(find("Thủ tục mới").card.id).path(Lang::Vi);
    assert!(tags(&html).iter().any(|tag| tag.get("href") == Some(&target)));
    // Lists have the newer one alone; who searches finds both, and which is which.
    let topic = reader.page("/chu-de/y-te").await;
    assert!(topic.contains("Thủ tục mới") && !topic.contains("Thủ tục cũ"), "{topic}");
    let found = reader.page("/tim?q=van+ban").await;
    let said = |title: &str| found.split("<li").find(|row| row.contains(title)).unwrap().contains("Đã có tin mới thay tin này<");
    assert_eq!([said("Thủ tục cũ"), said("Thủ tục mới")], [true, false], "{found}");
    let api = |title| format!("/api/v1/items/{}", find(title).card.id);
    let old = reader.get(&api("Thủ tục cũ")).await.json();
    assert_eq!(old["replaced_by"], find("Thủ tục mới").card.id.to_string());
    assert!(reader.get(&api("Thủ tục mới")).await.json().get("replaced_by").is_none());
}

/// What every page carries is paid by every reader: styles of alerts, of items and of the search go only where these are,
/// nothing but the least goes with home, and a page allows what stands in it and no more.
#[tokio::test]
async fn a_page_carries_and_allows_what_it_needs() {
    let reader = Reader::with_sample().await;
    let shared = reader.app.site.live.now();
    let item = |kind| {
        let item = shared.items.values().find(|item| item.card.kind == kind).unwrap();
        Route::Item(item.card.id).path(Lang::Vi)
    };
    let items = [item(Kind::GUIDE), item(Kind::ALERT)];
    for path in ["/", "/canh-bao", "/noi", "/gioi-thieu", "/tim", "/khong-co", &items[0], &items[1]] {
        let answer = reader.ask("GET", path, &[]).await;
        let html = String::from_utf8(answer.body.clone()).unwrap();
        let styles: Vec<&str> = html.split("<style>").skip(1).filter_map(|rest| rest.split("</style>").next()).collect();
        let alerts = html.contains("<li class=\"al") || html.contains("class=\"lv");
        let icons = html.contains("<svg class=\"i\"");
        let needed = [alerts, icons, path != "/", items.iter().any(|item| item == path), path == "/tim"];
        assert_eq!(styles.len(), 1 + needed.iter().filter(|needed| **needed).count(), "{path}");
        for (rule, there) in [".al{", ".i{width:1.5em", ".pg>h1{", ".it h1{", ".sq{"].into_iter().zip(needed) {
            assert_eq!(styles.iter().any(|style| style.contains(rule)), there, "{rule} of {path}");
        }
        // Nothing else stands before the first paint: a sheet would that is fetched before the end of the page.
        let sheet = "<link rel=stylesheet href=/app.css></body></html>";
        assert!(html.ends_with(sheet) && html.matches("rel=stylesheet").count() == 1, "{path}");
        assert!(!html.contains("rel=\"stylesheet"), "{path}");
        assert!(!html.contains("<script src"), "{path}");
        // A browser paints what it has so far when it comes to a script: on the home page the first item is there by then.
        let (before, _) = html.split_once("<script>").unwrap();
        let at = if path == "/" { before.contains("<li") && !before.contains("</li>") } else { !before.contains("<body") };
        assert!(at, "{path}");
        let policy = answer.header("content-security-policy");
        let own = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(domain::sign::hash(text.as_bytes())));
        for style in &styles {
            assert!(policy.contains(&own(style)), "{path}: {policy}");
        }
        assert_eq!(policy.matches("'sha256-").count(), styles.len() + 1, "{path}: one script beside them: {policy}");
        let again = reader.ask("GET", path, &[("if-none-match", answer.header("etag"))]).await;
        if again.status == 304 {
            assert_eq!(again.header("content-security-policy"), "", "{path}: what is held has its own");
        }
    }
    // Somewhere nothing is in force.
    let quiet = Reader::empty().await;
    let empty = quiet.page("/").await;
    assert_eq!(empty.matches("<style>").count(), 1);
    assert!(empty.find("<script>") < empty.find("<body>"));
}

#[tokio::test]
async fn a_page_that_has_not_changed_costs_nothing() {
    let reader = Reader::with_sample().await;
    let item = address(&reader, items(&reader)[0], Lang::Vi);
    for path in ["/", "/canh-bao", "/feed/tin.atom", "/sitemap.xml", "/lich/noi/a-luoi-2.ics", "/api/v1/topics", &item] {
        let first = reader.ask("GET", path, &[("accept-encoding", "gzip, br")]).await;
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with('"'), "{path}: a strong ETag");
        assert_eq!(first.header("content-encoding"), "br", "{path}");
        reader.wait(61).await;
        let again = reader.ask("GET", path, &[("accept-encoding", "br"), ("if-none-match", &etag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
        let head = reader.ask("HEAD", path, &[]).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{path}");
        assert_eq!(reader.ask("POST", path, &[]).await.status, 405, "{path}");
    }
}

#[tokio::test]
async fn pages_follow_the_clock() {
    let reader = Reader::empty().await;
    let alert = json!({"id": "a", "kind": "alert", "topics": ["phong-chong-thien-tai"], "issued": "-1h", "effective": "+1h", "expires": "+3h",
        "source": {"name": "Đài"}, "title": "Mưa lớn", "summary": "Ở yên", "body": ["Ở yên"],
        "alert": {"level": 2, "hazard": "heavy-rain", "msg_type": "alert"}});
    let event = json!({"id": "b", "kind": "event", "topics": ["van-hoa"], "issued": "-1h", "source": {"name": "Xã"}, "title": "Họp thôn",
        "summary": "Họp", "body": ["Họp"], "event": {"start": "+1h"}});
    reader.publish(&[alert, event]).await;
    let w = Lang::Vi.words();
    assert!(reader.page("/canh-bao").await.contains(w.alert_coming()));
    assert!(reader.page("/").await.contains(w.events()));
    reader.wait(3_700).await;
    assert!(!reader.page("/canh-bao").await.contains(w.alert_coming()));
    reader.wait(2 * 3_600).await;
    assert!(reader.page("/canh-bao").await.contains(w.alert_ended()));
    reader.wait(3_600 + 60).await;
    assert!(
        !between(&reader.page("/").await, "<main", "</main>").unwrap().contains(&format!("<h2>{}</h2>", w.events())),
        "over after three hours"
    );
}

#[tokio::test]
async fn search_finds_with_and_without_diacritics() {
    let reader = Reader::with_sample().await;
    let plain = reader.page("/tim?q=lu+quet").await;
    let exact = reader.page("/tim?q=l%C5%A9+qu%C3%A9t").await;
    for html in [&plain, &exact] {
        whole(html, "/tim", Lang::Vi);
        assert!(html.contains("<mark>"));
    }
    let none = reader.page("/tim?q=khongcotunay").await;
    assert!(none.contains(Lang::Vi.words().found_none()));
    let long = format!("/tim?q={}", "a".repeat(5_000));
    assert!(reader.page(&long).await.len() < 64 * 1024);
    assert!(!reader.page("/tim?q=%00l%C5%A9%07").await.contains(|c: char| c.is_control() && c != '\n'));
}

/// What a first tap shows is there before it, and holds nothing up: a sentence or two, whatever the length of the article.
#[tokio::test]
async fn the_home_page_brings_along_how_its_first_article_begins() {
    let reader = Reader::empty().await;
    let lead = async |name: &str, paragraphs: Value| {
        // Newer than the one before.
        reader.wait(60).await;
        reader
            .import(&[json!({"id": name, "kind": "bulletin", "topics": ["y-te"], "issued": "0m", "source": {"name": "Trạm y tế"}, "title": name, "summary": "Tóm tắt.", "body": paragraphs})])
            .await;
        let html = reader.get("/").await.text();
        let brought = between(&html, "<template", "</template>").expect("an article").to_owned();
        (html, brought)
    };
    let paragraph = |n: usize| format!("Đoạn {n}. {}", "Rửa tay trước khi ăn. ".repeat(8));
    // Short ones are whole, with everything that one does with an article.
    let (_, short) = lead("ngắn", json!([paragraph(1), paragraph(2)])).await;
    assert!(short.contains("Đoạn 2.") && short.contains("data-act=\"share\"") && !short.contains("data-tail"), "{short}");
    // Long ones break off behind a sentence; the link leads to the page that has the rest.
    let all: Vec<String> = (1..40).map(paragraph).collect();
    let (html, long) = lead("dài", json!(all)).await;
    assert!(long.contains("ăn.</p></div>") && long.matches("Rửa tay").count() == 4 && !long.contains("data-act="), "{long}");
    let way =
        tags(&long).into_iter().find(|tag| tag.get("data-tail").is_some()).and_then(|tag| tag.get("href").map(str::to_owned));
    let way = way.expect("a link to the rest");
    assert!(html.contains(&format!("<a href=\"{way}\" data-lead>")), "{html}");
    let whole = reader.get(&way).await.text();
    assert!(whole.find("Đoạn 39.").unwrap() < whole.find("data-act=\"share\"").unwrap(), "{whole}");
    // Never in the middle of a sentence, of a number or of a list: whole, or with the rest.
    for (text, there) in [("một câu ", 100), ("một câu ", 500), ("2.500 đồng ", 90), ("2.500 đồng ", 500)] {
        let (_, one) =
            lead(&format!("đoạn {} {there}", text.len()), json!([text.repeat(there), paragraph(2), paragraph(3), paragraph(4)]))
                .await;
        let there = if there > 100 { 0 } else { there };
        assert!(one.matches(text.trim()).count() == there && one.contains("data-tail"), "{one}");
    }
    let (html, list) = lead("liệt kê", json!([{"list": vec!["Một câu. Hai câu."; 40]}, paragraph(2)])).await;
    assert!(list.matches("<li>").count() == 40 && list.contains("data-tail"), "{list}");
    // The script of the page stands behind the article, not within it, where it would not run.
    assert!(!list.contains("<script") && html.contains("</template><script>{"), "{html}");
    // Nor does it end with a heading.
    let blocks = json!(["Một câu.", {"heading": "Cách làm ".repeat(12)}, paragraph(3), paragraph(4), paragraph(5), paragraph(6)]);
    let (_, headed) = lead("đề mục", blocks).await;
    assert!(headed.contains("Một câu.") && !headed.contains("Cách làm"), "{headed}");
    // What is folded on the page comes with the rest, however short the text above it is.
    reader.wait(60).await;
    let mut line = json!({"id": "gấp", "kind": "bulletin", "topics": ["y-te"], "issued": "0m", "source": {"name": "Trạm y tế"}, "title": "Gấp lại", "summary": "Tóm tắt.", "body": [paragraph(1)]});
    line["variants"] = json!([{"lang": "bru", "title": "Gấp lại", "summary": "Tóm tắt.", "body": [paragraph(1)]}]);
    reader.import(&[line]).await;
    let html = reader.get("/").await.text();
    let folded = between(&html, "<template", "</template>").expect("an article");
    assert!(folded.matches("Đoạn 1.").count() == 1 && folded.contains("data-tail"), "{folded}");
}
