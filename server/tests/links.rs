//! Whoever writes hears of addresses that lead nowhere, without waiting for them.

mod lab;
mod office;
mod web;

use axum::http::StatusCode;
use lab::Lab;
use office::*;
use server::Options;
use server::store::desk::Lane;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use web::Web;

#[tokio::test]
async fn a_link_that_leads_nowhere_is_told() {
    let lab = Lab::with(|options| Options { fetch_private: true, ..options }).await;
    let Office { lab, author, .. } = office_in(lab).await;
    let web = Web::new().await;
    web.put("/co", 200, "content-type: text/html\r\n", b"<p>x</p>".to_vec());
    web.put("/anh", 200, "content-type: image/png\r\n", b"x".to_vec());
    web.put("/mat", 404, "", Vec::new());
    let link = |path: &str| format!("[liên kết {}] Xem", web.url(path));
    let text_of = |paths: &[&str]| paths.iter().map(|path| link(path)).collect::<Vec<_>>().join("\n\n");
    let save = async |work: &str, version: &str, text: &str| {
        let mut form = article("Đường mới", "20044");
        form.last_mut().unwrap().1 = text;
        form.push(("version", version));
        post(&lab, &author, work, &form).await
    };
    let own = "[liên kết http://desk.example/khong-co-trang-nay] Cũ\n\n[liên kết http://desk.example/canh-bao] Mới";
    let begun = save("/ban-lam-viec/viec", "0", &[&text_of(&["/co", "/anh", "/mat"]), "\n\n", own].concat()).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER);
    let work = begun.header("location").to_owned();
    let page = text(&get(&lab, &author, &work).await);
    assert!(!page.contains("không mở được"), "nobody has asked yet: {page}");
    assert_eq!(page.matches("Liên kết dẫn đến một trang không có ở đây").count(), 1, "{page}");
    server::desk::jobs::round(&lab.app.site, Lane::Away).await.unwrap();
    let page = text(&get(&lab, &author, &work).await);
    assert_eq!(page.matches("Liên kết không mở được").count(), 1, "{page}");
    assert!(page.contains(&format!("Liên kết không mở được: {}", web.url("/mat"))));
    assert!(lab.app.site.store.jobs().await.unwrap().is_empty());
    // The same ones again ask nobody; a new one alone is asked.
    let asked = web.asked().len();
    assert_eq!(save(&work, "1", &text_of(&["/co", "/mat"])).await.status, StatusCode::SEE_OTHER);
    assert!(lab.app.site.store.jobs().await.unwrap().is_empty());
    assert_eq!(save(&work, "2", &text_of(&["/co", "/mat", "/moi"])).await.status, StatusCode::SEE_OTHER);
    server::desk::jobs::round(&lab.app.site, Lane::Away).await.unwrap();
    assert_eq!(web.asked().len(), asked + 1);
}

#[tokio::test]
async fn links_of_a_text_are_asked_side_by_side() {
    let lab = Lab::with(|options| Options { fetch_private: true, ..options }).await;
    let Office { lab, author, .. } = office_in(lab).await;
    // Nobody is answered before all three have asked.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let all = Arc::new(Barrier::new(3));
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            let all = all.clone();
            tokio::spawn(async move {
                let _ = line.read(&mut [0; 1_024]).await;
                all.wait().await;
                let _ = line.write_all(b"HTTP/1.1 204 x\r\nconnection: close\r\n\r\n").await;
            });
        }
    });
    let urls = [1, 2, 3].map(|n| format!("http://127.0.0.1:{port}/{n}"));
    let links = urls.each_ref().map(|url| format!("[liên kết {url}] Xem")).join("\n\n");
    let mut form = article("Đường mới", "20044");
    form.last_mut().unwrap().1 = &links;
    form.push(("version", "0"));
    assert_eq!(post(&lab, &author, "/ban-lam-viec/viec", &form).await.status, StatusCode::SEE_OTHER);
    server::desk::jobs::round(&lab.app.site, Lane::Away).await.unwrap();
    let found = lab.app.site.store.links(&urls.into()).await.unwrap();
    let troubles: Vec<&str> = found.values().map(|link| link.trouble.as_str()).collect();
    assert_eq!(troubles, ["", "", ""], "one after another, none is answered in time");
}

#[tokio::test]
async fn what_is_written_while_links_are_asked_is_asked_too() {
    let lab = Lab::with(|options| Options { fetch_private: true, ..options }).await;
    let Office { lab, author, .. } = office_in(lab).await;
    let web = Web::new().await;
    web.put("/co", 200, "content-type: text/html\r\n", b"<p>x</p>".to_vec());
    web.put("/mat", 404, "", Vec::new());
    let [asked, answered] = web.hold("/co");
    let save = async |work: &str, version: &str, text: &str| {
        let mut form = article("Đường mới", "20044");
        form.last_mut().unwrap().1 = text;
        form.push(("version", version));
        post(&lab, &author, work, &form).await
    };
    let first = format!("[liên kết {}] Xem", web.url("/co"));
    let work = save("/ban-lam-viec/viec", "0", &first).await.header("location").to_owned();
    let written = async {
        asked.wait().await;
        let second = format!("{first}\n\n[liên kết {}] Xem", web.url("/mat"));
        assert_eq!(save(&work, "1", &second).await.status, StatusCode::SEE_OTHER);
        answered.wait().await;
    };
    let (round, ()) = tokio::join!(server::desk::jobs::round(&lab.app.site, Lane::Away), written);
    round.unwrap();
    server::desk::jobs::round(&lab.app.site, Lane::Away).await.unwrap();
    assert!(text(&get(&lab, &author, &work).await).contains("Liên kết không mở được"));
    assert!(lab.app.site.store.jobs().await.unwrap().is_empty());
}
