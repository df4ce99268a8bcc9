//! Pictures and recordings that people bring to a work: kept at once, encoded by a job.

use super::encode::{self, Bad, sort_of};
use super::visit::Visit;
use super::works::{Trouble, scope};
use crate::error::Error;
use crate::site::Site;
use crate::store::desk::{JobKind, Note, Person, Sort, Upload};
use axum::body::Bytes;
use axum::response::Response;
use domain::editorial::{Action, Deed, allowed, transition};
use std::collections::HashSet;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Longest description, in characters.
const MAX_WORDS: usize = 300;

/// Where originals wait, in the data folder.
const FOLDER: &str = "upload";

fn folder(site: &Site) -> PathBuf {
    site.data.join(FOLDER)
}

/// Originals that wait in a data folder, each of them whole: what is still being written or encoded has an ending.
pub fn originals(data: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut all = inside(&data.join(FOLDER))?;
    all.retain(|path| path.extension().is_none());
    Ok(all)
}

fn inside(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let found = match std::fs::read_dir(folder) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        found => found.map_err(Error::file(folder))?,
    };
    found.map(|entry| entry.map(|entry| entry.path()).map_err(Error::file(folder))).collect()
}

/// What a form brought.
pub struct Brought {
    pub bytes: Option<Bytes>,
    pub words: String,
    pub speaker: String,
    /// Whoever speaks has agreed.
    pub consent: bool,
}

/// Keeps what somebody brought and has it encoded. On a full disk it is refused without what is held in reserve, which is for
/// words.
pub async fn take(visit: &Visit, person: &Person, id: i64, brought: Brought) -> Result<Response, Trouble> {
    match add(visit, person, id, brought).await {
        Err(Trouble::Broken(cause)) if cause.is_full() => {
            tracing::error!(%cause, "a file could not be kept");
            Err(Trouble::BadFile("disk-full"))
        }
        done => done,
    }
}

async fn add(visit: &Visit, person: &Person, id: i64, brought: Brought) -> Result<Response, Trouble> {
    let site = &visit.site;
    let work = site.store.work(id).await?.ok_or(Trouble::NotFound)?;
    let deed = Deed { actor: person.id, hands: &work.hands, text: work.hash, seen: work.hash };
    if !allowed(&person.grants, Action::Write, scope(&work.text)) {
        return Err(Trouble::Denied);
    }
    transition(work.state, Action::Write, &deed).map_err(Trouble::Refused)?;
    let bytes = brought.bytes.ok_or(Trouble::BadFile("no-file"))?;
    let (sort, _) = sort_of(&bytes).ok_or(Trouble::BadFile(Bad::Kind.code()))?;
    if bytes.len() > encode::MAX_UPLOAD {
        return Err(Trouble::BadFile(Bad::Huge.code()));
    }
    let (words, speaker) = (brought.words.trim(), brought.speaker.trim());
    let too_long = words.chars().count() > MAX_WORDS || speaker.chars().count() > MAX_WORDS;
    if words.is_empty() || too_long {
        return Err(Trouble::BadFile("no-words"));
    }
    if sort == Sort::Sound && (speaker.is_empty() || !brought.consent) {
        return Err(Trouble::BadFile("no-consent"));
    }
    let original = crate::assets::hex(&crate::clock::random::<16>());
    let path = folder(site).join(&original);
    let kept = path.clone();
    let written = tokio::task::spawn_blocking(move || {
        kept.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        keep(&kept, &bytes)
    });
    let written = written.await.map_err(Error::from)?;
    written.map_err(|cause| Error::File(folder(site), cause))?;
    let upload = Upload {
        id: 0,
        work: id,
        by: person.id,
        sort,
        original,
        words: words.replace('\n', " "),
        speaker: speaker.replace('\n', " "),
        file: String::new(),
        bytes: 0,
        trouble: String::new(),
    };
    let now = site.now();
    let noted = async {
        let mut tx = site.store.begin().await?;
        let upload_id = tx.add_upload(&upload, now).await?;
        tx.add_job(JobKind::Encode, upload_id, now, now).await?;
        let note = Note { actor: Some(person.id), action: "upload", work: Some(id), words: &upload.words, ..Note::default() };
        tx.note(now, note).await?;
        tx.commit().await
    };
    if let Err(cause) = noted.await {
        // With where it was taken in it, and nobody would ever look for it.
        let _ = std::fs::remove_file(&path);
        return Err(cause.into());
    }
    Ok(visit.go(&format!("/viec/{id}?sua=1#tep")))
}

