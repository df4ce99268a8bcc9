//! The accept loop: every connection has time limits, there are never too many of them, and a stop lets answers finish.

mod prefixed;

use crate::App;
use crate::backstage::{self, lasting};
use crate::error::Error;
use crate::router;
use crate::site::Site;
use crate::store::Watch;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use prefixed::{Prefixed, Protocol};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

const HEADERS: Duration = Duration::from_secs(10);
/// A phone may lose its signal for this long in the middle of a download.
const STALL: Duration = Duration::from_secs(120);
/// Whoever started the server waits ten seconds for its end.
const DRAIN: Duration = Duration::from_secs(8);
/// Connections that are being told to come back later, at most.
const MAX_SHED: usize = 256;
const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\ncache-control: no-store\r\nconnection: close\r\n\r\n";

/// Limits of the accept loop; tests make them small.
#[derive(Clone, Copy)]
pub struct Limits {
    pub connections: usize,
    /// How long a reader has to say what it wants.
    pub headers: Duration,
    /// How long a phone may take nothing of its answer.
    pub stall: Duration,
    /// How long answers under way have to finish when the server stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { connections: max_connections(), headers: HEADERS, stall: STALL, drain: DRAIN }
    }
}

/// Serves until `stop` is done, then for as long as answers under way need, within the limits.
pub async fn run(app: App, listener: TcpListener, limits: Limits, stop: impl Future<Output = ()>) -> Result<(), Error> {
    if let Err(cause) = crate::desk::sweep(&app.site).await {
        tracing::error!(%cause, "what was left of files could not be removed");
    }
    let site = app.site.clone();
    let follow = backstage::handle().spawn(lasting("follow", move || follow(site.clone())));
    let site = app.site.clone();
    let jobs = backstage::handle().spawn(lasting("jobs", move || crate::desk::jobs::run(site.clone())));
    let room = Arc::new(Semaphore::new(limits.connections));
    let shedding = Arc::new(Semaphore::new(MAX_SHED));
    let graceful = GracefulShutdown::new();
    // Whoever has asked nothing yet need not be waited for.
    let stopping = CancellationToken::new();
    let (site, stop_calls) = (app.site.clone(), stopping.clone());
    let calls = backstage::calls().spawn(lasting("push", move || crate::push::run(site.clone(), stop_calls.clone())));
    let router = app.router();
    let metrics = &app.site.metrics;
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(cause) => {
                    // Out of file handles, mostly: some will be free in a moment.
                    tracing::warn!(%cause, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        metrics.connections.fetch_add(1, Ordering::Relaxed);
        let Ok(place) = room.clone().try_acquire_owned() else {
            metrics.shed.fetch_add(1, Ordering::Relaxed);
            if let Ok(place) = shedding.clone().try_acquire_owned() {
                tokio::spawn(async move {
                    let _ = tokio::time::timeout(Duration::from_secs(2), turn_away(stream)).await;
                    drop(place);
                });
            }
            continue;
        };
        let (watcher, stopping) = (graceful.watcher(), stopping.clone());
        let (router, site) = (router.clone(), app.site.clone());
        tokio::spawn(async move {
            site.metrics.open.fetch_add(1, Ordering::Relaxed);
            connection(stream, peer, site.clone(), router, limits, watcher, stopping).await;
            site.metrics.open.fetch_sub(1, Ordering::Relaxed);
            drop(place);
        });
    }
    drop(listener);
    stopping.cancel();
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some answers were cut off by the stop");
    }
    follow.abort();
    jobs.abort();
    // It stops by itself, once what is under way is written down.
    let _ = calls.await;
    app.site.store.close().await;
    Ok(())
}

async fn connection(
    mut stream: TcpStream,
    peer: SocketAddr,
    site: Arc<Site>,
    router: axum::Router,
    limits: Limits,
    watcher: Watcher,
    stopping: CancellationToken,
) {
    let _ = stream.set_nodelay(true);
    let start = tokio::select! {
        start = tokio::time::timeout(limits.headers, prefixed::read(&mut stream)) => start,
        () = stopping.cancelled() => return,
    };
    let Ok(Ok((protocol, start))) = start else { return };
    let io = TokioIo::new(Prefixed::new(start, stream, limits.stall));
    let service = service_fn(move |request| {
        let (site, router) = (site.clone(), router.clone());
        async move { Ok::<_, Infallible>(router::answer(&site, router, request).await) }
    });
    let done = match protocol {
        Protocol::Http1 => {
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(limits.headers).max_buf_size(32 * 1024);
            watcher.watch(http.serve_connection(io, service)).await
        }
        Protocol::Http2 => {
            let mut http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            http.timer(TokioTimer::new())
                .keep_alive_interval(Some(Duration::from_secs(60)))
                .keep_alive_timeout(limits.headers)
                .max_concurrent_streams(64)
                .max_header_list_size(32 * 1024);
            watcher.watch(http.serve_connection(io, service)).await
        }
    };
    if let Err(cause) = done {
        // Readers that walk out of reach; nothing to be done here.
        tracing::debug!(%peer, %cause, "a connection ended early");
    }
}

async fn turn_away(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(BUSY).await?;
    stream.shutdown().await?;
    // Closing with something unread would reset the connection before the answer is read.
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// Takes in what other processes publish and what the clock changes, once a second.
async fn follow(site: Arc<Site>) {
    let mut watch = None;
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    let mut snapshots = site.live.subscribe();
    snapshots.mark_changed();
    loop {
        tick.tick().await;
        if snapshots.has_changed().unwrap_or(false) {
            snapshots.mark_unchanged();
            crate::sync::warm(&site).await;
        }
        if let Err(cause) = look(&site, &mut watch).await {
            tracing::error!(%cause, "the newest publications could not be read");
            watch = None;
        }
    }
}

async fn look(site: &Site, watch: &mut Option<Watch>) -> Result<(), Error> {
    let changed = async {
        let watch = match watch {
            Some(watch) => watch,
            None => watch.insert(site.store.watch().await?),
        };
        watch.changed().await
    }
    .await;
    // Also where nobody can tell: time passes all the same.
    let read = if !matches!(changed, Ok(false)) || site.live.now().stale(site.now()) { site.refresh().await } else { Ok(()) };
    changed.and(read)
}

/// Takes as many file handles as this process may have: systems begin with 1024, which is soon as many readers.
pub fn take_handles() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    if let Err(cause) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%cause, "there are no more file handles to be had");
    }
}

/// As many as the process has file handles for, some left for the database and media.
fn max_connections() -> usize {
    let most = 16 * 1024;
    // No number stands for no limit.
    let handles = getrlimit(Resource::Nofile).current.and_then(|handles| usize::try_from(handles).ok());
    handles.map_or(most, |handles| (handles.saturating_mul(3) / 4).clamp(64, most))
}

/// Done when the process is asked to stop.
pub async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = match signal(SignalKind::terminate()) {
        Ok(term) => term,
        Err(cause) => {
            tracing::error!(%cause, "no signal can be heard");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
