//! Bringing in: what other servers send becomes drafts, once, as text, and never more than that.

mod lab;
mod office;
mod web;

use axum::http::StatusCode;
use domain::content::{PlaceCode, Time};
use domain::editorial::{Role, Stage};
use lab::{Answer, Lab, NOW};
use office::*;
use server::Options;
use server::store::desk::{Job, JobKind, Lane, Listed, Source};
use std::sync::atomic::Ordering;
use web::{Web, rss};

const RSS: &str = "content-type: application/rss+xml\r\n";
const HTML: &str = "content-type: text/html; charset=utf-8\r\n";
/// Longer than any source waits after it has answered, in seconds.
const ROUND: i64 = 4_300;

async fn wired() -> (Office, Web) {
    let lab = Lab::with(|options| Options { fetch_private: true, ..options }).await;
    (office_in(lab).await, Web::new().await)
}

async fn poll(lab: &Lab, later: i64) {
    lab.time.fetch_add(later, Ordering::SeqCst);
    server::desk::jobs::round(&lab.app.site, Lane::Away).await.unwrap();
}

async fn follow(lab: &Lab, who: &Browser, url: &str) -> Source {
    let form = [("url", url), ("name", ""), ("place", "20044"), ("topic", "1")];
    let answer = post(lab, who, "/ban-lam-viec/nguon", &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer));
    poll(lab, 0).await;
    sources(lab).await.into_iter().find(|source| source.url == url).unwrap()
}

async fn take(lab: &Lab, who: &Browser, url: &str) -> Answer {
    post(lab, who, "/ban-lam-viec/nguon/lay", &[("url", url), ("place", "20044"), ("topic", "2")]).await
}

async fn press(lab: &Lab, who: &Browser, source: i64, what: &str) -> StatusCode {
    post(lab, who, &format!("/ban-lam-viec/nguon/{source}"), &[("do", what)]).await.status
}

async fn sources(lab: &Lab) -> Vec<Source> {
    lab.app.site.store.sources().await.unwrap()
}

async fn drafts(lab: &Lab) -> Vec<Listed> {
    works(lab, &[Stage::Draft]).await
}

async fn polls(lab: &Lab) -> Vec<Job> {
    lab.app.site.store.jobs().await.unwrap().into_iter().filter(|job| job.kind == JobKind::Poll).collect()
}

#[tokio::test]
async fn a_feed_becomes_drafts_once() {
    let (Office { lab, author, .. }, web) = wired().await;
    web.put("/rss", 200, &[RSS, "etag: \"1\"\r\nlast-modified: Sun, 22 Nov 2026 13:00:00 GMT\r\n"].concat(), rss(&["b1", "b2"]));
    let source = follow(&lab, &author, &web.url("/rss")).await;
    assert_eq!((source.name.as_str(), source.trouble.as_str(), source.success), ("Báo Xã", "", Some(Time(NOW))));
    let found = drafts(&lab).await;
    assert_eq!(found.iter().map(|draft| draft.title.as_str()).collect::<Vec<_>>(), ["Tin b1", "Tin b2"], "the newest first");
    let draft = &found[0].text;
    assert_eq!((draft.kind.as_str(), draft.source.as_str(), draft.issued.as_str()), ("bulletin", "Báo Xã", "2026-11-22"));
    assert_eq!((draft.source_url.as_str(), &draft.topics[..]), ("https://tin.example/b1", &[1][..]));
    assert_eq!(draft.places, [PlaceCode(A_LUOI_2)]);
    assert_eq!((draft.texts[0].summary.as_str(), draft.texts[0].text.as_str()), ("Tóm tắt b1", "Nội dung b1."));
    assert!(found.iter().all(|draft| draft.author == "lan.viet"), "in the name of whoever follows it");
    let page = text(&get(&lab, &author, "/ban-lam-viec/nguon").await);
    assert!(page.contains("Báo Xã") && page.contains("lấy được vừa xong"), "{page}");

    // Asked again it says that nothing changed; asked too early it is not asked at all.
    poll(&lab, 60).await;
    assert_eq!(web.asked().len(), 1);
    poll(&lab, ROUND).await;
    let asked = web.asked();
    assert!(asked[1].contains("if-none-match: \"1\"") && asked[1].contains("if-modified-since: Sun, 22 Nov"), "{}", asked[1]);
    assert!(asked[1].contains("user-agent: BanTin/"));
    assert_eq!((drafts(&lab).await.len(), web.answered()), (2, vec![200, 304]));
    // What is sent once more makes nothing once more.
    web.put("/rss", 200, &[RSS, "etag: \"2\"\r\n"].concat(), rss(&["b0", "b1", "b2"]));
    poll(&lab, ROUND).await;
    poll(&lab, ROUND).await;
    assert_eq!((drafts(&lab).await.len(), web.answered()), (3, vec![200, 304, 200, 304]));
    assert_eq!(lab.app.site.live.now().seq(), 0, "nothing is published by itself");
    assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), None);
}

