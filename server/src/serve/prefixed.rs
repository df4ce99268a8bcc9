//! Tells HTTP/2 from HTTP/1 by the first bytes, within the caller's time limit, and gives these bytes back to the reader.
//! Lets go of a reader who takes nothing for long.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Http1,
    Http2,
}

/// Reads until it is clear which protocol is spoken.
pub async fn read(stream: &mut TcpStream) -> io::Result<(Protocol, Vec<u8>)> {
    let mut start = Vec::with_capacity(PREFACE.len());
    while start.len() < PREFACE.len() {
        let mut rest = (&mut *stream).take((PREFACE.len() - start.len()) as u64);
        if rest.read_buf(&mut start).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !PREFACE.starts_with(&start) {
            return Ok((Protocol::Http1, start));
        }
    }
    Ok((Protocol::Http2, start))
}

/// A connection whose first bytes were read already.
pub struct Prefixed {
    start: Vec<u8>,
    at: usize,
    stream: TcpStream,
    /// How long nothing may be taken.
    stall: Duration,
    /// Runs while nothing can be sent.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Prefixed {
    pub fn new(start: Vec<u8>, stream: TcpStream, stall: Duration) -> Prefixed {
        Prefixed { start, at: 0, stream, stall, stalled: None }
    }

    /// Passes on what a write came to, unless it has come to nothing for too long.
    fn watched<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.stalled = None;
            return done;
        }
        let stall = self.stall;
        ready!(self.stalled.get_or_insert_with(|| Box::pin(sleep(stall))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Prefixed {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.at < self.start.len() {
            let rest = &self.start[self.at..];
            let count = rest.len().min(buf.remaining());
            buf.put_slice(&rest[..count]);
            self.at += count;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Prefixed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.watched(cx, done)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watched(cx, done)
    }
}