/// The job: encodes what was brought; done twice, it comes to the same.
pub async fn encode(site: &Arc<Site>, id: i64) -> Result<(), Trouble> {
    let Some(upload) = site.store.upload(id).await?.filter(|upload| upload.file.is_empty()) else {
        return end(site, id).await;
    };
    let original = folder(site).join(&upload.original);
    let told = |hundredths| site.desk.progress.set(id, hundredths);
    let made = match upload.sort {
        // As after a copy was put back without it: it does not come by waiting, and whoever brought it is told to do so again.
        _ if matches!(original.try_exists(), Ok(false)) => {
            tracing::error!(upload = id, "the original of an upload is missing");
            Err(Bad::Broken)
        }
        Sort::Picture => encode::picture(original.clone(), &site.shelf, told).await,
        Sort::Sound => encode::sound(original.clone(), &site.shelf, told).await,
    };
    site.desk.progress.end(id);
    let now = site.now();
    match made {
        Ok(media) => {
            let mut tx = site.store.begin().await?;
            tx.finish_upload(id, &media, now).await?;
            tx.drop_job(JobKind::Encode, id).await?;
            tx.commit().await?;
            // The camera's own notes go with the original.
            drop(tokio::fs::remove_file(original).await);
            Ok(())
        }
        Err(bad) => {
            let mut tx = site.store.begin().await?;
            tx.fail_upload(id, bad.code()).await?;
            if let Bad::Failed(cause) = &bad {
                tracing::error!(%cause, "a file could not be encoded");
            }
            let later = matches!(bad, Bad::NoTool | Bad::Failed(_));
            if later {
                tx.commit().await?;
                return Err(Trouble::BadFile(bad.code()));
            }
            tx.drop_job(JobKind::Encode, id).await?;
            tx.commit().await?;
            drop(tokio::fs::remove_file(original).await);
            Ok(())
        }
    }
}

async fn end(site: &Arc<Site>, id: i64) -> Result<(), Trouble> {
    let mut tx = site.store.begin().await?;
    tx.drop_job(JobKind::Encode, id).await?;
    Ok(tx.commit().await?)
}

/// What a server that was killed left behind: originals, with the place where they were taken, that no job will ever
/// encode, and halves of files. Only before anybody can bring something.
pub async fn sweep(site: &Site) -> Result<(), Error> {
    let folder = folder(site);
    let open: HashSet<String> = site.store.open_uploads().await?.into_iter().collect();
    let swept = tokio::task::spawn_blocking(move || {
        for path in inside(&folder)? {
            if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| open.contains(name)) {
                continue;
            }
            let gone = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            gone.map_err(Error::file(&path))?;
        }
        Ok(())
    });
    swept.await?
}

/// Writes a file whole or not at all, and waits until the disk has it: what was acknowledged must not be lost.
fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let fresh = path.with_extension("part");
    let written = File::create(&fresh).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&fresh);
    }
    written?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Options, reserve};
    use axum::body::Body;
    use axum::http::Request;
    use domain::content::{PlaceCode, Time};
    use domain::editorial::{Grant, Manuscript, Role};

    #[test]
    fn a_file_that_cannot_be_kept_leaves_no_half_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anh");
        std::fs::create_dir(&path).unwrap();
        assert!(keep(&path, b"x").is_err(), "a folder of this name is there");
        assert_eq!(inside(folder.path()).unwrap(), [path]);
    }

    /// What is held is for words: an alert must find room where a picture found none.
    #[tokio::test]
    async fn a_full_disk_takes_no_picture_and_nothing_of_what_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let site = App::open(folder.path(), Options::default()).await.unwrap().site;
        let place = PlaceCode(domain::instance::instance().places[0].code);
        let person = Person {
            id: 1,
            login: String::new(),
            name: String::new(),
            grants: vec![Grant { role: Role::Author, place, topics: Vec::new() }],
            disabled: false,
            since: Time(0),
            seen: Time(0),
        };
        let text = Manuscript { places: vec![place], ..Manuscript::default() };
        let (work, _) = crate::desk::works::create(&site, &person, text, "").await.unwrap();
        reserve::hold(folder.path());
        site.store.fill_up().await;
        let request = Request::post(format!("/ban-lam-viec/viec/{work}/tep")).body(Body::empty()).unwrap();
        let (visit, _) = Visit::read(site.clone(), request).await.unwrap();
        let bytes = || Some(Bytes::from_static(b"\x89PNG\r\n\x1a\n and the rest"));
        let brought = || Brought { bytes: bytes(), words: "Suối".repeat(50), speaker: String::new(), consent: false };
        let mut taken = 0;
        // What lies in a page that is not full finds room still.
        let refused = loop {
            match take(&visit, &person, work, brought()).await {
                Ok(_) if taken < 100 => taken += 1,
                done => break done.map(drop).unwrap_err(),
            }
        };
        assert!(matches!(refused, Trouble::BadFile("disk-full")), "{refused:?}");
        assert!(folder.path().join(reserve::FILE).exists());
        assert_eq!(originals(folder.path()).unwrap().len(), taken, "no file lies there that nobody will look for");
    }
}
