//! Bản Tin's server: imports, signs, stores and serves.
//!
//! [`App`] is the whole of it. Officials write at the [`desk`]. A publication goes [`import`] → [`publish`] → [`store`] (the only
//! SQL) → [`live`] (what stands, in memory); [`push`] calls phones when it is an alert; readers are answered from there by
//! [`pages`], [`sync`], [`assets`] and [`media`].

mod apart;
pub mod api;
pub mod assets;
mod backstage;
pub mod backup;
pub mod cap;
pub mod clock;
mod compress;
pub mod desk;
pub mod dictionary;
pub mod error;
pub mod headers;
pub mod hot;
pub mod import;
pub mod key;
pub mod live;
pub mod lock;
pub mod log;
pub mod media;
pub mod metrics;
pub mod opens;
mod packs;
pub mod pages;
mod private;
pub mod publish;
pub mod push;
mod qr;
pub mod reason;
pub mod reply;
pub mod reserve;
mod router;
pub mod sample;
pub mod serve;
pub mod shelf;
mod short;
mod site;
pub mod store;
pub mod sync;
pub mod tree;

pub use clock::Clock;
pub use error::Error;
pub use live::{Item, Snapshot};
pub use site::{Options, Site, origin};

use std::path::Path;
use std::sync::Arc;

/// A server with its data, ready to answer; [`serve::run`] puts it on a port, tests call its router.
#[derive(Clone)]
pub struct App {
    pub site: Arc<Site>,
}

impl App {
    /// Opens a data folder, and makes it where there is none.
    pub async fn open(data: &Path, options: Options) -> Result<App, Error> {
        if !options.reserve {
            return App::once(data, options).await;
        }
        let app = reserve::open(data, || App::once(data, options.clone())).await?;
        reserve::hold(data);
        Ok(app)
    }

    async fn once(data: &Path, options: Options) -> Result<App, Error> {
        let sample = options.sample;
        let app = App { site: Site::open(data, options).await? };
        if sample && app.site.live.now().seq() == 0 {
            sample::load(&app.site).await?;
            app.site.refresh().await?;
        }
        Ok(app)
    }

    /// Every address of the server.
    pub fn router(&self) -> axum::Router {
        router::router(&self.site)
    }

    /// Imports a file and takes it in at once.
    pub async fn import(&self, file: &Path) -> Result<import::Report, Error> {
        let report = import::file(&self.site, file).await?;
        self.site.refresh().await?;
        Ok(report)
    }
}
