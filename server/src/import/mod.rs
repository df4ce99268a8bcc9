//! Import of JSON Lines as `IMPORT.md` describes them: every good line is published, every bad one is named and skipped.
//!
//! The file is read twice: first to learn which items it holds (a line may refer to a later one, and lines up to the one
//! that is published already are no news), then to publish it in the order of issue, a batch of lines in one transaction.
//! So the log grows as if each line had been published in its time, and phones, which fetch the end of the log, need no more
//! of it than the newest: whether a collection begins with its oldest or its newest item is nothing that they pay for.

mod block;
mod field;
mod full;
pub(crate) mod html;
mod inline;
mod lang;
mod lines;
pub(crate) mod media;
mod plain;
#[cfg(test)]
mod tests;

pub use media::MediaFolder;

use crate::error::Error;
use crate::publish::{Done, Draft, Expected, Proposal, What, check, check_withdrawal};
use crate::reason::Reason;
use crate::site::Site;
use domain::content::Time;
use domain::sign::hash;
use lines::{Line, Lines, Place};
use media::Media;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;
use std::sync::Arc;

/// Lines published in one transaction.
const BATCH: usize = 100;
/// Longest name of an item at its source, in bytes.
const MAX_NAME: usize = 300;

/// What became of the lines of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub new: usize,
    pub revised: usize,
    pub same: usize,
    pub withdrawn: usize,
    /// Number of each bad line and what is wrong with it.
    pub bad: Vec<(usize, Reason)>,
}

impl Report {
    /// There was something in the file and nothing of it could be used.
    pub fn all_bad(&self) -> bool {
        !self.bad.is_empty() && self.new + self.revised + self.same + self.withdrawn == 0
    }

