//! Pictures and recordings that officials bring: what becomes of them, and what is refused.

mod lab;
mod office;

use axum::http::StatusCode;
use lab::Lab;
use office::{Browser, Office, office, text, upload, write};
use server::store::desk::Lane;
use server::store::desk::Upload;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Apple's kind of photo, 96 × 64, as `heif-enc` makes it.
const HEIC: &[u8] = include_bytes!("samples/photo.heic");

/// What ffmpeg draws or plays: a file of `kind` from a description.
fn described(what: &str, more: &[&str], kind: &str) -> Vec<u8> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-f", "lavfi", "-i", what]).args(more).args(["-f", kind, "-"]);
    let made = ffmpeg.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

/// Loudness of a recording as ffmpeg measures it by EBU R 128, in LUFS.
fn loudness(file: &Path) -> f64 {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostats", "-i"]).arg(file).args(["-af", "ebur128=framelog=verbose", "-f", "null", "-"]);
    let said = String::from_utf8(ffmpeg.output().unwrap().stderr).unwrap();
    said.rsplit_once("I:").unwrap().1.split_whitespace().next().unwrap().parse().unwrap()
}

/// A picture of `width` × `height` whose camera noted that it lies on its side, and where it was taken.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let pixels =
        image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 251) as u8, (y % 241) as u8, ((x * y) % 13) as u8]));
    let mut jpeg = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 80);
    image::DynamicImage::from(pixels).write_with_encoder(encoder).unwrap();
    noted(&jpeg)
}

/// A JPEG with such notes in front.
fn noted(jpeg: &[u8]) -> Vec<u8> {
    // Orientation 6 ("turn right") and, behind it, words that stand for a place.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend(b"GPS 16.2N 107.2E");
    let mut whole = jpeg[..2].to_vec();
    whole.extend([0xff, 0xe1]);
    whole.extend((exif.len() as u16 + 2).to_be_bytes());
    whole.extend(exif);
    whole.extend(&jpeg[2..]);
    whole
}

/// Two seconds of nothing, three of a tone, two of nothing.
fn recording() -> Vec<u8> {
    let rate = 16_000u32;
    let sample = |n: u32| {
        let second = f64::from(n) / f64::from(rate);
        if (2.0..5.0).contains(&second) { (((second * 440.0 * std::f64::consts::TAU).sin()) * 3_000.0) as i16 } else { 0 }
    };
    let data: Vec<u8> = (0..rate * 7).flat_map(|n| sample(n).to_le_bytes()).collect();
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + data.len() as u32).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(rate.to_le_bytes());
    wav.extend((rate * 2).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend((data.len() as u32).to_le_bytes());
    wav.extend(data);
    wav
}

async fn bring(lab: &Lab, who: &Browser, work: &str, file: &[u8], words: &str) -> (StatusCode, Option<Upload>) {
    let answer = upload(lab, who, work, file, &[("words", words), ("speaker", "Già làng A Viết"), ("consent", "1")]).await;
    server::desk::jobs::round(&lab.app.site, Lane::Files).await.unwrap();
    let id = work.rsplit('/').next().unwrap().split('?').next().unwrap().parse().unwrap();
    (answer.status, lab.app.site.store.uploads(id).await.unwrap().pop())
}