#[tokio::test]
async fn a_long_feed_comes_in_parts() {
    let (Office { lab, author, .. }, web) = wired().await;
    let names: Vec<String> = (0..25).map(|n| format!("b{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    web.put("/rss", 200, &[RSS, "etag: \"1\"\r\n"].concat(), rss(&names));
    follow(&lab, &author, &web.url("/rss")).await;
    assert_eq!(drafts(&lab).await.len(), 20);
    poll(&lab, ROUND).await;
    assert_eq!((drafts(&lab).await.len(), web.answered()), (25, vec![200, 200]), "the rest is not lost to an unchanged mark");
}

#[tokio::test]
async fn hostile_html_leaves_only_text() {
    let (Office { lab, author, .. }, web) = wired().await;
    let hostile = "<p>Nước rút<script>alert(1)</script><img src=x onerror=alert(2)></p><a href=\"javascript:alert(3)\">Xem</a>\
        <svg><style><img src=x onerror=alert(4)></style></svg><math><mtext><table><mglyph><style><!--</style>\
        <img title=\"--&gt;&lt;img src=1 onerror=alert(5)&gt;\"><iframe srcdoc=\"<script>alert(6)</script>\"></iframe>";
    let page = format!("<title>Tin<script>alert(7)</script></title><body onload=alert(8)><article>{hostile}</article>");
    web.put("/bai", 200, HTML, page.into_bytes());
    let feed = "<rss version=\"2.0\"><channel><title>&lt;script&gt;alert(9)&lt;/script&gt;Báo</title><item><title>&lt;img src=x onerror=alert(10)&gt;Lũ</title>\
        <link>javascript:alert(11)</link><guid>1</guid><description><![CDATA[HOSTILE]]></description></item></channel></rss>";
    web.put("/rss", 200, RSS, feed.replace("HOSTILE", hostile).into_bytes());
    assert_eq!(take(&lab, &author, &web.url("/bai")).await.status, StatusCode::SEE_OTHER);
    follow(&lab, &author, &web.url("/rss")).await;
    let found = drafts(&lab).await;
    assert_eq!(found.len(), 2);
    for draft in found {
        let script = &draft.text.texts[0];
        let page = text(&get(&lab, &author, &format!("/ban-lam-viec/viec/{}", draft.id)).await);
        for part in [&script.title, &script.summary, &script.text, &draft.text.source, &draft.text.source_url, &page] {
            assert!(!part.contains("alert(") && !part.contains("onerror") && !part.contains("javascript:"), "{part}");
        }
        assert!(script.text.contains("Nước rút") && script.text.contains("Xem"), "{}", script.text);
    }
}

