//! Pictures and recordings on their way into a text.

use crate::error::Error;
use crate::store::{Store, Tx};
use domain::content::{MediaRef, Time};
use std::collections::{BTreeSet, HashMap};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Picture,
    Sound,
}

impl Sort {
    pub fn name(self) -> &'static str {
        match self {
            Sort::Picture => "picture",
            Sort::Sound => "sound",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Upload {
    pub id: i64,
    pub work: i64,
    pub by: i64,
    pub sort: Sort,
    /// Name in the folder of originals.
    pub original: String,
    pub words: String,
    pub speaker: String,
    /// Empty until it is encoded.
    pub file: String,
    /// What readers load, in bytes; 0 until it is encoded.
    pub bytes: u32,
    /// Code of what was wrong with it; empty where nothing was.
    pub trouble: String,
}

type Row = (i64, i64, i64, String, String, String, String, String, Option<u32>, String);

fn upload((id, work, by, kind, original, words, speaker, file, bytes, trouble): Row) -> Upload {
    let bytes = bytes.unwrap_or_default();
    let sort = if kind == "sound" { Sort::Sound } else { Sort::Picture };
    Upload { id, work, by, sort, original, words, speaker, file, bytes, trouble }
}

const COLUMNS: &str = "SELECT id, work, by, kind, original, words, speaker, file, \
     (SELECT m.bytes FROM media m WHERE m.file = upload.file), trouble FROM upload";

/// The newest recording of a name. What is not encoded yet has none, and is left out of the index.
pub(in crate::store) fn voice() -> String {
    [COLUMNS, " WHERE file = ? AND file <> '' AND kind = 'sound' ORDER BY id DESC LIMIT 1"].concat()
}

impl Store {
    /// Of a work the newest hundred, in the order in which they came.
    pub async fn uploads(&self, work: i64) -> Result<Vec<Upload>, Error> {
        let sql = [COLUMNS, " WHERE work = ? ORDER BY id DESC LIMIT 100"].concat();
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(work).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().rev().map(upload).collect())
    }

    /// Recordings of these names, to whatever work they were brought: one alone of each name.
    pub async fn voices(&self, files: &BTreeSet<String>) -> Result<HashMap<String, Upload>, Error> {
        let mut voices = HashMap::new();
        for file in files {
            let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(voice())).bind(file).fetch_optional(&self.readers).await?;
            voices.extend(row.map(|row| (file.clone(), upload(row))));
        }
        Ok(voices)
    }

    pub async fn upload(&self, id: i64) -> Result<Option<Upload>, Error> {
        let sql = [COLUMNS, " WHERE id = ?"].concat();
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.readers).await?;
        Ok(row.map(upload))
    }

    /// Names of the originals that a job is still to encode.
    pub async fn open_uploads(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT original FROM upload WHERE file = '' AND EXISTS (SELECT 1 FROM job WHERE key = 'encode:' || upload.id)";
        let rows: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(original,)| original).collect())
    }
}

impl Tx {
    /// `id`, `file`, `bytes` and `trouble` are not looked at.
    pub async fn add_upload(&mut self, upload: &Upload, at: Time) -> Result<i64, Error> {
        let done = sqlx::query("INSERT INTO upload (work, by, kind, original, words, speaker, at) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(upload.work)
            .bind(upload.by)
            .bind(upload.sort.name())
            .bind(&upload.original)
            .bind(&upload.words)
            .bind(&upload.speaker)
            .bind(at.0)
            .execute(self.raw())
            .await?;
        Ok(done.last_insert_rowid())
    }

    /// It is encoded; from now on texts may name it.
    pub async fn finish_upload(&mut self, id: i64, media: &MediaRef, at: Time) -> Result<(), Error> {
        self.add_media(media, at).await?;
        sqlx::query("UPDATE upload SET file = ?, trouble = '' WHERE id = ?")
            .bind(&media.file)
            .bind(id)
            .execute(self.raw())
            .await?;
        Ok(())
    }

    pub async fn fail_upload(&mut self, id: i64, trouble: &str) -> Result<(), Error> {
        sqlx::query("UPDATE upload SET trouble = ? WHERE id = ?").bind(trouble).bind(id).execute(self.raw()).await?;
        Ok(())
    }
}