#[tokio::test]
async fn a_photo_becomes_small_upright_and_forgetful() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Cầu treo").await;
    let (status, made) = bring(&lab, &author, &work, &photo(1_600, 1_200), "Cầu treo qua suối").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let made = made.unwrap();
    assert_eq!((made.trouble.as_str(), made.file.ends_with(".avif")), ("", true));
    let media = lab.app.site.store.medium(&made.file).await.unwrap().unwrap();
    assert_eq!((media.width, media.height), (720, 960), "turned as the camera said");
    let hash = made.file.strip_suffix(".avif").unwrap();
    for (name, wide) in [("", 720), ("-360", 360), ("-1080", 1_080)] {
        for kind in ["avif", "jpg"] {
            let file = lab.data().join("media").join(format!("{hash}{name}.{kind}"));
            let bytes = std::fs::read(&file).unwrap();
            let size = imagesize::blob_size(&bytes).unwrap();
            assert_eq!(size.width, wide, "{name}.{kind}");
            assert!(!bytes.windows(4).any(|four| four == b"Exif" || four == b"GPS "), "{name}.{kind} remembers");
        }
    }
    let copy = lab.folder.path().join("copy.sqlite");
    let copied = server::backup::run(&lab.app.site.store, &lab.app.site.shelf, &lab.data(), &copy).await.unwrap();
    assert_eq!((copied.files, copied.missing.len()), (6, 0), "a copy has every width and kind");
    // Whoever shows no AVIF gets the JPEG under the same address.
    let path = format!("/media/{}", made.file);
    let old = lab.get(&path, &[("accept", "image/webp,*/*")]).await;
    assert_eq!(old.header("content-type"), "image/jpeg");
    let new = lab.get(&path, &[("accept", "image/avif,image/webp,*/*")]).await;
    assert_eq!(new.header("content-type"), "image/avif");
    assert_ne!(old.header("etag"), new.header("etag"), "each is a representation of its own");
    assert_eq!(lab.get(&path, &[]).await.header("content-type"), "image/avif");
    assert!(std::fs::read_dir(lab.data().join("upload")).unwrap().next().is_none(), "the original is gone");
    let page = text(&office::get(&lab, &author, &work).await);
    assert!(page.contains(&format!("[ảnh {}] Cầu treo qua suối", made.file)), "it can be put into the text");
}

/// Zalo and Facebook show no AVIF.
#[tokio::test]
async fn a_picture_of_the_desk_is_in_link_previews() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Cầu treo").await;
    let file = bring(&lab, &author, &work, &photo(800, 600), "Cầu treo qua suối").await.1.unwrap().file;
    let media = lab.data().join("media");
    lab.put("cau.avif", &std::fs::read(media.join(&file)).unwrap());
    let line = serde_json::json!({"id": "cau", "kind": "guide", "topics": ["moi-truong"], "issued": "0m", "source": {"name": "Xã"},
        "title": "Cầu treo", "summary": "Đi từng người.", "body": [{"image": "cau.avif", "alt": "Cầu treo"}]});
    assert!(lab.import(&[line]).await.bad.is_empty());
    let now = lab.app.site.live.now();
    let page = lab.get(&domain::route::item_path(now.cards().next().unwrap(), domain::words::Lang::Vi), &[]).await;
    let twin = format!("/media/{}", file.replace(".avif", ".jpg"));
    assert!(text(&page).contains(&format!("{twin}\">")), "the preview names the JPEG");
    assert_eq!(lab.get(&twin, &[]).await.header("content-type"), "image/jpeg");
    // Without it, as where the AVIF was imported, the preview has the picture of the house.
    std::fs::remove_file(media.join(file.replace(".avif", ".jpg"))).unwrap();
    let alone = lab.get(&twin, &[]).await;
    assert_eq!((alone.status, alone.header("location")), (StatusCode::FOUND, "/og.png"));
}

#[tokio::test]
async fn a_recording_loses_its_silence_and_speaks_in_two_tongues() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Lời già làng").await;
    let nobody = upload(&lab, &author, &work, &recording(), &[("words", "Lời chào")]).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(&nobody).contains("họ đã đồng ý"));
    let (status, made) = bring(&lab, &author, &work, &recording(), "Lời chào").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let made = made.unwrap();
    assert_eq!((made.trouble.as_str(), made.file.ends_with(".ogg")), ("", true));
    let media = lab.app.site.store.medium(&made.file).await.unwrap().unwrap();
    assert!((3..=4).contains(&media.seconds), "{} s of three that are not silent", media.seconds);
    assert!(media.bytes < 16_000, "{} bytes", media.bytes);
    let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Mobile/15E148 Safari/604.1";
    let path = format!("/media/{}", made.file);
    assert_eq!(lab.get(&path, &[("user-agent", safari)]).await.header("content-type"), "audio/mp4");
    let newer = safari.replace("Version/16.5", "Version/18.4");
    assert_eq!(lab.get(&path, &[("user-agent", &newer)]).await.header("content-type"), "audio/ogg");
}

