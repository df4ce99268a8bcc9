//! Feeds and pages as they come, and as nobody should write them.

use super::*;
use std::time::Instant;

fn at(url: &str) -> Url {
    Url::parse(url).unwrap()
}

/// Every way of HTML to do something.
const HOSTILE: &str = "<p onclick=alert(1)>Nước rút<script>alert(2)</script></p><img src=x onerror=alert(3)>\
    <a href=\"javascript:alert(4)\">Xem</a> <a href=\" jav&#x09;ascript:alert(5)\">thêm</a><svg><style><img src=x onerror=alert(6)></style></svg>\
    <math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(7)&gt;\">\
    <noscript><p title=\"</noscript><img src=x onerror=alert(8)>\"></noscript><iframe srcdoc=\"<script>alert(9)</script>\"></iframe>\
    <form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(10)><object data=x>alert(11)</object>";

fn harmless(found: &Found) {
    for text in [&found.title, &found.summary, &found.text, &found.source] {
        assert!(!text.contains("alert") && !text.contains("javascript") && !text.contains("onerror"), "{text}");
    }
}

#[test]
fn only_text_comes_along() {
    let base = at("https://tin.example/bai");
    let found = told(line(HOSTILE, &base, 200), &line(HOSTILE, &base, 600), blocks(HOSTILE, &base));
    harmless(&found);
    assert!(found.text.contains("Nước rút") && found.text.contains("Xem thêm"), "{}", found.text);
    let (again, _) = markup::parse(&found.text, &|_| None);
    assert!(again.iter().all(|block| matches!(block, Block::Paragraph(_))), "{again:?}");
}

#[test]
fn marks_of_the_desk_are_only_text_when_others_write_them() {
    let found = told("x".into(), "", blocks("<p>[gọi 1900] **đậm**</p><p>## không</p>", &at("https://tin.example/")));
    let (again, _) = markup::parse(&found.text, &|_| None);
    let texts: Vec<&str> = again.iter().flat_map(Block::texts).collect();
    assert_eq!(texts, ["[gọi 1900] **đậm**", "## không"]);
    assert!(again.iter().all(|block| matches!(block, Block::Paragraph(text) if text.marks.is_empty())));
}

#[test]
fn links_lead_where_their_page_meant() {
    let blocks = blocks("<p>Theo <a href=/van-ban/12>văn bản</a></p>", &at("https://tin.example/a/b"));
    assert!(blocks.contains(&Block::Link { url: "https://tin.example/van-ban/12".into(), label: "văn bản".into() }));
}

#[test]
fn one_article_has_one_name() {
    let name = key(&at("https://tin.example/bai-1?id=7"));
    for same in [
        "http://tin.example/bai-1/?id=7#dau",
        "https://TIN.example:443/bai-1?utm_source=zalo&id=7&utm_medium=x",
        "https://tin.example/bai-1?id=7&fbclid=abc&zarsrc=30",
    ] {
        assert_eq!(key(&at(same)), name, "{same}");
    }
    for other in ["https://tin.example/bai-1?id=8", "https://tin.example/bai-2?id=7", "https://bao.example/bai-1?id=7"] {
        assert_ne!(key(&at(other)), name, "{other}");
    }
}

#[test]
fn feeds_of_every_sort_are_read() {
    let rss = "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>\
        <title>Báo &lt;b&gt;Xã&lt;/b&gt;</title><link>https://tin.example/</link>\
        <item><title>Lũ &amp;amp; gió</title><link>/bai-1</link><guid isPermaLink=\"false\">77</guid>\
        <pubDate>Sun, 22 Nov 2026 20:00:00 +0700</pubDate><description>&lt;img src=x&gt;Tối nay</description>\
        <content:encoded><![CDATA[<h2>Lũ &amp; gió</h2><p>Nước lên</p><ul><li>đèn</li></ul>]]></content:encoded></item>\
        <item><title>Không địa chỉ</title><description>a</description></item><item></item></channel></rss>";
    let feed = feed::read(rss.as_bytes(), &at("https://tin.example/rss")).unwrap();
    assert_eq!((feed.name.as_str(), feed.entries.len()), ("Báo Xã", 2));
    assert_eq!(feed.entries[0].keys[0], key(&at("https://tin.example/bai-1")));
    let keys = feed.entries[1].keys.clone();
    let mut entries = feed.entries.into_iter();
    let found = entries.next().unwrap().found(&at("https://tin.example/rss"));
    assert_eq!((found.title.as_str(), found.summary.as_str()), ("Lũ & gió", "Tối nay"));
    assert_eq!(found.text, "Nước lên\n\n- đèn", "the title is not said twice");
    let text = found.manuscript(Some(PlaceCode(20044)), Some(1), Time::parse("2026-11-23T12:00:00+07:00").unwrap());
    assert_eq!((text.issued.as_str(), text.source_url.as_str()), ("2026-11-22", "https://tin.example/bai-1"));
    assert_eq!((text.topics, text.places), (vec![1], vec![PlaceCode(20044)]));
    let again = feed::read(rss.as_bytes(), &at("https://tin.example/rss")).unwrap();
    assert_eq!(again.entries[1].keys, keys, "what has no name of its own has the same one each time");

    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>A</title><id>a</id><entry><title>Một</title><id>urn:x:1</id>\
        <link rel=\"enclosure\" href=\"https://tin.example/x.mp3\"/><link href=\"https://tin.example/mot\"/>\
        <updated>2026-11-22T20:00:00Z</updated><content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Nội dung</p></div></content>\
        </entry></feed>";
    let feed = feed::read(atom.as_bytes(), &at("https://tin.example/atom")).unwrap();
    let found = feed.entries.into_iter().next().unwrap().found(&at("https://tin.example/atom"));
    assert_eq!((found.title.as_str(), found.text.as_str(), found.url.as_str()), ("Một", "Nội dung", "https://tin.example/mot"));
    assert_eq!((found.summary.as_str(), found.keys.len()), ("Nội dung", 2));
    for none in ["", "<html><body>x</body></html>", "{}", "<rss version=\"2.0\"><channel><item><title>x"] {
        assert!(feed::read(none.as_bytes(), &at("https://tin.example/")).is_none_or(|feed| feed.entries.is_empty()), "{none}");
    }
}

