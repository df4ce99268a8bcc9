//! Proof of who somebody is: passwords, codes of the phone's authenticator, codes on paper, and how often one may guess.

use crate::apart::InTurn;
use crate::clock::{lasts, random};
use crate::error::Error;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::content::Time;
use domain::instance::instance;
use domain::sign::hash;
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::sync::Semaphore;
use totp_rs::{Builder, Totp};

/// Codes on paper that a new account gets.
const RECOVERY_CODES: usize = 8;
/// Wrong answers for one name within [`WINDOW`] seconds, before only a right code of the authenticator opens the way to the
/// password: whoever has it is never locked out by those who guess.
const TRIES: u32 = 8;
const WINDOW: i64 = 15 * 60;
/// So many, and no code opens it either until [`WINDOW`] is over: six figures must not be guessed. Passkeys are not asked.
const HARD: u32 = 60;
/// Names that are remembered for it.
const NAMES: usize = 10_000;

/// A secret that a browser holds, and the hash that we keep of it.
pub fn token() -> (String, [u8; 32]) {
    let text = BASE64_URL_SAFE_NO_PAD.encode(random::<32>());
    let kept = hash(text.as_bytes());
    (text, kept)
}

pub fn kept(token: &str) -> [u8; 32] {
    hash(token.as_bytes())
}

/// Hashing takes 19 MiB each: never more at once than the machine has processors, and one for those who have shown already
/// what only they hold, so that they never wait behind whoever guesses.
pub struct Passwords {
    guesses: InTurn,
    known: InTurn,
    queue: Semaphore,
}

/// Those who may wait for their guess to be judged; whoever comes then is turned away at once.
const QUEUE: usize = 64;

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords { guesses: InTurn::default(), known: InTurn::of(1), queue: Semaphore::new(QUEUE) }
    }
}

fn argon2() -> Argon2<'static> {
    // OWASP's first choice: 19 MiB, two passes.
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

impl Passwords {
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        let hash = move || argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()).ok();
        self.known.apart(hash).await.ok_or_else(|| Error::Task("argon2".into()))
    }

    /// For whoever has proved himself by something else before.
    pub async fn verify(&self, password: String, hash: Option<String>) -> bool {
        check(&self.known, password, hash).await
    }

    /// For whoever has proved nothing yet; `None` where too many such wait already.
    pub async fn guess(&self, password: String, hash: Option<String>) -> Option<bool> {
        let _place = self.queue.try_acquire().ok()?;
        Some(check(&self.guesses, password, hash).await)
    }
}

/// Takes as long where there is no such account, so that nobody learns who has one.
async fn check(lane: &InTurn, password: String, hash: Option<String>) -> bool {
    let known = hash.is_some();
    let hash = match hash {
        Some(hash) => hash,
        None => nobody().to_owned(),
    };
    let fits = lane
        .apart(move || PasswordHash::new(&hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok()));
    fits.await && known
}

/// The hash of a password that nobody has.
fn nobody() -> &'static str {
    static NOBODY: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    NOBODY.get_or_init(|| argon2().hash_password(&random::<32>()).map(|hash| hash.to_string()).unwrap_or_default())
}

fn totp(secret: &[u8], account: &str) -> Option<Totp> {
    let issuer = instance().name.clone();
    Builder::new()
        .with_secret(secret.to_vec())
        .with_account_name(account.replace(':', " "))
        .with_issuer(Some(issuer))
        .build()
        .ok()
}

/// `otpauth://…` for the picture that an authenticator reads, and the secret as it is typed.
pub fn enrolment(secret: &[u8], account: &str) -> (String, String) {
    let url = totp(secret, account).and_then(|totp| totp.to_url().ok()).unwrap_or_default();
    (url, totp_rs::Secret::from(secret.to_vec()).to_base32())
}

/// The time step of a right code.
pub fn totp_step(secret: &[u8], code: &str, now: Time) -> Option<i64> {
    // Authenticators show it in two groups.
    let code = code.replace(char::is_whitespace, "");
    let step = totp(secret, "x")?.check(&code, u64::try_from(now.0).ok()?)?;
    i64::try_from(step).ok()
}

/// Codes to write down: 140 bits each (OWASP ASVS 5.0 6.5.2 wants 112, 11.5.1 128), in groups that nobody misreads.
pub fn recovery_codes() -> Vec<String> {
    (0..RECOVERY_CODES).map(|_| recovery_code()).collect()
}

fn recovery_code() -> String {
    // Crockford's base 32.
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let letters: Vec<char> = random::<28>().iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Hash of a code as somebody types it: in capitals or not, in any groups, with letters that look like figures.
pub fn recovery_kept(account: i64, code: &str) -> [u8; 32] {
    let letter = |c: char| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        c => c,
    };
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(letter).collect();
    hash(format!("bantin-recovery\0{account}\0{plain}").as_bytes())
}

/// Whether somebody typed as much as a code of 140 bits has: such a one is not found by guessing.
pub fn is_long(code: &str) -> bool {
    code.chars().filter(char::is_ascii_alphanumeric).count() >= 28
}

