//! The poster, the text message and the script of an alert, and the mark that every page bears while one is in force.

mod lab;

use domain::content::ItemId;
use lab::{Lab, alert, article};
use std::sync::atomic::Ordering;

#[tokio::test]
async fn forms_of_alerts_and_of_nothing_else() {
    let lab = Lab::new().await;
    lab.import(&[alert("a", "alert", &[], "+6h"), article(1)]).await;
    let snapshot = lab.app.site.live.now();
    let id = |alert: bool| *snapshot.items.iter().find(|(_, item)| item.card.alert().is_some() == alert).unwrap().0;
    for (form, holds) in [("to-ro", "class=\"qr\""), ("loa", "sms:?body=")] {
        for prefix in ["", "/en"] {
            let answer = lab.get(&format!("{prefix}/canh-bao/{}/{form}", id(true)), &[]).await;
            let html = String::from_utf8(answer.body).unwrap();
            assert_eq!((answer.status.as_u16(), html.contains(holds)), (200, true), "{form}: {html}");
        }
        assert_eq!(lab.get(&format!("/canh-bao/{}/{form}", id(false)), &[]).await.status, 404, "no alert");
        assert_eq!(lab.get(&format!("/canh-bao/00000000/{form}"), &[]).await.status, 404, "nothing");
    }
    // Sample content says so on every way out; what was withdrawn is gone here as on its own page.
    let mut sample = alert("s", "alert", &[], "+6h");
    sample["sample"] = true.into();
    let of = |title: &str| lab.app.site.live.now().cards().find(|card| card.headlines[0].title.ends_with(title)).unwrap().id;
    lab.import(&[sample]).await;
    for form in ["to-ro", "loa"] {
        let html = String::from_utf8(lab.get(&format!("/canh-bao/{}/{form}", of(" s")), &[]).await.body).unwrap();
        assert!(html.contains("Bài mẫu"), "{form}: {html}");
        assert_eq!(html.contains("sms:?body=%5bBài%20mẫu%5d%20Lũ"), form == "loa", "{html}");
        assert_eq!(html.contains("Không phải cảnh báo thật."), form == "loa", "{html}");
    }
    let gone = of(" a");
    lab.import(&[serde_json::json!({"id": "a", "withdrawn": "nhầm"})]).await;
    for form in ["", "/to-ro", "/loa"] {
        assert_eq!(lab.get(&format!("/canh-bao/{gone}{form}"), &[]).await.status, 410, "{form}");
    }
    let sheet = lab.get("/to-ro.css", &[]).await;
    assert_eq!((sheet.status.as_u16(), sheet.header("content-type")), (200, "text/css; charset=utf-8"));
}

#[tokio::test]
async fn what_no_longer_holds_is_not_passed_on_as_if_it_did() {
    let lab = Lab::new().await;
    lab.import(&[alert("a", "alert", &[], "+6h")]).await;
    let page =
        async |id: ItemId, form: &str| String::from_utf8(lab.get(&format!("/canh-bao/{id}/{form}"), &[]).await.body).unwrap();
    let step = "Lên đồi";
    let first = lab.app.site.live.now().cards().next().unwrap().id;
    for form in ["to-ro", "loa"] {
        assert!(page(first, form).await.contains(step), "{form}");
    }
    let mut cancel = alert("b", "cancel", &["a"], "+6h");
    cancel["title"] = "Hết cảnh báo lũ quét".into();
    lab.import(&[cancel]).await;
    let last = lab.app.site.live.now().cards().find(|card| card.id != first).unwrap().id;
    for form in ["to-ro", "loa"] {
        let html = page(first, form).await;
        assert!(!html.contains(step) && html.contains("Đã hủy. Đã có tin mới thay tin này: "), "{form}: {html}");
        assert!(html.contains(&format!("-{last}\">Hết cảnh báo lũ quét")), "it leads to the last word: {html}");
        let html = page(last, form).await;
        assert!(html.contains(step) && !html.contains("Đã hủy"), "the last word itself holds: {html}");
    }
    assert!(!page(last, "to-ro").await.contains("class=\"lv\""), "that it is over has no level");
    // Whoever searches for it sees how it stands.
    let found = String::from_utf8(lab.get("/tim?q=lu+quet", &[]).await.body).unwrap();
    assert_eq!(found.matches("<p class=\"st\">Đã hủy</p>").count(), 2, "{found}");
    let place = String::from_utf8(lab.get("/noi/a-luoi-2", &[]).await.body).unwrap();
    assert!(place.contains("Hết cảnh báo lũ quét"), "{place}");
}