#[tokio::test]
async fn one_article_is_one_draft() {
    let (Office { lab, admin, author, .. }, web) = wired().await;
    web.put("/rss", 200, RSS, rss(&["b1"]));
    let again = String::from_utf8(rss(&["b1"])).unwrap().replace("example/b1", "example/b1/?utm_source=zalo#dau");
    let again = again.replace("<guid isPermaLink=\"false\">b1</guid>", "");
    web.put("/khac", 200, RSS, again.into_bytes());
    follow(&lab, &author, &web.url("/rss")).await;
    let other = follow(&lab, &author, &web.url("/khac")).await;
    assert_eq!((other.trouble.as_str(), web.answered().len()), ("", 2));
    let found = drafts(&lab).await;
    assert_eq!(found.len(), 1);
    let known = take(&lab, &author, "http://tin.example/b1?fbclid=x").await;
    assert_eq!(known.header("location"), format!("/ban-lam-viec/viec/{}", found[0].id), "nothing is fetched for it");
    // Pasted twice; the second time it leads to the first.
    web.put("/bai", 200, HTML, b"<title>B\xc3\xa0i</title><p>M\xe1\xbb\x99t</p>".to_vec());
    let first = take(&lab, &author, &web.url("/bai")).await.header("location").to_owned();
    assert_eq!(take(&lab, &author, &web.url("/bai/#cuoi")).await.header("location"), first.replace("?sua=1", ""));
    assert_eq!(drafts(&lab).await.len(), 2);
    // Whoever does not see it has one of his own, once.
    let neighbour = invite(&lab, &admin, "sau.viet", Role::Author, A_LUOI_3).await;
    let url = web.url("/bai");
    let mine = [("url", url.as_str())];
    let own = post(&lab, &neighbour, "/ban-lam-viec/nguon/lay", &mine).await.header("location").to_owned();
    assert_ne!(own, first);
    let later = post(&lab, &neighbour, "/ban-lam-viec/nguon/lay", &mine).await.header("location").to_owned();
    assert_eq!((later, drafts(&lab).await.len()), (own.replace("?sua=1", ""), 3));
}

#[tokio::test]
async fn a_server_that_is_gone_is_asked_less_and_less() {
    let (Office { lab, admin, author, .. }, web) = wired().await;
    web.put("/rss", 500, "", Vec::new());
    follow(&lab, &author, &web.url("/rss")).await;
    let job = polls(&lab).await.remove(0);
    assert_eq!((job.due, job.tries), (Time(NOW + 300), 1));
    let page = text(&get(&lab, &author, "/ban-lam-viec/nguon").await);
    assert!(page.contains("Trang đó đang bị lỗi") && page.contains("chưa lấy được lần nào"), "{page}");
    let queue = text(&get(&lab, &admin, "/ban-lam-viec/hang-doi").await);
    assert!(queue.contains("Xem nguồn tin") && queue.contains("Đã thử 1 lần"), "{queue}");
    poll(&lab, 299).await;
    assert_eq!(web.asked().len(), 1);
    poll(&lab, 1).await;
    assert_eq!(polls(&lab).await[0].due, Time(NOW + 300 + 600));
    for _ in 0..12 {
        poll(&lab, 86_400).await;
    }
    let now = lab.time.load(Ordering::SeqCst);
    assert_eq!(polls(&lab).await[0].due, Time(now + 86_400), "a day at most");
    web.put("/rss", 200, RSS, rss(&["b1"]));
    poll(&lab, 86_400).await;
    let (job, source) = (polls(&lab).await.remove(0), sources(&lab).await.remove(0));
    assert_eq!((job.tries, source.trouble.as_str(), drafts(&lab).await.len()), (0, "", 1));
    assert!(job.due <= Time(lab.time.load(Ordering::SeqCst) + ROUND));
}

#[tokio::test]
async fn what_is_wrong_with_a_source_is_said() {
    let (Office { lab, author, .. }, web) = wired().await;
    web.put("/lon", 200, RSS, [rss(&["b1"]), vec![b' '; 3_000_000]].concat());
    web.put("/trang", 200, HTML, b"<p>Trang</p>".to_vec());
    web.put("/anh", 200, "content-type: image/png\r\n", lab::png(4, 3));
    web.put("/cam", 403, "", Vec::new());
    for (path, code, words) in [
        ("/lon", "large", "hơn 2 MB"),
        ("/trang", "not-feed", "không phải nguồn RSS"),
        ("/anh", "no-text", "không phải bài viết hay nguồn tin"),
        ("/mat", "gone", "không còn hoặc đã đổi địa chỉ"),
        ("/cam", "forbidden", "không cho máy chủ đọc"),
    ] {
        assert_eq!(follow(&lab, &author, &web.url(path)).await.trouble, code);
        assert!(text(&get(&lab, &author, "/ban-lam-viec/nguon").await).contains(words), "{path}");
    }
    assert_eq!(follow(&lab, &author, "http://127.0.0.1:1/rss").await.trouble, "unreachable");
    assert!(drafts(&lab).await.is_empty());
}