    fn count(&mut self, number: usize, done: Done) {
        match done {
            Done::New(_) => self.new += 1,
            Done::Revised(_) => self.revised += 1,
            Done::Withdrawn(_) => self.withdrawn += 1,
            Done::Same => self.same += 1,
            Done::Refused(reason) => {
                eprintln!("dòng {number}: {reason}");
                self.bad.push((number, reason));
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mới, {} sửa, {} không đổi, {} lỗi", self.new, self.revised, self.same, self.bad.len())?;
        if self.withdrawn > 0 { write!(f, ", {} rút", self.withdrawn) } else { Ok(()) }
    }
}

/// Why a line became nothing: a reason of its own, or something that ends the whole import.
pub(crate) enum Fault {
    Line(Reason),
    Fatal(Error),
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Fault {
        Fault::Line(reason)
    }
}

impl From<Error> for Fault {
    fn from(cause: Error) -> Fault {
        Fault::Fatal(cause)
    }
}

/// Imports a file; its images and recordings lie beside it or in `media/` beside it. Those of a pipe, in the current folder.
pub async fn file(site: &Site, path: &Path) -> Result<Report, Error> {
    let mut file = File::open(path).map_err(Error::file(path))?;
    let mut folder = path.parent().unwrap_or(Path::new("."));
    let piped = !file.metadata().map_err(Error::file(path))?.is_file();
    if piped {
        // What has been read of a pipe is gone from it.
        file = copy(file).map_err(Error::file(path))?;
    }
    // A file that a shell has put in the place of a pipe has no other name either.
    if piped || ["/dev", "/proc"].iter().any(|here| path.starts_with(here)) {
        folder = Path::new(".");
    }
    publish(site, &mut &file, path, MediaFolder::Beside(folder.to_owned())).await
}

/// The rest of a file as one that has no name and goes when it is closed.
fn copy(mut from: File) -> io::Result<File> {
    let mut to = tempfile::tempfile()?;
    io::copy(&mut from, &mut to)?;
    Ok(to)
}

/// The same for content inside the binary.
pub async fn bytes(site: &Site, lines: &[u8], folder: MediaFolder) -> Result<Report, Error> {
    publish(site, &mut Cursor::new(lines), Path::new("sample"), folder).await
}

/// Every item of the file with what each good line about it says.
type Stories = HashMap<String, Vec<Told>>;

/// What the first reading found.
#[derive(Default)]
struct Found {
    stories: Stories,
    /// The good lines in the order of issue: those about one item, and those of one second, as they stand in the file.
    places: Vec<Place>,
    bad: Vec<(usize, Reason)>,
}

/// A good line about an item.
struct Told {
    content: [u8; 32],
    /// Alerts that it speaks of.
    references: Vec<String>,
    supersedes: Option<String>,
    /// Whether it makes an alert of it; `None` where it withdraws it.
    alert: Option<bool>,
    /// When it was issued, or the line before it about the same item: whichever is later.
    at: Option<Time>,
}

impl Told {
    fn of(draft: Draft) -> Told {
        let told = Told { content: draft.content, references: Vec::new(), supersedes: None, alert: None, at: None };
        let What::Item(proposal) = draft.what else { return told };
        let Proposal { card, references, supersedes, alert, .. } = *proposal;
        Told { references, supersedes, alert: Some(alert.is_some()), at: Some(card.issued), ..told }
    }
}

/// `path` names the lines where they cannot be read.
async fn scan(site: &Site, lines: Lines<impl Read + Seek>, path: &Path, media: &mut Media, now: Time) -> Result<Found, Error> {
    let (mut found, mut order) = (Found::default(), Vec::new());
    for line in lines {
        let line = line.map_err(Error::file(path))?;
        let place = line.place;
        let read = draft(line, media, now);
        media.shelve(&site.shelf).await?;
        match read {
            Ok(draft) => {
                let story = found.stories.entry(draft.external.clone()).or_default();
                let mut told = Told::of(draft);
                told.at = told.at.max(story.last().and_then(|before| before.at));
                order.push((told.at, place));
                story.push(told);
            }
            Err(Fault::Line(reason)) => found.bad.push((place.number, reason)),
            Err(Fault::Fatal(cause)) => return Err(cause),
        }
    }
    order.sort_by_key(|(at, _)| *at);
    found.places = order.into_iter().map(|(_, place)| place).collect();
    Ok(found)
}

/// What will have arrived when the whole file has: nothing of which every line is refused for what it refers to, however
/// many lines hang on one that is.
async fn expected(site: &Site, stories: &Stories) -> Result<Expected, Error> {
    let alert = |lines: &Vec<Told>| lines.iter().any(|told| told.alert == Some(true));
    let mut expected: Expected = stories.iter().map(|(name, lines)| (name.clone(), alert(lines))).collect();
    loop {
        let mut lost = HashSet::new();
        for name in expected.keys() {
            let mut comes = false;
            for told in stories[name].iter().filter(|told| told.alert.is_some()) {
                comes = comes || refers(site, name, told, &expected).await?;
            }
            if !comes {
                lost.insert(name.clone());
            }
        }
        if lost.is_empty() {
            return Ok(expected);
        }
        expected.retain(|name, _| !lost.contains(name));
    }
}

/// Items of which several lines tell a story that is known up to one of them, and how many lines that are: none of these is
/// news, also where the story goes on.
async fn settled(site: &Site, stories: &Stories, expected: &Expected) -> Result<HashMap<String, usize>, Error> {
    let mut settled = HashMap::new();
    for (name, lines) in stories.iter().filter(|(_, lines)| lines.len() > 1) {
        let Some(known) = site.store.content_of(name).await? else { continue };
        let mut told = 0;
        for line in lines {
            // A line that is refused for what it refers to tells nothing.
            if refers(site, name, line, expected).await? {
                told += 1;
                if line.content == known {
                    settled.insert(name.clone(), told);
                }
            }
        }
    }
    Ok(settled)
}

/// Whether a line about `name` refers to others only, and to such as there are: the publisher refuses what does not.
async fn refers(site: &Site, name: &str, told: &Told, expected: &Expected) -> Result<bool, Error> {
    for other in told.references.iter().chain(&told.supersedes) {
        if other == name || !(expected.contains_key(other) || site.store.knows(other).await?) {
            return Ok(false);
        }
    }
    for other in &told.references {
        if expected.get(other) != Some(&true) && !site.store.was_alert(other).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn publish<R: Read + Seek>(site: &Site, source: &mut R, path: &Path, folder: MediaFolder) -> Result<Report, Error> {
    let (mut media, now, mut report) = (Media::new(folder), site.now(), Report::default());
    let lines = Lines::new(&mut *source).map_err(Error::file(path))?;
    let Found { stories, places, bad } = scan(site, lines, path, &mut media, now).await?;
    bad.into_iter().for_each(|(number, reason)| report.count(number, Done::Refused(reason)));
    let expected = Arc::new(expected(site, &stories).await?);
    let mut settled = settled(site, &stories, &expected).await?;
    let mut lines = Lines::new(source).map_err(Error::file(path))?;
    let (total, mut read) = (places.len(), 0);
    for places in places.chunks(BATCH) {
        let (mut numbers, mut drafts) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
        for place in places {
            let line = lines.at(*place).map_err(Error::file(path))?.ok_or(io::ErrorKind::UnexpectedEof);
            let found = draft(line.map_err(|kind| Error::file(path)(kind.into()))?, &mut media, now);
            media.shelve(&site.shelf).await?;
            match found {
                Ok(draft) => {
                    let name = &draft.external;
                    match settled.get_mut(name).filter(|left| **left > 0) {
                        Some(left) if refers(site, name, &Told::of(draft.clone()), &expected).await? => {
                            *left -= 1;
                            report.same += 1;
                        }
                        _ => {
                            numbers.push(place.number);
                            drafts.push(draft);
                        }
                    }
                }
                Err(Fault::Line(reason)) => report.count(place.number, Done::Refused(reason)),
                Err(Fault::Fatal(cause)) => return Err(cause),
            }
        }
        let done = site.publisher.publish(drafts, expected.clone()).await?;
        numbers.into_iter().zip(done).for_each(|(number, done)| report.count(number, done));
        read += places.len();
        if read < total {
            eprintln!("đã ghi {read} trên {total} dòng");
        }
    }
    // Some are refused before their batch, some with it.
    report.bad.sort_by_key(|(number, _)| *number);
    Ok(report)
}

/// What one line proposes.
fn draft(line: Line, media: &mut Media, now: Time) -> Result<Draft, Fault> {
    let text = line.text?;
    let value: Value = serde_json::from_str(&text).map_err(|cause| Reason::NotJson(cause.to_string()))?;
    if !value.is_object() {
        return Err(Reason::NotAnItem.into());
    }
    let external = field::text(&value, "id")?;
    if external.len() > MAX_NAME {
        return Err(Reason::TooLong("id", MAX_NAME).into());
    }
    media.begin();
    // With the fields that say something: a crawler's own time of day makes nothing new.
    let (what, read): (What, fn(&str) -> bool) = if field::given(&value, "withdrawn").is_some() {
        (What::Withdraw { reason: field::text(&value, "withdrawn")? }, |key| matches!(key, "id" | "withdrawn"))
    } else if field::given(&value, "kind").is_some() {
        (What::Item(Box::new(full::read(&value, media, now)?)), |key| key != "topic_guess")
    } else {
        (What::Item(Box::new(plain::read(&value, line.place.number, now)?)), |key| plain::FIELDS.contains(&key))
    };
    // Here and not only when it is published: a line that is refused is not the end of its item's story.
    match &what {
        What::Item(proposal) => check(&proposal.card, &proposal.body, proposal.alert.as_ref(), now)?,
        What::Withdraw { reason } => check_withdrawal(reason)?,
    }
    // Keys in order, so that another order of fields is no other content; media by content, not by name.
    let content = hash(&[field::canonical(&value, read).as_bytes(), media.used_names().as_bytes()].concat());
    Ok(Draft { external, content, what })
}
