//! The web, as far as it is in this process: a server whose pages are put there by hand and that remembers who asked.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;

/// Status of what never answers.
const HANGS: u16 = 0;

#[derive(Clone)]
struct Page {
    status: u16,
    /// Lines of the head, each with its end.
    head: String,
    body: Vec<u8>,
}

#[derive(Default)]
struct Shelf {
    pages: HashMap<String, Page>,
    gates: HashMap<String, Gate>,
    asked: Vec<String>,
    answered: Vec<u16>,
}

/// What was asked for is met at the first, and answered after the second.
type Gate = [Arc<Barrier>; 2];

pub struct Web {
    port: u16,
    shelf: Arc<Mutex<Shelf>>,
}

impl Web {
    pub async fn new() -> Web {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let kept = shelf.clone();
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(answer(line, kept.clone()));
            }
        });
        Web { port, shelf }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn put(&self, path: &str, status: u16, head: &str, body: Vec<u8>) {
        let page = Page { status, head: head.to_owned(), body };
        self.shelf.lock().unwrap().pages.insert(path.to_owned(), page);
    }

    /// Whoever asks for it next is met at the first of these, and answered once the other side comes to the second.
    pub fn hold(&self, path: &str) -> [Arc<Barrier>; 2] {
        let gate = [(); 2].map(|()| Arc::new(Barrier::new(2)));
        self.shelf.lock().unwrap().gates.insert(path.to_owned(), gate.clone());
        gate
    }

    /// From now on nothing comes from there, and nobody is told.
    pub fn hang(&self, path: &str) {
        self.put(path, HANGS, "", Vec::new());
    }

    /// The head of each question.
    pub fn asked(&self) -> Vec<String> {
        self.shelf.lock().unwrap().asked.clone()
    }

    /// The status of each answer.
    pub fn answered(&self) -> Vec<u16> {
        self.shelf.lock().unwrap().answered.clone()
    }
}

async fn answer(mut line: TcpStream, shelf: Arc<Mutex<Shelf>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match line.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let (page, gate) = {
        let mut shelf = shelf.lock().unwrap();
        let path = head.split(' ').nth(1).unwrap_or_default();
        let page = shelf.pages.get(path).cloned().unwrap_or(Page { status: 404, head: String::new(), body: Vec::new() });
        let mark = page.head.lines().find_map(|line| line.strip_prefix("etag: "));
        let same = mark.is_some_and(|mark| head.contains(&format!("if-none-match: {mark}\r\n")));
        let page = if same { Page { status: 304, head: String::new(), body: Vec::new() } } else { page };
        shelf.asked.push(head.clone());
        shelf.answered.push(page.status);
        (page, shelf.gates.remove(path))
    };
    for side in gate.into_iter().flatten() {
        side.wait().await;
    }
    if page.status == HANGS {
        return std::future::pending().await;
    }
    let length = if page.status == 304 { String::new() } else { format!("content-length: {}\r\n", page.body.len()) };
    let head = format!("HTTP/1.1 {} x\r\n{}{length}connection: close\r\n\r\n", page.status, page.head);
    let _ = line.write_all(&[head.as_bytes(), &page.body].concat()).await;
}

/// A feed with an article for each name, the newest first.
pub fn rss(names: &[&str]) -> Vec<u8> {
    let item = |name: &&str| {
        format!(
            "<item><title>Tin {name}</title><link>https://tin.example/{name}</link><guid isPermaLink=\"false\">{name}</guid>\
             <pubDate>Sun, 22 Nov 2026 20:00:00 +0700</pubDate><description>&lt;b&gt;Tóm tắt&lt;/b&gt; {name}</description>\
             <content:encoded><![CDATA[<p>Nội dung {name}.</p>]]></content:encoded></item>"
        )
    };
    let items: String = names.iter().map(item).collect();
    let open = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">";
    format!("{open}<channel><title>Báo Xã</title><link>https://tin.example/</link>{items}</channel></rss>").into_bytes()
}
