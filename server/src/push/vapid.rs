//! Who sends (RFC 8292): a key of our own, made at the first start, and a token for each push service that it signs.

use crate::clock::random;
use crate::error::Error;
use crate::key;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::content::Time;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Name of the file in the data folder: 32 bytes, mode 0600.
pub const FILE: &str = "vapid.key";
/// A token holds this long, in seconds; RFC 8292 allows a day.
const LIFE: i64 = 12 * 3_600;
/// It is used for no longer than this, so that a clock that is hours off does no harm.
const USED: i64 = 6 * 3_600;
/// Tokens kept; some services have many hosts.
const MAX_TOKENS: usize = 1_000;

pub struct Keys {
    key: SigningKey,
    /// What browsers subscribe to: an uncompressed P-256 point in base64url.
    pub public: String,
    /// Whom a push service may turn to.
    sub: String,
    tokens: Mutex<HashMap<String, (Time, Arc<str>)>>,
}

impl Keys {
    /// `origin` is where readers reach this server. Where that is no https address, as in a trial on one's own machine, the
    /// tokens name `https://localhost`: Mozilla and Google take it, Apple does not. Never a mail address: nobody's is known.
    pub fn load(data: &Path, origin: Option<&str>) -> Result<Keys, Error> {
        let secret = key::secret(data, FILE, scalar)?;
        let key = SigningKey::from_slice(&secret).map_err(|_| Error::Damaged(data.join(FILE).display().to_string()))?;
        let public = BASE64.encode(key.verifying_key().to_sec1_point(false).as_bytes());
        let sub = origin.map(|origin| origin.trim_end_matches('/')).filter(|origin| origin.starts_with("https://"));
        Ok(Keys { key, public, sub: sub.unwrap_or("https://localhost").to_owned(), tokens: Mutex::default() })
    }

    /// The `Authorization` of a push to a service, which is named by the origin of its endpoints.
    pub fn authorization(&self, service: &str, now: Time) -> Arc<str> {
        let mut tokens = self.tokens.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((made, token)) = tokens.get(service) {
            let age = now.since(*made);
            if (0..USED).contains(&age) {
                return token.clone();
            }
        }
        if tokens.len() >= MAX_TOKENS {
            tokens.clear();
        }
        let token: Arc<str> = format!("vapid t={}, k={}", self.token(service, now), self.public).into();
        tokens.insert(service.to_owned(), (now, token.clone()));
        token
    }

    fn token(&self, service: &str, now: Time) -> String {
        let part = |json: serde_json::Value| BASE64.encode(json.to_string());
        let head = part(serde_json::json!({"typ": "JWT", "alg": "ES256"}));
        let claims = part(serde_json::json!({"aud": service, "exp": now.plus(LIFE).0, "sub": self.sub}));
        let said = format!("{head}.{claims}");
        let signature: Signature = self.key.sign(said.as_bytes());
        format!("{said}.{}", BASE64.encode(signature.to_bytes()))
    }
}

/// 32 bytes that are a private key of P-256, as nearly all are.
pub fn scalar() -> [u8; 32] {
    loop {
        let drawn = random::<32>();
        if SigningKey::from_slice(&drawn).is_ok() {
            return drawn;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;
    use std::os::unix::fs::PermissionsExt;

    const NOW: Time = Time(1_795_410_000);

    #[test]
    fn a_token_names_the_service_and_proves_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::load(folder.path(), Some("https://bantin.example/")).unwrap();
        let said = keys.authorization("https://push.example", NOW);
        let (token, key) = said.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, keys.public);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let point = BASE64.decode(key).unwrap();
        assert_eq!(point.len(), 65);
        let signature = Signature::from_slice(&BASE64.decode(signature).unwrap()).unwrap();
        VerifyingKey::from_sec1_bytes(&point).unwrap().verify(signed.as_bytes(), &signature).unwrap();
        let claims: serde_json::Value =
            serde_json::from_slice(&BASE64.decode(signed.split_once('.').unwrap().1).unwrap()).unwrap();
        assert_eq!(claims["aud"], "https://push.example");
        assert_eq!(claims["sub"], "https://bantin.example");
        assert_eq!(claims["exp"], NOW.0 + LIFE);

        assert_eq!(keys.authorization("https://push.example", NOW.plus(USED - 1)), said, "one for each service");
        assert_ne!(keys.authorization("https://other.example", NOW), said);
        assert_ne!(keys.authorization("https://push.example", NOW.plus(USED)), said, "in time another one");
    }

    #[test]
    fn the_key_stays_and_is_for_the_server_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::load(folder.path(), None).unwrap();
        assert_eq!(Keys::load(folder.path(), None).unwrap().public, first.public);
        assert_eq!(std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        for origin in [None, Some("http://bantin.example"), Some("mailto:x@example.org")] {
            assert_eq!(Keys::load(folder.path(), origin).unwrap().sub, "https://localhost");
        }
        std::fs::write(folder.path().join(FILE), [0; 32]).unwrap();
        assert!(matches!(Keys::load(folder.path(), None), Err(Error::Damaged(_))), "no key of the curve");
    }
}