#[tokio::test]
async fn every_recording_is_as_loud_as_the_others() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Lời già làng").await;
    // Somebody far from the telephone, with pauses; somebody who knocks against it, on two channels; somebody near.
    let quiet = "aevalsrc='0.01*(sin(180*2*PI*t)+0.7*sin(360*2*PI*t)+0.5*sin(1100*2*PI*t))*abs(sin(2*PI*2.1*t))*lt(mod(t,4),3.2)':s=16000:d=14";
    let peaks = "aevalsrc='0.08*(sin(180*2*PI*t)+0.7*sin(360*2*PI*t)+0.5*sin(1100*2*PI*t))*pow(sin(2*PI*2.1*t),2)+0.8*sin(700*2*PI*t)*lt(mod(t,1.9),0.006)':s=44100:d=12";
    let loud = "aevalsrc='0.9*sin(400*2*PI*t)*abs(sin(2*PI*1.7*t))':s=48000:d=8";
    for (sound, more, kind) in [
        (quiet, &["-c:a", "pcm_s16le"][..], "wav"),
        (peaks, &["-c:a", "libopus", "-b:a", "64k", "-ac", "2"], "webm"),
        (loud, &["-c:a", "libmp3lame"], "mp3"),
    ] {
        let (_, made) = bring(&lab, &author, &work, &described(sound, more, kind), "Lời chào").await;
        let made = made.unwrap();
        assert_eq!(made.trouble, "", "{kind}");
        for file in [made.file.clone(), made.file.replace(".ogg", ".m4a")] {
            let heard = loudness(&lab.data().join("media").join(&file));
            assert!((heard + 16.0).abs() <= 1.0, "{kind}, {file}: {heard} LUFS");
        }
    }
}

#[tokio::test]
async fn a_recording_that_is_too_long_is_refused_and_not_cut() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Cuộc họp").await;
    let long = described("aevalsrc='0.1*sin(2000*t)':s=8000:d=1202", &["-c:a", "pcm_s16le"], "wav");
    let (_, made) = bring(&lab, &author, &work, &long, "Cả cuộc họp").await;
    assert_eq!(made.unwrap().trouble, "too-long");
    let page = text(&office::get(&lab, &author, &work).await);
    assert!(page.contains("dài hơn 20 phút") && page.contains("thành nhiều bản ngắn"), "and what to do");
}

#[tokio::test]
async fn the_bar_moves_while_a_recording_is_encoded() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Đọc cả bài").await;
    let sound = described("aevalsrc='0.2*sin(900*t)*abs(sin(7*t))':s=16000:d=400", &["-c:a", "libopus", "-b:a", "32k"], "webm");
    let form = [("words", "Đọc cả bài"), ("speaker", "Chị Hồ Thị Lê"), ("consent", "1")];
    upload(&lab, &author, &work, &sound, &form).await;
    let id = work.rsplit('/').next().unwrap().split('?').next().unwrap().parse().unwrap();
    let upload = lab.app.site.store.uploads(id).await.unwrap().pop().unwrap();
    let site = lab.app.site.clone();
    let job = tokio::spawn(async move { server::desk::jobs::round(&site, Lane::Files).await });
    let mut seen = Vec::new();
    let mut shown = 0;
    while !job.is_finished() {
        let done = lab.app.site.desk.progress.of(upload.id);
        if done > 0 && seen.last() != Some(&done) {
            seen.push(done);
            let page = text(&office::get(&lab, &author, &work).await);
            shown += usize::from(page.contains("<progress") && page.contains(&format!("Đang xử lý… {done}%")));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    job.await.unwrap().unwrap();
    assert!(seen.is_sorted(), "{seen:?}");
    let inside = seen.iter().filter(|done| (41..75).contains(*done)).count();
    assert!(inside >= 3, "while one file is written it moves: {seen:?}");
    assert!(shown >= 3, "the page shows it: {seen:?}");
}

#[tokio::test]
async fn photos_of_an_iphone_are_opened_or_their_owner_is_told_what_to_do() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Ảnh iPhone").await;
    let (_, made) = bring(&lab, &author, &work, HEIC, "Cầu treo").await;
    let made = made.unwrap();
    match Command::new("heif-convert").arg("--help").output() {
        Ok(_) => {
            let media = lab.app.site.store.medium(&made.file).await.unwrap().unwrap();
            assert_eq!((media.width, media.height), (96, 64));
        }
        Err(_) => assert_eq!(made.trouble, "heic"),
    }
    let cut = &HEIC[..60];
    let (status, made) = bring(&lab, &author, &work, cut, "Ảnh hỏng").await;
    assert_eq!((status, made.unwrap().trouble.as_str()), (StatusCode::SEE_OTHER, "heic"));
    let page = text(&office::get(&lab, &author, &work).await);
    assert!(page.contains("Cài đặt › Camera › Định dạng"), "what to do on the phone");
}