pub fn all_kept(account: i64, codes: &[String]) -> Vec<[u8; 32]> {
    codes.iter().map(|code| recovery_kept(account, code)).collect()
}

/// Counts wrong answers by name. In memory: a restart forgives, which no guesser can bring about.
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<String, (u32, Time)>>);

impl Throttle {
    /// Seconds until `name` may try again; 0 is now.
    pub fn wait(&self, name: &str, now: Time) -> i64 {
        let all = self.0.lock().unwrap_or_else(|e| e.into_inner());
        match all.get(name) {
            Some((count, since)) if *count >= TRIES && lasts(*since, now, WINDOW) => WINDOW - now.since(*since),
            _ => 0,
        }
    }

    /// Not even a right code opens it now.
    pub fn shut(&self, name: &str, now: Time) -> bool {
        let all = self.0.lock().unwrap_or_else(|e| e.into_inner());
        all.get(name).is_some_and(|(count, since)| *count >= HARD && lasts(*since, now, WINDOW))
    }

    pub fn wrong(&self, name: &str, now: Time) {
        let mut all = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if all.len() >= NAMES {
            all.retain(|_, (_, since)| lasts(*since, now, WINDOW));
        }
        // Still too many: those that were tried least go, so that nobody sweeps the count of one away with many others.
        if all.len() >= NAMES && !all.contains_key(name) {
            let least = all.iter().min_by_key(|(_, (count, since))| (*count, since.0)).map(|(name, _)| name.clone());
            all.remove(&least.unwrap_or_default());
        }
        let entry = all.entry(name.to_owned()).or_insert((0, now));
        if !lasts(entry.1, now, WINDOW) {
            *entry = (0, now);
        }
        entry.0 += 1;
        entry.1 = if entry.0 == TRIES || entry.0 == HARD { now } else { entry.1 };
    }

    pub fn right(&self, name: &str) {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_only_its_hash() {
        let passwords = Passwords::default();
        let hash = passwords.hash("suối A Lin mùa lũ".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("suối A Lin mùa lũ".into(), Some(hash.clone())).await);
        assert!(!passwords.verify("suối a lin mùa lũ".into(), Some(hash)).await);
        assert!(!passwords.verify("".into(), None).await);
    }

    #[tokio::test]
    async fn whoever_guesses_keeps_nobody_out_who_has_proved_himself() {
        let passwords = Passwords::default();
        let hash = passwords.hash("suối A Lin mùa lũ".into()).await.unwrap();
        assert_eq!(passwords.guess("suối A Lin mùa lũ".into(), Some(hash.clone())).await, Some(true));
        // Every place to judge a guess is taken.
        let passwords = Passwords { guesses: InTurn::of(0), ..passwords };
        let _waiting = passwords.queue.acquire_many(QUEUE as u32).await.unwrap();
        assert_eq!(passwords.guess("x".into(), Some(hash.clone())).await, None, "turned away at once");
        assert!(passwords.verify("suối A Lin mùa lũ".into(), Some(hash)).await);
    }

    #[test]
    fn codes_of_the_authenticator() {
        let secret = random::<20>();
        let now = Time(1_795_410_000);
        let code = totp(&secret, "lan").unwrap().generate(now.0 as u64).to_string();
        let step = totp_step(&secret, &code, now).unwrap();
        assert_eq!(step, now.0 / 30);
        assert_eq!(totp_step(&secret, &[&code[..3], " ", &code[3..], " "].concat(), now), Some(step), "as it is shown");
        assert_eq!(totp_step(&secret, &code, now.plus(25)), Some(step), "a slow typist");
        assert_eq!(totp_step(&secret, &code, now.plus(120)), None);
        let (url, typed) = enrolment(&secret, "lan:x");
        assert!(url.starts_with("otpauth://totp/") && url.contains(&typed), "{url}");
    }

    #[test]
    fn codes_on_paper_are_read_as_typed() {
        let code = recovery_code();
        assert_eq!((code.len(), code.split('-').count()), (34, 7));
        for typed in [code.replace('-', " ").to_uppercase(), code.replace('-', ""), code.replace('0', "O").replace('1', "l")] {
            assert_eq!(recovery_kept(3, &code), recovery_kept(3, &typed), "{typed}");
        }
        assert_ne!(recovery_kept(3, &code), recovery_kept(4, &code));
    }

    #[test]
    fn guessing_has_to_wait() {
        let (throttle, now) = (Throttle::default(), Time(1_000_000));
        for _ in 0..TRIES {
            assert_eq!(throttle.wait("lan", now), 0);
            throttle.wrong("lan", now);
        }
        assert_eq!(throttle.wait("lan", now.plus(60)), WINDOW - 60);
        assert_eq!(throttle.wait("huy", now), 0);
        assert_eq!(throttle.wait("lan", now.plus(WINDOW)), 0);
        throttle.right("lan");
        assert_eq!(throttle.wait("lan", now), 0);
        let fast = now.plus(365 * 86_400);
        for _ in 0..HARD {
            throttle.wrong("lan", fast);
        }
        assert_eq!((throttle.wait("lan", now), throttle.shut("lan", now)), (0, false), "the clock was put right");
    }
}
