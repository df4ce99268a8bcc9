//! Where a push may go: to the services of browsers and nowhere else, so that nobody turns this server on our own network by
//! a subscription. The name is checked when it is given, every address of it again whenever one is dialled.

use crate::desk::fetch::is_global;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use url::Url;

/// Longest endpoint, in bytes.
const MAX: usize = 1_000;
/// Services of Chrome, Edge and others; of Firefox.
const HOSTS: [&str; 2] = ["fcm.googleapis.com", "updates.push.services.mozilla.com"];
/// Of Safari and of Windows, under any name below these.
const DOMAINS: [&str; 2] = [".push.apple.com", ".notify.windows.com"];

/// An endpoint in its one spelling; `None` where no push service of a browser is. `local` admits this machine, for tests.
pub fn read(text: &str, local: bool) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= MAX)?;
    let plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let host = url.domain().filter(|_| plain)?;
    // A port is there only where it is not 443.
    let service = url.port().is_none() && (HOSTS.contains(&host) || DOMAINS.iter().any(|end| host.ends_with(end)));
    let service = service || local && host == "localhost";
    (service && url.path() != "/").then_some(url)
}

/// `https://host`, as tokens name a service.
pub fn service(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The name of a service, for the log: the rest of an endpoint is a secret.
pub fn host(endpoint: &str) -> String {
    Url::parse(endpoint).ok().and_then(|url| Some(url.host_str()?.to_owned())).unwrap_or_default()
}

/// Resolves names for the sender's connections; those of tests may be on this machine.
pub struct Guard {
    pub local: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let local = self.local && name.as_str() == "localhost";
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(checked(found, local)?.into_iter()) as Addrs)
        })
    }
}

/// All of them, or none if one of them is not for everybody.
fn checked(found: Vec<SocketAddr>, local: bool) -> Result<Vec<SocketAddr>, Error> {
    let inside = found.iter().any(|at| !is_global(at.ip()));
    if inside && !local { Err(Error::new(ErrorKind::PermissionDenied, "a push service inside a network")) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    #[test]
    fn services_of_browsers_are_endpoints() {
        for endpoint in [
            "https://fcm.googleapis.com/fcm/send/abc:APA91b",
            "https://fcm.googleapis.com:443/wp/x",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
            "https://web.push.apple.com/QGuQyavXutnMH",
            "https://sg2p.notify.windows.com/w/?token=BQYAAAD",
            "https://FCM.googleapis.com/fcm/send/x",
        ] {
            let url = read(endpoint, false).unwrap_or_else(|| panic!("{endpoint}"));
            assert!(service(&url).starts_with("https://") && !service(&url).ends_with('/'), "{}", service(&url));
        }
        assert_eq!(read("https://FCM.googleapis.com:443/a/../b", false).unwrap().as_str(), "https://fcm.googleapis.com/b");
        assert!(read("https://localhost:4433/p/1", true).is_some());
    }

    #[test]
    fn nothing_else_is() {
        let long = format!("https://fcm.googleapis.com/{}", "a".repeat(MAX));
        for endpoint in [
            "",
            "fcm.googleapis.com/x",
            "http://fcm.googleapis.com/x",
            "ftp://fcm.googleapis.com/x",
            "file:///etc/passwd",
            "gopher://127.0.0.1:6379/_x",
            "https://fcm.googleapis.com",
            "https://fcm.googleapis.com:8443/x",
            "https://fcm.googleapis.com:22/x",
            "https://user@fcm.googleapis.com/x",
            "https://user:pass@fcm.googleapis.com/x",
            "https://fcm.googleapis.com@127.0.0.1/x",
            "https://fcm.googleapis.com./x",
            "https://fcm.googleapis.com.evil.example/x",
            "https://evil.example/fcm.googleapis.com",
            "https://evil.example/#fcm.googleapis.com",
            "https://evil.example\\@fcm.googleapis.com/x",
            "https://xfcm.googleapis.com/x",
            "https://a.fcm.googleapis.com/x",
            "https://push.apple.com.evil.example/x",
            "https://notpush.apple.com/x",
            "https://evilnotify.windows.com/x",
            "https://notify.windows.com/x",
            "https://f\u{441}m.googleapis.com/x",
            "https://fcm.googleapis.com/x#y",
            "https://localhost/x",
            "https://localhost:8080/x",
            "https://127.0.0.1/x",
            "https://127.1/x",
            "https://2130706433/x",
            "https://0x7f000001/x",
            "https://[::1]/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/x",
            "https://metadata.google.internal/x",
            "//fcm.googleapis.com/x",
            "https:fcm/x",
            "javascript:alert(1)",
            long.as_str(),
        ] {
            assert_eq!(read(endpoint, false), None, "{endpoint}");
        }
        for endpoint in ["https://127.0.0.1:4433/p/1", "http://localhost:4433/p/1", "https://localhost.evil.example/x"] {
            assert_eq!(read(endpoint, true), None, "{endpoint}: not in tests either");
        }
    }

    #[test]
    fn a_name_that_leads_inside_is_not_dialled() {
        let at = |ips: &[&str]| ips.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 443)).collect::<Vec<_>>();
        for inside in ["127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "::1", "fe80::1", "::ffff:10.0.0.1"] {
            assert!(checked(at(&[inside]), false).is_err(), "{inside}");
            assert!(checked(at(&["142.250.66.10", inside]), false).is_err(), "one of them is enough: {inside}");
        }
        assert_eq!(checked(at(&["142.250.66.10"]), false).unwrap().len(), 1);
    }

    #[tokio::test]
    async fn the_resolver_itself_refuses_this_machine() {
        let resolve = |local, name: &str| Guard { local }.resolve(Name::from_str(name).unwrap());
        let refused = resolve(false, "localhost").await.err().expect("refused");
        assert!(refused.to_string().contains("inside"), "{refused}");
        assert!(resolve(true, "localhost").await.unwrap().count() > 0, "tests are on this machine");
    }
}
