//! Where images and recordings lie, each under the name of its content: `media/` in the data folder, or a bucket that
//! speaks S3. Nothing that was put there ever changes.

use crate::error::Error;
use bytes::Bytes;
use futures_util::stream::{BoxStream, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::prefix::PrefixStore;
use object_store::{Error as Fault, GetOptions, ObjectStore, ObjectStoreExt};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Settings of a bucket come from the environment under these names, as every program that speaks S3 reads them.
const SETTINGS: &str = "AWS_";

#[derive(Clone)]
pub struct Shelf(Arc<dyn ObjectStore>);

impl Shelf {
    /// `url` names a bucket, e.g. `s3://bucket/folder`; `None` is `media/` in the data folder, where a file is there
    /// whole or not at all, and on the disk once it is there.
    pub fn open(data: &Path, url: Option<&str>) -> Result<Shelf, Error> {
        let Some(url) = url else {
            let local = LocalFileSystem::new_with_prefix(data.join("media"))?;
            return Ok(Shelf(Arc::new(local.with_fsync(true))));
        };
        // Somebody else may have chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = url::Url::parse(url).map_err(|cause| Error::Setting("media", cause.to_string()))?;
        let settings = std::env::vars().filter(|(name, _)| name.starts_with(SETTINGS));
        let (bucket, folder) = object_store::parse_url_opts(&url, settings.map(|(name, value)| (name.to_lowercase(), value)))?;
        Ok(Shelf(Arc::new(PrefixStore::new(bucket, folder))))
    }

    /// Its length in bytes; `None` where there is no such file.
    pub async fn length(&self, file: &str) -> Result<Option<u64>, Error> {
        match self.0.head(&Name::from(file)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(Fault::NotFound { .. }) => Ok(None),
            Err(cause) => Err(cause.into()),
        }
    }

    /// After this returns, an item may name the file.
    pub async fn put(&self, file: &str, bytes: impl Into<Bytes>) -> Result<(), Error> {
        if self.length(file).await?.is_none() {
            self.0.put(&Name::from(file), bytes.into().into()).await?;
        }
        Ok(())
    }

    /// Part of a file, piece by piece: a thousand slow phones must not hold a thousand recordings in memory.
    pub async fn read(&self, file: &str, range: Range<u64>) -> Result<BoxStream<'static, Result<Bytes, Fault>>, Error> {
        let options = GetOptions { range: Some(range.into()), ..GetOptions::default() };
        Ok(self.0.get_opts(&Name::from(file), options).await?.into_stream())
    }

    pub async fn whole(&self, file: &str) -> Result<Bytes, Error> {
        Ok(self.0.get(&Name::from(file)).await?.bytes().await?)
    }

    /// Names of all files.
    pub async fn names(&self) -> Result<Vec<String>, Error> {
        let all: Vec<_> = self.0.list(None).try_collect().await?;
        Ok(all.into_iter().map(|file| file.location.to_string()).collect())
    }
}