#[tokio::test]
async fn the_largest_sensors_are_taken_and_bombs_are_not() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Ảnh 200 triệu điểm").await;
    let frame = ["-frames:v", "1", "-pix_fmt", "yuvj420p", "-q:v", "16"];
    let photo = noted(&described("testsrc2=size=16320x12240", &frame, "mjpeg"));
    let (_, made) = bring(&lab, &author, &work, &photo, "Toàn cảnh").await;
    let made = made.unwrap();
    assert_eq!(made.trouble, "");
    let media = lab.app.site.store.medium(&made.file).await.unwrap().unwrap();
    assert_eq!((media.width, media.height), (720, 960), "turned as the camera said");
    // The same file, as if it had 400 million.
    let mut bomb = photo;
    let at = bomb.windows(4).position(|four| four == [0xff, 0xc0, 0, 17]).unwrap();
    bomb[at + 5..at + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    let (_, made) = bring(&lab, &author, &work, &bomb, "bom").await;
    assert_eq!(made.unwrap().trouble, "too-large");
}

#[tokio::test]
async fn what_a_killed_server_left_goes_at_the_next_start() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Cầu treo").await;
    let folder = lab.data().join("upload");
    let (_, done) = bring(&lab, &author, &work, &photo(60, 40), "xong").await;
    let (_, refused) = bring(&lab, &author, &work, b"\xff\xd8\xff\xe0 nothing", "hỏng").await;
    let answer = upload(&lab, &author, &work, &photo(64, 48), &[("words", "đang chờ")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    // Killed between two steps: before the row was written, after it was finished, while it was encoded.
    for name in ["0123456789abcdef0123456789abcdef", "0123.part", &done.unwrap().original, &refused.unwrap().original] {
        std::fs::write(folder.join(name), photo(30, 20)).unwrap();
    }
    std::fs::create_dir(folder.join("aa.tmp")).unwrap();
    std::fs::write(folder.join("aa.tmp/0.png"), b"x").unwrap();
    let id: i64 = work.rsplit('/').next().unwrap().split('?').next().unwrap().parse().unwrap();
    let waits = lab.app.site.store.uploads(id).await.unwrap().pop().unwrap();

    let lab = lab.again().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let Lab { folder: home, app, time } = lab;
    let soon = tokio::time::sleep(Duration::from_millis(1));
    server::serve::run(app, listener, server::serve::Limits::default(), soon).await.unwrap();
    let left: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.iter().all(|name| *name == waits.original || name.ends_with(".tmp")), "{left:?}");
    assert!(!left.contains(&"aa.tmp".to_owned()), "{left:?}");

    // What waits is encoded all the same, a moment later: it may have been what the server died of.
    time.fetch_add(10, std::sync::atomic::Ordering::SeqCst);
    let app = server::App::open(&home.path().join("data"), lab::options(&time)).await.unwrap();
    server::desk::jobs::round(&app.site, Lane::Files).await.unwrap();
    let made = app.site.store.upload(waits.id).await.unwrap().unwrap();
    assert_eq!((made.trouble.as_str(), made.file.ends_with(".avif")), ("", true));
}