#[tokio::test]
async fn a_server_that_asks_for_rest_has_it() {
    let (Office { lab, author, .. }, web) = wired().await;
    web.put("/rss", 429, "retry-after: 7200\r\n", Vec::new());
    let source = follow(&lab, &author, &web.url("/rss")).await;
    assert_eq!((source.trouble.as_str(), polls(&lab).await[0].due), ("busy", Time(NOW + 7_200)));
    assert_eq!(press(&lab, &author, source.id, "now").await, StatusCode::SEE_OTHER);
    assert_eq!(polls(&lab).await[0].due, Time(NOW + 7_200), "nobody's haste shortens it");
    web.put("/rss", 200, RSS, rss(&["b1"]));
    poll(&lab, 7_199).await;
    assert_eq!(web.asked().len(), 1);
    poll(&lab, 1).await;
    assert_eq!(drafts(&lab).await.len(), 1);
}

#[tokio::test]
async fn a_clock_that_was_fast_holds_up_no_source() {
    let (Office { lab, author, .. }, web) = wired().await;
    web.put("/rss", 200, RSS, rss(&["b1"]));
    let source = follow(&lab, &author, &web.url("/rss")).await;
    poll(&lab, 86_400).await;
    poll(&lab, -86_400).await;
    assert_eq!(web.asked().len(), 2);
    assert_eq!(press(&lab, &author, source.id, "now").await, StatusCode::SEE_OTHER);
    poll(&lab, 0).await;
    assert_eq!(web.asked().len(), 3, "who asks now is not told to wait for yesterday's tomorrow");
    poll(&lab, 30 * 86_400).await;
    poll(&lab, -30 * 86_400).await;
    assert_eq!(web.asked().len(), 5, "no pause is that long");
    assert!(polls(&lab).await[0].due <= Time(NOW + ROUND));
}

#[tokio::test]
async fn a_pasted_page_becomes_a_draft() {
    let (Office { lab, author, .. }, web) = wired().await;
    let body = "Sáng nay nước suối dâng nhanh, bà con ven suối đã lên nhà cộng đồng an toàn và chờ tin mới. ".repeat(4);
    let page = format!(
        "<!doctype html><html><head><meta property=og:title content='Nước dâng'><meta name=description content='Bà con đã an toàn.'>\
         <meta property=og:site_name content='Báo Huế'></head><body><nav>Trang chủ</nav><article><h1>Nước dâng</h1><p>{body}</p>\
         <h2>Cần mang theo</h2><ul><li>đèn pin</li></ul></article><footer>Bản quyền</footer></body></html>"
    );
    web.put("/bai", 200, HTML, page.into_bytes());
    web.put("/doi", 302, &format!("location: {}\r\n", web.url("/bai")), Vec::new());
    let answer = take(&lab, &author, &format!("  {} ", web.url("/doi"))).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer));
    let work = answer.header("location").to_owned();
    assert!(work.ends_with("?sua=1"), "{work}");
    let draft = drafts(&lab).await.remove(0).text;
    let script = &draft.texts[0];
    assert_eq!((script.title.as_str(), script.summary.as_str()), ("Nước dâng", "Bà con đã an toàn."));
    assert_eq!(script.text, format!("{}\n\n## Cần mang theo\n\n- đèn pin", body.trim()));
    assert_eq!((draft.source.as_str(), draft.source_url.as_str()), ("Báo Huế", &*web.url("/bai")));
    assert_eq!((&draft.topics[..], &draft.places[..]), (&[2][..], &[PlaceCode(A_LUOI_2)][..]));
    assert!(text(&get(&lab, &author, &work).await).contains("value=\"Nước dâng\""), "he goes on writing");
    let history = text(&get(&lab, &author, &work.replace("?sua=1", "/lich-su")).await);
    assert!(history.contains("lấy bài về") && history.contains(&web.url("/bai")), "{history}");

    // What cannot be taken is said above the form in which the address still stands.
    web.put("/rss", 200, RSS, rss(&["b1"]));
    web.put("/trong", 200, HTML, b"<script>1</script>".to_vec());
    for (path, words) in [("/rss", "là một nguồn"), ("/trong", "Không tìm thấy chữ nào"), ("/mat", "không còn")] {
        let answer = take(&lab, &author, &web.url(path)).await;
        let page = text(&answer);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(page.contains(words) && page.contains(&format!("value=\"{}\"", web.url(path))), "{page}");
    }
    assert_eq!(drafts(&lab).await.len(), 1);
}