#[tokio::test]
async fn the_poster_of_what_ended_says_when() {
    let lab = Lab::new().await;
    lab.import(&[alert("a", "alert", &[], "+6h")]).await;
    let id = lab.app.site.live.now().cards().next().unwrap().id;
    let sheet = async || String::from_utf8(lab.get(&format!("/canh-bao/{id}/to-ro"), &[]).await.body).unwrap();
    assert!(sheet().await.contains("Có hiệu lực đến 18:00, Thứ Hai 23/11/2026"), "{}", sheet().await);
    lab.time.fetch_add(7 * 3_600, Ordering::SeqCst);
    lab.app.site.refresh().await.unwrap();
    assert!(sheet().await.contains("Hết hiệu lực lúc 18:00, Thứ Hai 23/11/2026"), "{}", sheet().await);
}

#[tokio::test]
async fn what_has_not_begun_says_from_when() {
    let lab = Lab::new().await;
    let mut coming = alert("a", "alert", &[], "+6h");
    coming["effective"] = "+2h".into();
    lab.import(&[coming, alert("b", "alert", &[], "+6h")]).await;
    let id = lab.app.site.live.now().cards().find(|card| card.effective.is_some()).unwrap().id;
    let page = async |form: &str| String::from_utf8(lab.get(&format!("/canh-bao/{id}/{form}"), &[]).await.body).unwrap();
    let sheet = page("to-ro").await;
    assert!(sheet.contains("Chưa tới giờ hiệu lực") && !sheet.contains("Có hiệu lực đến"), "{sheet}");
    assert!(sheet.contains("Từ 14:00, Thứ Hai 23/11/2026 đến 18:00, Thứ Hai 23/11/2026"), "{sheet}");
    let words = page("loa").await;
    assert!(words.contains("Hiệu lực bắt đầu từ mười bốn giờ") && words.contains("Từ 14:00 23/11 đến 18:00 23/11"), "{words}");
    assert!(words.contains("<b class=\"n l"), "the bar says here, too, what is in force");
}

#[tokio::test]
async fn the_bar_says_the_worst_level_in_force_and_until_when() {
    let lab = Lab::new().await;
    // Also where no page is: a sign that goes away reads as if it were over.
    let mark = async |lab: &Lab| {
        let mut seen = Vec::new();
        for path in ["/gioi-thieu", "/khong-co-trang-nay"] {
            let html = String::from_utf8(lab.get(path, &[]).await.body).unwrap();
            seen.push(html.split("<b class=\"n l").nth(1).map(|rest| rest.split(['>', '<']).nth(1).unwrap().to_owned()));
        }
        assert_eq!(seen[0], seen[1]);
        seen.remove(0)
    };
    assert_eq!(mark(&lab).await, None);
    let mut drill = alert("d", "alert", &[], "+6h");
    drill["status"] = "exercise".into();
    lab.import(&[drill]).await;
    assert_eq!(mark(&lab).await, None, "a drill is none");
    lab.import(&[alert("a", "alert", &[], "+6h")]).await;
    let live = lab.app.site.live.now();
    assert_eq!(mark(&lab).await, Some(format!("cấp {}", live.alarm.unwrap())));
    let html = String::from_utf8(lab.get("/gioi-thieu", &[]).await.body).unwrap();
    assert!(html.contains(&format!("data-until=\"{}\"", live.alarm_until.unwrap().0)), "a page that is kept has to end it");
    lab.import(&[alert("b", "cancel", &["a"], "+6h")]).await;
    assert_eq!(mark(&lab).await, None);
}
