//! Encryption for one browser (RFC 8291 over RFC 8188): only it can read what its push service carries.

use super::vapid::scalar;
use crate::clock::random;
use aes_gcm::aead::Aead;
use aes_gcm::{Aes128Gcm, KeyInit};
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use sha2::Sha256;

/// Record size of RFC 8188: all of it is one record.
const RECORD: u32 = 4_096;

/// A body with `Content-Encoding: aes128gcm`, 103 bytes longer than `plain`; `None` where `p256dh` is no point of the curve
/// or `plain` is too long for one record.
pub fn seal(plain: &[u8], p256dh: &[u8], auth: &[u8; 16]) -> Option<Vec<u8>> {
    let browser = PublicKey::from_sec1_bytes(p256dh).ok()?;
    let ours = SecretKey::from_slice(&scalar()).ok()?;
    seal_with(plain, &browser, auth, &ours, random())
}

fn seal_with(plain: &[u8], browser: &PublicKey, auth: &[u8; 16], ours: &SecretKey, salt: [u8; 16]) -> Option<Vec<u8>> {
    let point = |key: &PublicKey| key.to_sec1_point(false).as_bytes().to_vec();
    let (theirs, mine) = (point(browser), point(&ours.public_key()));
    let shared = ours.diffie_hellman(browser);
    let derive =
        |salt: &[u8], secret: &[u8], info: &[u8], out: &mut [u8]| Hkdf::<Sha256>::new(Some(salt), secret).expand(info, out);

    let (mut ikm, mut key, mut nonce) = ([0; 32], [0; 16], [0; 12]);
    derive(auth, shared.raw_secret_bytes(), &[b"WebPush: info\0", &theirs[..], &mine].concat(), &mut ikm).ok()?;
    derive(&salt, &ikm, b"Content-Encoding: aes128gcm\0", &mut key).ok()?;
    derive(&salt, &ikm, b"Content-Encoding: nonce\0", &mut nonce).ok()?;

    // The last record ends with a 2.
    let record = Aes128Gcm::new(&key.into()).encrypt(&nonce.into(), &[plain, &[2]].concat()[..]).ok()?;
    if record.len() > RECORD as usize {
        return None;
    }
    Some([&salt[..], &RECORD.to_be_bytes(), &[mine.len() as u8], &mine, &record].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64.decode(text).unwrap()
    }

    #[test]
    fn the_example_of_rfc_8291() {
        // Appendix A.
        let ours = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let browser = bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let auth: [u8; 16] = bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap();
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let plain = bytes("V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24");
        let sealed = seal_with(&plain, &PublicKey::from_sec1_bytes(&browser).unwrap(), &auth, &ours, salt).unwrap();
        let wanted = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(BASE64.encode(sealed), wanted);
    }

    #[test]
    fn what_is_no_key_or_too_long_is_not_sealed() {
        let key = SecretKey::from_slice(&scalar()).unwrap().public_key().to_sec1_point(false).as_bytes().to_vec();
        assert_eq!(seal(&[7; 3_800], &key, &[1; 16]).unwrap().len(), 3_903);
        assert_ne!(seal(b"x", &key, &[1; 16]), seal(b"x", &key, &[1; 16]), "never the same key and salt again");
        assert_eq!(seal(&[7; 4_096], &key, &[1; 16]), None);
        assert_eq!(seal(b"x", &[4; 65], &[1; 16]), None);
        assert_eq!(seal(b"x", &key[..64], &[1; 16]), None);
    }
}
