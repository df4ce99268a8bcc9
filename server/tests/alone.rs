//! One server at a time on a data folder, and commands beside it.

mod lab;
mod program;

use program::{BINARY, Server};
use sqlx::{Connection, SqliteConnection};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A command of the program, which has to end by itself.
fn run(data: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.args(args).arg("--data").arg(data).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (mut child, began) = (command.spawn().unwrap(), Instant::now());
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const SERVE: &[&str] = &["serve", "--port", "0", "--no-sample", "--assets", "none"];

#[test]
fn a_second_server_is_refused_and_commands_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("one.jsonl");
    std::fs::write(&file, lab::article(1).to_string()).unwrap();
    let copy = folder.path().join("copy.sqlite");
    let mut server = Server::start(&data);
    let held = || std::fs::metadata(data.join(server::reserve::FILE)).map(|file| file.len()).ok();
    assert_eq!(held(), Some(8 << 20), "room for when the disk is full");
    let refused = run(&data, SERVE);
    assert!(!refused.status.success() && refused.stdout.is_empty());
    assert!(said(&refused).contains("[serving]") && said(&refused).contains("stop it first"), "{}", said(&refused));
    for args in [
        &["import", file.to_str().unwrap()][..],
        &["sample", "--remove"],
        &["admin", "create"],
        &["backup", "--to", copy.to_str().unwrap()],
    ] {
        let done = run(&data, args);
        assert!(done.status.success(), "{args:?}: {}", said(&done));
    }
    assert!(program::ask(server.port, "", "/healthz", &[]).is_some(), "the first one goes on");
    // Killed, it leaves nothing that somebody would have to remove.
    server.kill();
    drop(Server::start(&data));
}

/// Each of them says what is in the way, and leaves it as it is.
#[test]
fn what_is_in_the_way_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let refused = |data: &Path, args: &[&str], code: &str| {
        let output = run(data, args);
        assert!(!output.status.success() && said(&output).contains(code), "{args:?}: {}", said(&output));
        said(&output)
    };
    std::fs::write(at("file"), "a file").unwrap();
    assert!(refused(&at("file"), SERVE, "[exists]").contains(at("file").to_str().unwrap()));
    let data = at("data");
    drop(Server::start(&data));
    refused(&data, &["backup", "--to", at("file").to_str().unwrap()], "[exists]");
    assert_eq!(std::fs::read(at("file")).unwrap(), b"a file");

    // Nothing is left of a copy that broke off but what lay there before.
    std::fs::write(at("half.sqlite.media"), "a file").unwrap();
    refused(&data, &["backup", "--to", at("half.sqlite").to_str().unwrap()], "half.sqlite.media");
    let left = std::fs::read_dir(folder.path()).unwrap().map(|found| found.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.starts_with("half")).collect::<Vec<_>>(), ["half.sqlite.media"]);

    // Without its database a city with a key is no new one: phones would take an empty log for the newest.
    std::fs::rename(data.join("bantin.sqlite"), data.join("2026-11-30.sqlite")).unwrap();
    for empty in [false, true] {
        if empty {
            std::fs::write(data.join("bantin.sqlite"), "").unwrap();
        }
        refused(&data, SERVE, "[damaged-database]");
        assert_eq!(data.join("bantin.sqlite").exists(), empty, "nor is one made");
    }
    std::fs::rename(data.join("2026-11-30.sqlite"), data.join("bantin.sqlite")).unwrap();
    drop(Server::start(&data));

    let taken = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(&at("new"), &["serve", "--port", &port, "--host", "0.0.0.0", "--assets", "none"], "--port");
    assert!(!at("new").join("bantin.sqlite").exists(), "samples would be dated by a start that never was");

    let broken = at("broken");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(broken.join("bantin.sqlite"), "no database ".repeat(1000)).unwrap();
    for args in [SERVE, &["sample", "--remove"], &["backup", "--to", at("copy").to_str().unwrap()]] {
        assert!(refused(&broken, args, "[damaged-database]").contains("bantin.sqlite"));
    }
}

/// Whoever restores a copy uses commands on it before any server has run there.
#[test]
fn commands_take_a_restored_copy_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (data, restored) = (folder.path().join("data"), folder.path().join("restored"));
    let (copy, file) = (folder.path().join("copy.sqlite"), folder.path().join("one.jsonl"));
    std::fs::write(&file, lab::article(1).to_string()).unwrap();
    drop(Server::start(&data));
    let done = run(&data, &["backup", "--to", copy.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    for args in [&["import", file.to_str().unwrap()][..], &["admin", "create"], &["sample"]] {
        let _ = std::fs::remove_dir_all(&restored);
        std::fs::create_dir(&restored).unwrap();
        std::fs::copy(&copy, restored.join(server::store::FILE)).unwrap();
        for key in ["issuer.key", "vapid.key"] {
            let ending = if key == "issuer.key" { "key" } else { key };
            std::fs::copy(format!("{}.{ending}", copy.display()), restored.join(key)).unwrap();
        }
        let done = run(&restored, args);
        assert!(done.status.success(), "{args:?}: {}", said(&done));
    }
}

/// The schema that is there, and what a step of the last release made.
async fn schema(data: &Path, sql: &'static str) -> i64 {
    let file = data.join(server::store::FILE);
    let mut raw = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut raw).await.unwrap();
    sqlx::query_as::<_, (i64,)>("PRAGMA user_version").fetch_one(&mut raw).await.unwrap().0
}

#[tokio::test]
async fn a_command_takes_no_data_over_under_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("one.jsonl");
    std::fs::write(&file, lab::article(1).to_string()).unwrap();
    let import = ["import", file.to_str().unwrap()];
    let mut server = Server::start(&data);
    let newest = schema(&data, "").await;
    // As the release before left them, whose server is still running.
    let before = "DROP INDEX subscription_unproven; DROP INDEX upload_file; PRAGMA user_version = 11";
    assert_eq!(schema(&data, before).await, 11);
    for args in [&import[..], &["admin", "create"], &["sample"], &["backup", "--to", "x.sqlite"]] {
        let refused = run(&data, args);
        assert!(!refused.status.success(), "{args:?}");
        assert!(said(&refused).contains("[older-server]"), "{args:?}: {}", said(&refused));
    }
    assert_eq!(schema(&data, "").await, 11, "nothing was changed");
    server.kill();
    let done = run(&data, &import);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(schema(&data, "").await, newest);
}
