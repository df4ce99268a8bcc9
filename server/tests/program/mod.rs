//! The program as a process of its own, and people who send it forms over the network.
#![allow(dead_code, reason = "each test file uses a part of it")]

use domain::editorial::Role;
use server::desk::ROOT;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub const BINARY: &str = env!("CARGO_BIN_EXE_bantin");
const PASSWORD: &str = "con trâu qua suối lúc mờ sáng";
const FORM: &str = "application/x-www-form-urlencoded";

/// The program on a data folder; it goes with this.
pub struct Server {
    child: Child,
    pub port: u16,
    /// To the first answer.
    pub took: Duration,
}

impl Server {
    pub fn start(data: &Path) -> Server {
        let began = Instant::now();
        let mut command = Command::new(BINARY);
        command.args(["serve", "--port", "0", "--no-sample", "--assets", "none", "--data"]).arg(data);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Server { child, port: 0, took: Duration::ZERO };
        let mut line = String::new();
        BufReader::new(server.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        server.port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
        while ask(server.port, "", "/healthz", &[]).is_none() {
            assert!(began.elapsed() < Duration::from_secs(30), "the server does not answer");
            std::thread::sleep(Duration::from_millis(1));
        }
        server.took = began.elapsed();
        server
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub struct Answer {
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// Sends a form, or asks for a page where it is empty; `None` where the server went away before all of the answer was here.
pub fn ask(port: u16, cookie: &str, path: &str, form: &[(&str, &str)]) -> Option<Answer> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    send(port, cookie, path, FORM, body.as_bytes())
}

/// Brings a picture as a form with a file does.
pub fn bring(port: u16, cookie: &str, path: &str, words: &str, file: &[u8]) -> Option<Answer> {
    let part = |name: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"");
    let start = [&part("words"), "\r\n\r\n", words, "\r\n", &part("file"), "; filename=\"a\"\r\n\r\n"].concat();
    let body = [start.as_bytes(), file, b"\r\n--x--\r\n"].concat();
    send(port, cookie, path, "multipart/form-data; boundary=x", &body)
}

fn send(port: u16, cookie: &str, path: &str, kind: &str, body: &[u8]) -> Option<Answer> {
    let method = if body.is_empty() { "GET" } else { "POST" };
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: {cookie}\r\n");
    request.push_str("accept: application/json\r\nsec-fetch-site: same-origin\r\n");
    request.push_str(&format!("content-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len()));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(&[request.as_bytes(), body].concat()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let body = bytes.split_off(end + 4);
    let answer = Answer { head: String::from_utf8(bytes).unwrap(), body };
    assert_eq!(answer.header("transfer-encoding"), None, "{path}: its length is not known");
    let length: usize = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    if answer.body.len() < length {
        return None;
    }
    let status = answer.head.split(' ').nth(1).unwrap();
    assert!(["200", "303"].contains(&status), "{path}: {} {}", answer.head, String::from_utf8_lossy(&answer.body));
    Some(answer)
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1.split_once(after).unwrap().0
}

/// Follows an invitation; gives the cookie of the session.
pub fn join(port: u16, link: &str, login: &str) -> String {
    let path = link[link.find(ROOT).unwrap()..].trim();
    let page = ask(port, "", path, &[]).unwrap().text();
    let typed = between(&page, "<code class=\"sc\">", "</code>").replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(typed).unwrap();
    let secret: Vec<u8> = AsRef::<[u8]>::as_ref(&secret).to_vec();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    let code = totp.generate(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).to_string();
    let form = [("name", login), ("login", login), ("password", PASSWORD), ("repeat", PASSWORD), ("code", code.as_str())];
    let answer = ask(port, "", path, &form).unwrap();
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

pub fn invite(port: u16, admin: &str, login: &str, role: Role) -> String {
    let form = [("name", login), ("role", role.name()), ("place", "20044")];
    let page = ask(port, admin, &format!("{ROOT}/nguoi/moi"), &form).unwrap().text();
    join(port, between(&page, "value=\"http", "\""), login)
}
