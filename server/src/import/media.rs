//! Images and recordings of a file: checked by what they are, not by their names, and kept under their hash.

mod probe;
mod strip;

use super::Fault;
use crate::error::Error;
use crate::reason::Reason;
use crate::shelf::Shelf;
use domain::content::MediaRef;
use domain::sign::hash;
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

/// Where the images and recordings of a file are.
#[derive(Clone)]
pub enum MediaFolder {
    /// In this folder or in `media/` inside it.
    Beside(PathBuf),
    Embedded(&'static [(&'static str, &'static [u8])]),
}

const MAX_PICTURE: usize = 1 << 20;
const MAX_SOUND: usize = 8 << 20;
const MAX_SIDE: usize = 4096;

pub struct Media {
    folder: MediaFolder,
    /// Read and not on the shelf yet.
    fresh: Vec<(String, Vec<u8>)>,
    /// By name, so that a picture that many items show is read once.
    known: HashMap<String, (bool, MediaRef)>,
    used: Vec<MediaRef>,
}

impl Media {
    pub fn new(folder: MediaFolder) -> Media {
        Media { folder, fresh: Vec::new(), known: HashMap::new(), used: Vec::new() }
    }

    /// Another item begins.
    pub fn begin(&mut self) {
        self.used.clear();
    }

    /// Media of the item so far.
    pub fn used(&self) -> Vec<MediaRef> {
        self.used.clone()
    }

    pub fn used_names(&self) -> String {
        self.used.iter().map(|media| media.file.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Puts what was read on the shelf: an item must not be published without its media.
    pub async fn shelve(&mut self, shelf: &Shelf) -> Result<(), Error> {
        for (file, bytes) in self.fresh.drain(..) {
            shelf.put(&file, bytes).await?;
        }
        Ok(())
    }

    pub fn picture(&mut self, name: &str) -> Result<MediaRef, Fault> {
        self.take(name, false)
    }

    pub fn sound(&mut self, name: &str) -> Result<MediaRef, Fault> {
        self.take(name, true)
    }

    fn take(&mut self, name: &str, sound: bool) -> Result<MediaRef, Fault> {
        let media = match self.known.get(name) {
            Some((was_sound, media)) if *was_sound == sound => media.clone(),
            _ => {
                let media = self.read(name, sound)?;
                self.known.insert(name.to_owned(), (sound, media.clone()));
                media
            }
        };
        self.used.push(media.clone());
        Ok(media)
    }

    fn read(&mut self, name: &str, sound: bool) -> Result<MediaRef, Fault> {
        let bad = || Reason::BadMedia(name.to_owned());
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) || name.contains("..") {
            return Err(bad().into());
        }
        let max = if sound { MAX_SOUND } else { MAX_PICTURE };
        let bytes = self.bytes(name, max)?;
        let found = if sound { probe::sound(&bytes) } else { probe::picture(&bytes) };
        let found = found.filter(|f| f.width <= MAX_SIDE && f.height <= MAX_SIDE).ok_or_else(bad)?;
        let bytes = if sound { bytes } else { strip::picture(found.kind, bytes).ok_or_else(bad)? };
        let (width, height) = (found.width as u16, found.height as u16);
        let (width, height) = if strip::sideways(found.kind, &bytes) { (height, width) } else { (width, height) };
        let file = format!("{}.{}", crate::assets::hex(&hash(&bytes)[..16]), found.kind);
        let length = bytes.len() as u32;
        self.fresh.push((file.clone(), bytes));
        Ok(MediaRef { file, bytes: length, width, height, seconds: found.seconds })
    }

    fn bytes(&self, name: &str, max: usize) -> Result<Vec<u8>, Reason> {
        let missing = || Reason::NoMedia(name.to_owned());
        match &self.folder {
            MediaFolder::Embedded(files) => {
                files.iter().find(|(file, _)| *file == name).map(|(_, bytes)| bytes.to_vec()).ok_or_else(missing)
            }
            MediaFolder::Beside(folder) => {
                let places = [folder.join(name), folder.join("media").join(name)];
                let path = places.iter().find(|path| path.is_file()).ok_or_else(missing)?;
                let small = path.metadata().is_ok_and(|meta| meta.len() <= max as u64);
                if !small {
                    return Err(Reason::BadMedia(name.to_owned()));
                }
                fs::read(path).map_err(|_| missing())
            }
        }
    }
}

/// Length of a recording.
pub fn seconds(bytes: &[u8]) -> Option<u16> {
    probe::sound(bytes).map(|found| found.seconds)
}