#[test]
fn a_feed_that_brings_a_grammar_of_its_own_is_refused() {
    let item =
        |text: &str| format!("<rss version=\"2.0\"><channel><title>T</title><item><title>{text}</title></item></channel></rss>");
    let at = at("https://tin.example/rss");
    let read = |before: &str, text: &str| feed::read([before, &item(text)].concat().as_bytes(), &at);
    assert_eq!(read("<?xml version=\"1.0\"?><!-- <a> -->", "Tin").unwrap().entries.len(), 1);
    for doctype in [
        "<!DOCTYPE rss>",
        "<!-- <a> --><!DOCTYPE rss SYSTEM \"http://127.0.0.1/x.dtd\">",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>",
        "<!doctype x [<!ENTITY a \"<b>lol</b>\"><!ENTITY e \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>",
    ] {
        assert!(read(doctype, "Tin &e;").is_none(), "{doctype}");
        assert!(read(doctype, "Tin").is_none(), "{doctype}");
    }
    // Without one, a name that is none of XML's own stands for nothing.
    let entries = read("", "Tin &e; tức").map_or_else(Vec::new, |feed| feed.entries);
    assert!(entries.into_iter().all(|entry| !entry.found(&at).title.contains("lol")));
    // As text of an article it is a word like others.
    let named = "<rss version=\"2.0\"><channel><item><title><![CDATA[<!DOCTYPE x> Tin]]></title></item></channel></rss>";
    assert_eq!(feed::read(named.as_bytes(), &at).unwrap().entries.len(), 1);
}

#[test]
fn the_article_of_a_page_is_found() {
    let long = "Sáng nay mưa lớn làm nước suối dâng nhanh ở nhiều thôn, bà con ven suối đã lên nhà cộng đồng an toàn. ".repeat(3);
    let page = format!(
        "<!doctype html><html><head><title>Bài – Báo</title><meta property=\"og:title\" content=\"Mưa &amp; lũ\">\
         <meta name=Description content='Nước dâng nhanh.'><meta property=og:site_name content='Báo Huế'>\
         <meta property=article:published_time content=2026-11-22T08:00:00+0700></head><body><nav><a href=/>Trang chủ</a></nav>\
         <article><p>Bài khác</p></article><article><h1>Mưa &amp; lũ</h1><p>{long}</p><aside>Quảng cáo</aside></article>\
         <footer>Bản quyền</footer></body></html>"
    );
    let found = page::read(page.as_bytes(), &at("https://www.bao.example/mua-lu")).unwrap();
    assert_eq!(
        (found.title.as_str(), found.summary.as_str(), found.source.as_str()),
        ("Mưa & lũ", "Nước dâng nhanh.", "Báo Huế")
    );
    assert_eq!(found.text, long.trim());
    assert_eq!(found.issued.map(|at| at.civil().day), Some(22));
    let bare = format!("<title>Bài</title><div><ul><li>Mục</ul><p>Ngắn</p><p>{long}</p><p>Liên hệ</p></div>");
    let found = page::read(bare.as_bytes(), &at("https://www.bao.example/mua-lu")).unwrap();
    assert_eq!((found.title.as_str(), found.text.as_str(), found.source.as_str()), ("Bài", long.trim(), "bao.example"));
    assert!(found.summary.ends_with('…') || found.summary == long.trim());
    assert!(page::read(b"<title>x</title><script>let x = 1</script>", &at("https://bao.example/")).is_none());
    let hostile = format!("<title>Tin</title><meta property=og:title content=\"<script>alert(1)</script>Tin\"><body>{HOSTILE}");
    harmless(&page::read(hostile.as_bytes(), &at("https://bao.example/x")).unwrap());
}

#[test]
fn no_draft_is_longer_than_one_reads() {
    let base = at("https://tin.example/");
    assert_eq!(blocks(&"<p>x</p>".repeat(500), &base).len(), MAX_BLOCKS);
    assert!(words(&blocks(&"<p>một hai ba</p>".repeat(20_000), &base)).len() <= MAX_TEXT);
    assert!(line(&"dài ".repeat(500), &base, 600).chars().count() <= 600);
    assert!(cut(&"x".repeat(700), 600).ends_with('…'));
}

#[test]
fn depth_and_disorder_are_bounded() {
    let began = Instant::now();
    let base = at("https://tin.example/");
    for piece in ["<div>", "<div><table></div></table>", "<p><b id=1>", "<a href=x>", "<"] {
        let _ = blocks(&piece.repeat(400_000), &base);
    }
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
    let tag = format!("<rss version=\"2.0\" {}></rss>", "a=\"\" ".repeat(100_000));
    assert!(feed::read(tag.as_bytes(), &base).is_none());
}