#[tokio::test]
async fn a_copy_has_what_waits_and_what_is_lost_is_waited_for_no_longer() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Chờ xử lý").await;
    let answer = upload(&lab, &author, &work, &photo(64, 48), &[("words", "đang chờ")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let id: i64 = work.rsplit('/').next().unwrap().split('?').next().unwrap().parse().unwrap();
    let waits = lab.app.site.store.uploads(id).await.unwrap().pop().unwrap();
    let folder = lab.data().join("upload");
    std::fs::write(folder.join("0123.part"), b"half").unwrap();
    std::fs::create_dir(folder.join("aa.tmp")).unwrap();
    let copy = lab.folder.path().join("copy.sqlite");
    let copied = server::backup::run(&lab.app.site.store, &lab.app.site.shelf, &lab.data(), &copy).await.unwrap();
    let names: Vec<_> = std::fs::read_dir(&copied.originals).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [waits.original.as_str()]);
    assert_eq!(std::fs::read(copied.originals.join(&waits.original)).unwrap(), photo(64, 48));

    // Put back without it: whoever brought it hears so, and nothing is tried for ever.
    std::fs::remove_file(folder.join(&waits.original)).unwrap();
    server::desk::jobs::round(&lab.app.site, Lane::Files).await.unwrap();
    assert!(lab.app.site.store.jobs().await.unwrap().is_empty());
    let page = text(&office::get(&lab, &author, &work).await);
    assert!(page.contains("Tệp bị hỏng"), "{page}");
    assert!(lab.app.site.store.uploads(id).await.unwrap().pop().unwrap().file.is_empty());
}

#[tokio::test]
async fn bombs_polyglots_and_strangers_are_refused() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Tệp lạ").await;
    for stranger in [
        &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
        b"#EXTM3U\nfile:///etc/passwd",
        b"MZ\x90",
        b"%PDF-1.7",
        b"GIF89a",
        b"",
    ] {
        let (status, made) = bring(&lab, &author, &work, stranger, "x").await;
        assert_eq!((status, made.is_none()), (StatusCode::UNPROCESSABLE_ENTITY, true), "{stranger:?}");
    }
    let mut bomb = lab::png(60_000, 60_000);
    let (_, made) = bring(&lab, &author, &work, &bomb, "bom").await;
    assert_eq!(made.unwrap().trouble, "too-large");
    bomb = lab::png(8, 8);
    let (_, made) = bring(&lab, &author, &work, &bomb, "không có điểm ảnh").await;
    assert_eq!(made.unwrap().trouble, "broken");
    let polyglot = [&[0xff, 0xd8, 0xff, 0xe0][..], b"<html><script>alert(1)</script>"].concat();
    let (_, made) = bring(&lab, &author, &work, &polyglot, "hai mặt").await;
    assert_eq!(made.unwrap().trouble, "broken");
    let mut cut = photo(400, 300);
    cut.truncate(cut.len() / 3);
    let (_, made) = bring(&lab, &author, &work, &cut, "bị cắt").await;
    let made = made.unwrap();
    assert!(made.trouble == "broken" || !made.file.is_empty(), "never a crash: {}", made.trouble);
    let hls = [&b"OggS"[..], b"\n#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"].concat();
    let (_, made) = bring(&lab, &author, &work, &hls, "danh sách phát").await;
    assert_eq!(made.unwrap().trouble, "broken");
    assert!(lab.app.site.store.jobs().await.unwrap().is_empty(), "nothing is tried again that cannot become better");
    let page = text(&office::get(&lab, &author, &work).await);
    assert!(page.contains("Tệp bị hỏng") && page.contains("Tệp quá lớn"));
}

#[tokio::test]
async fn files_are_brought_only_by_who_may_write() {
    let Office { lab, admin, author, .. } = office().await;
    let work = write(&lab, &author, "Của tôi").await;
    for (stranger, refused) in [(&admin, StatusCode::FORBIDDEN), (&Browser::default(), StatusCode::UNSUPPORTED_MEDIA_TYPE)] {
        let answer = upload(&lab, stranger, &work, &photo(60, 40), &[("words", "x")]).await;
        assert_eq!(answer.status, refused);
    }
    let id = work.rsplit('/').next().unwrap().split('?').next().unwrap().parse().unwrap();
    assert!(lab.app.site.store.uploads(id).await.unwrap().is_empty());
    let huge = vec![0xff; (20 << 20) + 10];
    let answer = upload(&lab, &author, &work, &huge, &[("words", "x")]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}
