//! What a push carries, unpacked by the phone's own decoder: a signed item like any other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use client::zstd::decode_with;
use domain::alert::{Message, Wish, call};
use domain::content::Status;
use domain::wire::push::{DICTIONARY, MAX, MAX_ITEM};
use domain::wire::{decode_full, encode_full};
use domain::words::Lang;
use server::push::Outgoing;
use server::{App, Options};

#[tokio::test]
async fn the_phones_decoder_unpacks_every_alert_of_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(&folder.path().join("data"), Options::default()).await.unwrap();
    let now = app.site.live.now();
    let alerts: Vec<_> = now.items.values().filter(|item| item.card.alert().is_some()).collect();
    assert!(alerts.len() >= 3, "the sample has alerts");
    for item in alerts {
        let full = now.full(item.card.id).unwrap();
        let plain = encode_full(std::slice::from_ref(&full));
        let told = Outgoing::alert(item.seq, item.card.id, Vec::new(), Vec::new(), &full, b"").unwrap();
        let info = item.card.alert().unwrap();
        let message = Message { info: &info, places: &item.card.places, status: Status::Actual };
        let wish = Wish { level: 1, ..Wish::default() };
        let called = call(&wish, &message, Some(0), item.card.issued).unwrap();
        for lang in [Lang::Vi, Lang::En] {
            let json = told.payload(lang, "https://bantin.example", called, item.card.issued);
            assert!(json.len() <= MAX);
            let text = String::from_utf8(json).unwrap();
            let packed =
                text.split_once("\"item\":\"").unwrap_or_else(|| panic!("it does not fit: {text}")).1.split('"').next().unwrap();
            let frame = BASE64.decode(packed).unwrap();
            assert_eq!(decode_with(DICTIONARY, &frame, MAX_ITEM).as_ref(), Some(&plain));
            assert_eq!(decode_full(&plain).unwrap(), std::slice::from_ref(&full));
            assert!(packed.len() < plain.len(), "{} characters for {} bytes", packed.len(), plain.len());
            println!("{}: {} bytes, {} in the push of {}", item.card.id, plain.len(), packed.len(), text.len());
        }
    }
}
