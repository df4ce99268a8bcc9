//! Recordings and pictures as those see them who write and judge: what they weigh, who speaks, and which one was chosen.

mod lab;
mod office;

use axum::http::StatusCode;
use domain::content::{MediaRef, Time};
use lab::NOW;
use office::*;
use server::store::desk::{Sort, Upload};

#[tokio::test]
async fn whoever_approves_knows_who_speaks() {
    let Office { lab, author, approver, .. } = office().await;
    let work = write(&lab, &author, "Lời già làng").await;
    let id: i64 = work.rsplit('/').next().unwrap().parse().unwrap();
    let mut tx = lab.app.site.store.begin().await.unwrap();
    for (sort, file, words, bytes) in [
        (Sort::Sound, "0123456789ab.ogg", "Lời chào", 31_000),
        (Sort::Sound, "ba9876543210.ogg", "Lời dặn", 5_000),
        (Sort::Picture, "c.avif", "Cầu treo", 47_000),
    ] {
        let (original, speaker) = (String::new(), "Già làng A Viết".to_owned());
        let (file, trouble) = (file.to_owned(), String::new());
        let upload = Upload { id: 0, work: id, by: 1, sort, original, words: words.into(), speaker, file, bytes, trouble };
        let row = tx.add_upload(&upload, Time(NOW)).await.unwrap();
        let media = MediaRef { file: upload.file, bytes, width: 4, height: 3, seconds: 2 };
        tx.finish_upload(row, &media, Time(NOW)).await.unwrap();
    }
    // Brought by an import, by nobody who could be asked.
    let import = MediaRef { file: "la.ogg".into(), bytes: 9, width: 0, height: 0, seconds: 2 };
    tx.add_media(&import, Time(NOW)).await.unwrap();
    tx.commit().await.unwrap();
    let page = text(&get(&lab, &author, &work).await);
    for said in ["<small>47 KB</small>", "Người nói: Già làng A Viết · 31 KB", "Người nói: Già làng A Viết · 5 KB"]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    let with = |version: &'static str, more: &[(&'static str, &'static str)]| {
        let mut form = article("Lời già làng", "20044");
        form[7].1 = "Mời nghe.\n\n[âm thanh ba9876543210.ogg] Lời dặn\n\n[âm thanh la.ogg] Lạ";
        form.push(("version", version));
        form.extend(more.iter().copied());
        form
    };
    assert_eq!(post(&lab, &author, &work, &with("1", &[("audio.vi", "0123456789ab.ogg")])).await.status, StatusCode::SEE_OTHER);
    // Only for whoever reads to judge.
    let page = text(&get(&lab, &approver, &format!("{work}?sua=1")).await);
    assert!(!page.contains("Tiếng người trong bài"), "{page}");
    let last = with("2", &[("audio.vi", "0123456789ab.ogg"), ("do", "submit")]);
    let sent = post(&lab, &author, &work, &last).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", text(&sent));
    let page = text(&get(&lab, &approver, &work).await);
    for words in ["Lời chào", "Lời dặn"] {
        let said = format!("“{words}”: Già làng A Viết nói. Người mang đến xác nhận người nói đã đồng ý");
        assert!(page.contains(&said), "{said} in {page}");
    }
    assert_eq!(page.matches("Không rõ ai nói").count(), 1, "{page}");
    // Another choice of the recording is a change like any other.
    let history = text(&get(&lab, &approver, &format!("{work}/lich-su")).await);
    assert!(history.contains("Lời chào · Già làng A Viết · 01234567"), "{history}");
}
