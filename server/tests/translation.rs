//! A translation beside its original: all that is to be translated stands there, and since when it is older is said.

mod lab;
mod office;

use axum::http::StatusCode;
use office::*;

#[tokio::test]
async fn since_which_version_a_translation_is_outdated_is_said() {
    let Office { lab, author, .. } = office().await;
    let mut form = article("Làm lại giấy khai sinh", "20044");
    form[0].1 = "guide";
    form.extend([("papers.vi", "Căn cước công dân"), ("fee.vi", "8.000 đồng"), ("phone.vi", "115")]);
    let begun = post(&lab, &author, "/ban-lam-viec/viec", &form).await;
    let work = begun.header("location").to_owned();
    let save = async |version: &str, phone: &str, more: &[(&str, &str)]| {
        let mut form: Vec<(&str, &str)> = form.iter().copied().filter(|(name, _)| *name != "phone.vi").collect();
        form.extend([("version", version), ("phone.vi", phone), ("lang", "en"), ("title.en", "A new birth certificate")]);
        form.extend([("summary.en", "What to bring."), ("text.en", "Come early.")]);
        form.extend(more);
        assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::SEE_OTHER);
        text(&get(&lab, &author, &format!("{work}?sua=1")).await)
    };
    let page = save("1", "115", &[]).await;
    assert!(!page.contains("Bản dịch này làm theo"), "it is of what stands there");
    let beside = between(&page, "<div class=\"or\"", "<input");
    for fact in ["Căn cước công dân", "8.000 đồng", "115"] {
        assert!(beside.contains(fact), "{fact} is to be translated too: {beside}");
    }
    // The number alone has changed.
    let page = save("2", "114", &[]).await;
    assert!(page.contains("Bản dịch này làm theo bản 2. Từ đó bản tiếng Việt đã đổi"), "{page}");
    assert!(!save("3", "114", &[("current.en", "1")]).await.contains("Bản dịch này làm theo"));
    assert!(save("4", "113", &[]).await.contains("Bản dịch này làm theo bản 4."));
}
