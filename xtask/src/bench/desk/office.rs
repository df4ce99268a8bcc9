//! People of the desk, brought in as in real life: the administrator by the link that the program prints, the others by
//! his invitations, each with a password and the codes of an authenticator.

use super::http::{Browser, encode};
use crate::{Outcome, shell};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

pub const DESK: &str = "/ban-lam-viec";
const PASSWORD: &str = "con trâu qua suối lúc mờ sáng";

pub struct Office {
    port: u16,
    /// Where openssl finds what it is to hash.
    folder: PathBuf,
    administrator: Browser,
}

impl Office {
    pub fn open(bin: &Path, folder: &Path, port: u16) -> Outcome<Office> {
        let mut create = Command::new(bin);
        create.args(["admin", "create", "--name", "Quản trị", "--data"]).arg(folder.join("data"));
        let link = shell::output(&mut create).ok_or("no administrator could be invited")?;
        let administrator = join(&link, "quan.tri", port, folder)?;
        Ok(Office { port, folder: folder.to_owned(), administrator })
    }

    /// Somebody with a role, signed in.
    pub fn invite(&mut self, login: &str, role: &str, place: &str) -> Outcome<Browser> {
        let form = [("name", login), ("role", role), ("place", place)];
        let page = self.administrator.send(&format!("{DESK}/nguoi/moi"), &form, 200)?.text()?;
        join(between(&page, "value=\"http", "\"")?, login, self.port, &self.folder)
    }
}

/// Answers an invitation.
fn join(link: &str, login: &str, port: u16, folder: &Path) -> Outcome<Browser> {
    let path = link.find(DESK).map(|at| &link[at..]).ok_or_else(|| format!("no invitation in `{link}`"))?;
    let mut browser = Browser::new(port);
    let page = browser.get(path)?.text()?;
    let code = code(between(&page, "<code class=\"sc\">", "</code>")?, folder)?;
    let form = [("name", login), ("login", login), ("password", PASSWORD), ("repeat", PASSWORD), ("code", code.as_str())];
    let answer = browser.send(path, &form, 200)?;
    browser.cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    if browser.cookie.is_empty() { Err(format!("{login} is not signed in after joining")) } else { Ok(browser) }
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Outcome<&'a str> {
    let rest = text.split_once(before).map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split_once(after)).map(|(found, _)| found).ok_or_else(|| format!("a page has no `{before}`"))
}

/// Address of the list of works with these words in their titles.
pub fn search(words: &str) -> String {
    [DESK, "/viec?", &encode(&[("q", words)])].concat()
}

/// What an authenticator shows now (RFC 6238). The one hash that it takes, openssl has, which the tests need anyway.
fn code(secret: &str, folder: &Path) -> Outcome<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?.as_secs();
    let step = folder.join("step");
    shell::write(&step, (now / 30).to_be_bytes())?;
    let key: String = base32(secret).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut openssl = Command::new("openssl");
    openssl.args(["dgst", "-sha1", "-mac", "HMAC", "-macopt", &format!("hexkey:{key}")]).arg(&step);
    let said = shell::output(&mut openssl).ok_or("openssl made no HMAC")?;
    digits(said.rsplit(' ').next().unwrap_or_default()).ok_or_else(|| format!("openssl says `{said}`"))
}

/// Six digits of an HMAC in hex (RFC 4226).
fn digits(hex: &str) -> Option<String> {
    let byte = |at: usize| u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok();
    let from = usize::from(byte(19)? & 15);
    let number = u32::from_be_bytes([byte(from)?, byte(from + 1)?, byte(from + 2)?, byte(from + 3)?]) & 0x7fff_ffff;
    Some(format!("{:06}", number % 1_000_000))
}

/// Letters of RFC 4648; the spaces between their groups are left out.
fn base32(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => continue,
        };
        held = (held << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        assert_eq!(base32("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"), b"12345678901234567890");
        // RFC 4226, appendix D, for the counter 1.
        assert_eq!(digits("75a48a19d4cbe100644e8ac1397eea747a2d33ab").as_deref(), Some("287082"));
        assert_eq!(digits("75a4"), None);
    }
}
