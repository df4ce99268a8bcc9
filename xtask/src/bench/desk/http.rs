//! A browser's share of HTTP: a connection that stays open, a cookie, forms. As much of it as the desk and its readers need.

use crate::Outcome;
use serde_json::Value;
use std::io::{BufRead, BufReader, Error, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The server closes a connection that was silent for ten seconds: before that, another one is opened.
const SILENT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Answer {
    pub status: u16,
    /// From the first byte sent to the last one received.
    pub took: Duration,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(have, _)| have == name).map_or("", |(_, value)| value)
    }

    /// As it was before it was compressed.
    pub fn bytes(&self) -> Outcome<Vec<u8>> {
        if self.header("content-encoding") != "br" {
            return Ok(self.body.clone());
        }
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &self.body[..], &mut plain).map_err(|error| error.to_string())?;
        Ok(plain)
    }

    pub fn text(&self) -> Outcome<String> {
        String::from_utf8(self.bytes()?).map_err(|error| error.to_string())
    }

    pub fn json(&self) -> Outcome<Value> {
        serde_json::from_slice(&self.bytes()?).map_err(|error| error.to_string())
    }
}

pub struct Browser {
    port: u16,
    pub cookie: String,
    line: Option<(BufReader<TcpStream>, Instant)>,
}

impl Browser {
    pub fn new(port: u16) -> Browser {
        Browser { port, cookie: String::new(), line: None }
    }

    pub fn get(&mut self, path: &str) -> Outcome<Answer> {
        self.ask(path, "text/html", None, 200)
    }

    /// Sends a form as a browser without scripts does.
    pub fn send(&mut self, path: &str, form: &[(&str, &str)], wanted: u16) -> Outcome<Answer> {
        self.ask(path, "text/html", Some(encode(form)), wanted)
    }

    /// Saves as the desk's script does by itself.
    pub fn save(&mut self, path: &str, form: &[(&str, &str)]) -> Outcome<Answer> {
        self.ask(path, "application/json", Some(encode(form)), 200)
    }

    /// Last position that an answer of `/sync` speaks of: bytes 16–20 of its envelope.
    pub fn position(&mut self, path: &str) -> Outcome<u32> {
        let bytes = self.get(path)?.bytes()?;
        let four = bytes.get(16..20).and_then(|four| <[u8; 4]>::try_from(four).ok());
        four.map(u32::from_be_bytes).ok_or_else(|| format!("{path} is no envelope"))
    }

    fn ask(&mut self, path: &str, accept: &str, form: Option<String>, wanted: u16) -> Outcome<Answer> {
        let failed = |error: Error| format!("{path}: {error}");
        let method = if form.is_some() { "POST" } else { "GET" };
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost:{}\r\naccept: {accept}\r\n", self.port);
        request.push_str("accept-encoding: br\r\nsec-fetch-site: same-origin\r\n");
        if !self.cookie.is_empty() {
            request.push_str(&format!("cookie: {}\r\n", self.cookie));
        }
        if let Some(form) = &form {
            let kind = "application/x-www-form-urlencoded";
            request.push_str(&format!("content-type: {kind}\r\ncontent-length: {}\r\n", form.len()));
        }
        request.push_str("\r\n");
        request.push_str(form.as_deref().unwrap_or_default());
        let mut line = match self.line.take() {
            Some((line, used)) if used.elapsed() < SILENT => line,
            _ => connect(self.port).map_err(failed)?,
        };
        let answer = exchange(&mut line, request.as_bytes()).map_err(failed)?;
        self.line = Some((line, Instant::now()));
        if answer.status == wanted {
            return Ok(answer);
        }
        let said: String = answer.text().unwrap_or_default().chars().take(2_000).collect();
        Err(format!("{method} {path} answers {}, not {wanted}: {said}", answer.status))
    }
}

fn connect(port: u16) -> Result<BufReader<TcpStream>, Error> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(BufReader::new(stream))
}

fn exchange(line: &mut BufReader<TcpStream>, request: &[u8]) -> Result<Answer, Error> {
    let began = Instant::now();
    line.get_mut().write_all(request)?;
    let mut text = String::new();
    line.read_line(&mut text)?;
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| Error::other("no answer"))?;
    let mut headers = Vec::new();
    loop {
        text.clear();
        line.read_line(&mut text)?;
        let Some((name, value)) = text.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, took: Duration::ZERO, headers, body: Vec::new() };
    // The server knows the length of whatever it answers here.
    if !answer.header("transfer-encoding").is_empty() {
        return Err(Error::other("an answer in pieces"));
    }
    let length = answer.header("content-length").parse().unwrap_or(0);
    answer.body.resize(length, 0);
    line.read_exact(&mut answer.body)?;
    answer.took = began.elapsed();
    Ok(answer)
}

/// `application/x-www-form-urlencoded`, which is also how a query is written.
pub fn encode(form: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in form {
        if !out.is_empty() {
            out.push('&');
        }
        escape(name, &mut out);
        out.push('=');
        escape(value, &mut out);
    }
    out
}

fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn forms_are_written_as_browsers_write_them() {
        assert_eq!(encode(&[("title.vi", "Lũ & gió"), ("do", "submit")]), "title.vi=L%C5%A9%20%26%20gi%C3%B3&do=submit");
        assert_eq!(encode(&[]), "");
    }
}
