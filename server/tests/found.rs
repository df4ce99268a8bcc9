//! What is found comes in an order that serves whoever looks, and all of it can be reached.

mod lab;
mod reader;

use domain::words::Lang;
use reader::{Reader, between, whole};
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn who_looks_for_a_danger_finds_the_live_alert_before_news_of_it() {
    let reader = Reader::with_sample().await;
    let news = |n| json!({"id": format!("xa-{n}"), "topic_guess": "y-te", "title": format!("Lũ quét ở nước xa {n}"), "summary": "Lũ quét.", "body": ["Lũ quét."]});
    reader.publish(&(0..3).map(news).collect::<Vec<_>>()).await;
    let snapshot = reader.app.site.live.now();
    let alert = snapshot.cards().find(|card| card.headline("vi").title.starts_with("Lũ quét, sạt lở ở A Lưới")).unwrap();
    let id = alert.id.to_string();
    let first = async || {
        let html = reader.page("/tim?q=lu+quet").await;
        let list = html.split("<ul class=\"ls\">").nth(1).unwrap();
        list.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert!(first().await.ends_with(&id));
    let api = reader.get("/api/v1/search?q=lu+quet").await.text();
    assert!(api.split("\"url\"").nth(1).unwrap().split(',').next().unwrap().contains(&id), "{}", &api[..600]);
    reader.wait(11 * 3_600).await;
    assert!(!first().await.ends_with(&id), "it is over");
}

#[tokio::test]
async fn everything_that_is_found_can_be_reached_page_by_page() {
    let reader = Reader::empty().await;
    let article = |n| json!({"id": format!("bai-{n}"), "topic_guess": "y-te", "title": format!("Tin số {n}"), "summary": "Một dòng.", "body": ["Rửa tay."]});
    reader.publish(&(0..150).map(article).collect::<Vec<_>>()).await;
    let addresses = |html: &str| -> BTreeSet<String> {
        let links = html.split("<a href=\"/tin/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        links.collect()
    };
    let next = |html: &str| {
        Some(between(html, "<p class=\"mr\"", "</p>")?.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&"))
    };
    let home = reader.page("/").await;
    let all = home.split("href=\"").find(|rest| rest.starts_with("/tim?loai=")).expect("a way from home to all bulletins");
    let all = all.split('"').next().unwrap();
    for start in ["/chu-de/y-te", "/tim?q=tin", "/tim?chu-de=y-te", all] {
        let (mut path, mut seen, mut pages) = (Some(start.to_owned()), BTreeSet::new(), 0);
        while let Some(here) = path {
            let html = reader.page(&here).await;
            let found = addresses(&html);
            assert!(!found.is_subset(&seen), "{here} has nothing new");
            seen.extend(found);
            path = next(&html);
            pages += 1;
            assert!(pages < 9, "{here}");
        }
        assert_eq!(seen.len(), 150, "from {start}");
    }
    for odd in ["/tim?q=tin&tu=99999999999999999999999", "/tim?q=tin&tu=-1", "/tim?q=tin&tu=150"] {
        assert!(reader.page(odd).await.contains("150"), "{odd} still says how many there are");
    }
}

/// However much there is for everyone in between.
#[tokio::test]
async fn everything_of_a_place_is_reached_from_its_page() {
    let reader = Reader::empty().await;
    let line = |id: String, places: &[&str], issued: &str| {
        json!({"id": id, "kind": "bulletin", "topics": ["y-te"], "places": places, "issued": issued, "source": {"name": "Xã"},
        "title": "Tin", "summary": "Một dòng.", "body": ["Rửa tay."]})
    };
    let local = (0..130).map(|n| line(format!("xa-{n}"), &["20044"], "-9d"));
    let others = (0..90).map(|n| line(format!("chung-{n}"), &[], "-1d"));
    reader.publish(&local.chain(others).collect::<Vec<_>>()).await;
    let rows = |html: &str| -> Vec<String> {
        html.split("<a href=\"/tin/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    for start in ["/noi/a-luoi-2", "/noi/hue"] {
        let (mut path, mut seen) = (start.to_owned(), Vec::new());
        loop {
            let html = reader.page(&path).await;
            whole(&html, &path, Lang::Vi);
            assert_eq!(html.contains("noindex"), path.contains("tu="), "{path}: search machines know the first part");
            let found = rows(&html);
            let left = 130 - seen.len() - found.len();
            seen.extend(found);
            let Some(more) = between(&html, "<p class=\"mr\"", "</p>") else { break };
            assert!(more.contains(&format!("{left} tin")), "{path}: {more}");
            path = more.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        }
        let distinct: BTreeSet<&String> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), (130, 130), "from {start}");
    }
    for odd in ["tu=99999999999999999999999", "tu=-1", "tu=130"] {
        assert_eq!(rows(&reader.page(&format!("/noi/a-luoi-2?{odd}")).await).len(), 60, "{odd} begins anew");
    }
}