#[tokio::test]
async fn nobody_makes_the_server_look_inside() {
    let (Office { lab, author, .. }, web) = (office().await, Web::new().await);
    for (url, words) in [
        ("http://127.0.0.1/", "mạng nội bộ"),
        ("http://169.254.169.254/latest/", "mạng nội bộ"),
        ("http://[::1]/", "mạng nội bộ"),
        (&*web.url("/bai"), "Địa chỉ này không dùng được"),
        ("file:///etc/passwd", "Địa chỉ này không dùng được"),
    ] {
        let answer = take(&lab, &author, url).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
        assert!(text(&answer).contains(words), "{url}");
    }
    assert_eq!(follow(&lab, &author, "http://10.0.0.1/rss").await.trouble, "inside");
    assert!(web.asked().is_empty() && drafts(&lab).await.is_empty());
}

#[tokio::test]
async fn a_source_belongs_to_those_who_may() {
    let (Office { lab, admin, author, approver }, web) = wired().await;
    web.put("/rss", 200, RSS, rss(&["b1"]));
    let neighbour = invite(&lab, &admin, "sau.viet", Role::Author, A_LUOI_3).await;
    assert_eq!(take(&lab, &neighbour, &web.url("/rss")).await.status, StatusCode::FORBIDDEN);
    assert!(web.asked().is_empty(), "nothing is fetched for him");
    let source = follow(&lab, &author, &web.url("/rss")).await;
    let theirs = text(&get(&lab, &neighbour, "/ban-lam-viec/nguon").await);
    assert!(!theirs.contains("Báo Xã"), "{theirs}");
    assert_eq!(press(&lab, &neighbour, source.id, "remove").await, StatusCode::NOT_FOUND);
    // Whoever lets authorities through sees sources of alerts, and no others.
    let page = get(&lab, &admin, "/ban-lam-viec/nguon").await;
    assert!(page.status == StatusCode::OK && !text(&page).contains("Báo Xã"), "{}", text(&page));
    assert_eq!(press(&lab, &admin, source.id, "remove").await, StatusCode::NOT_FOUND);
    assert_eq!(press(&lab, &admin, source.id, "at-once").await, StatusCode::NOT_FOUND);

    // Paused it is not asked; it goes on from there.
    assert_eq!(press(&lab, &author, source.id, "pause").await, StatusCode::SEE_OTHER);
    assert!(polls(&lab).await.is_empty());
    assert_eq!(press(&lab, &author, source.id, "now").await, StatusCode::NOT_FOUND);
    assert_eq!(press(&lab, &author, source.id, "resume").await, StatusCode::SEE_OTHER);
    poll(&lab, 60).await;
    assert_eq!(web.asked().len(), 2);

    // When its owner may do nothing any more, it stops until somebody else stands for it.
    let people = lab.app.site.store.people().await.unwrap();
    let owner = people.iter().find(|person| person.login == "lan.viet").unwrap().id;
    post(&lab, &admin, &format!("/ban-lam-viec/nguoi/{owner}"), &[("do", "disable")]).await;
    poll(&lab, ROUND).await;
    let stopped = sources(&lab).await.remove(0);
    assert_eq!((stopped.paused, stopped.trouble.as_str(), web.asked().len()), (true, "no-rights", 2));
    assert!(polls(&lab).await.is_empty());
    assert_eq!(press(&lab, &approver, source.id, "resume").await, StatusCode::SEE_OTHER);
    web.put("/rss", 200, RSS, rss(&["b0", "b1"]));
    poll(&lab, 60).await;
    assert!(drafts(&lab).await.iter().any(|draft| draft.author == "huy.duyet" && draft.title == "Tin b0"));

    // What was brought in stays known when the source goes and comes back.
    assert_eq!(press(&lab, &approver, source.id, "remove").await, StatusCode::SEE_OTHER);
    assert!(sources(&lab).await.is_empty() && polls(&lab).await.is_empty());
    follow(&lab, &approver, &web.url("/rss")).await;
    assert_eq!(drafts(&lab).await.len(), 2);
    let lines = lab.app.site.store.audit(None, None, 100).await.unwrap();
    let done: Vec<&str> =
        lines.iter().rev().map(|line| line.action.as_str()).filter(|action| action.starts_with("source")).collect();
    assert_eq!(
        done,
        ["source-add", "source-pause", "source-resume", "source-pause", "source-resume", "source-remove", "source-add"]
    );
}
