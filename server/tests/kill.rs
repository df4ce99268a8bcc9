//! The real binary, killed without warning: what it said it wrote is there, and the next import completes the rest.

mod lab;

use lab::article;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const BINARY: &str = env!("CARGO_BIN_EXE_bantin");
const ITEMS: usize = 1_500;

fn import(file: &Path, data: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command.arg("import").arg(file).arg("--data").arg(data);
    command
}

#[test]
fn an_import_killed_at_any_moment_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.jsonl");
    std::fs::write(&file, (0..ITEMS).map(|n| format!("{}\n", article(n))).collect::<String>()).unwrap();
    for round in 0..5u64 {
        let data = folder.path().join(format!("data-{round}"));
        let mut child = import(&file, &data).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut acknowledged = 0;
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        while acknowledged < 200 * (round as usize + 1) {
            let Some(Ok(line)) = lines.next() else { break };
            acknowledged = line.split(' ').nth(2).and_then(|n| n.parse().ok()).unwrap_or(acknowledged);
        }
        assert!(acknowledged >= 200 * (round as usize + 1), "it tells how far it is: {acknowledged}");
        std::thread::sleep(Duration::from_millis(round * 3));
        child.kill().unwrap();
        child.wait().unwrap();
        let again = import(&file, &data).stderr(Stdio::null()).output().unwrap();
        assert!(again.status.success());
        let text = String::from_utf8(again.stdout).unwrap();
        let numbers: Vec<usize> = text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
        assert_eq!((numbers[0] + numbers[2], numbers[1], numbers[3]), (ITEMS, 0, 0), "{text}");
        assert!(numbers[2] >= acknowledged, "{} of {acknowledged} acknowledged lines are there", numbers[2]);
    }
}

#[test]
fn a_server_sees_an_import_beside_it_and_starts_again_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("some.jsonl");
    std::fs::write(&file, (0..20).map(|n| format!("{}\n", article(n))).collect::<String>()).unwrap();
    let serve = || {
        let mut command = Command::new(BINARY);
        command.args(["serve", "--port", "0", "--no-sample", "--assets", "none", "--data"]).arg(&data);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port: u16 = line.trim().rsplit(':').next().unwrap().parse().unwrap();
        // Begun anew as the same process, so that memory is handed back.
        let set = std::fs::read(format!("/proc/{}/environ", child.id())).unwrap();
        assert!(!cfg!(target_env = "gnu") || set.windows(22).any(|name| name == b"MALLOC_MMAP_THRESHOLD_"));
        (child, port)
    };
    let items = |port: u16| {
        let text = get(port, "/metrics");
        text.lines().find_map(|line| line.strip_prefix("bantin_items ")?.parse::<usize>().ok()).unwrap()
    };
    let (mut child, port) = serve();
    assert_eq!(items(port), 0);
    assert!(import(&file, &data).output().unwrap().status.success());
    let seen = (0..40).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        items(port) == 20
    });
    assert!(seen, "the running server never took the import in");
    let head = get(port, "/sync/head");
    child.kill().unwrap();
    child.wait().unwrap();
    let (mut child, port) = serve();
    assert_eq!(items(port), 20);
    let body = |text: &str| text.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(&get(port, "/sync/head")), body(&head), "the same epoch, position and time");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_server_takes_as_many_file_handles_as_it_may_have() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("prlimit");
    command.args(["--nofile=512:2048", BINARY, "serve", "--port", "0", "--no-sample", "--assets", "none", "--data"]);
    let mut child = command.arg(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(files.split_whitespace().nth(3), Some("2048"), "{files}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_stop_does_not_wait_for_what_nobody_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (data, dist) = (folder.path().join("data"), folder.path().join("dist"));
    std::fs::create_dir(&dist).unwrap();
    std::fs::write(dist.join("index.html"), "<html></html>").unwrap();
    let large: Vec<u8> = (0..3_000_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    std::fs::write(dist.join("app-00000000000000aa_bg.wasm"), large).unwrap();
    let mut command = Command::new(BINARY);
    command.args(["serve", "--port", "0", "--no-sample", "--assets"]).arg(&dist).arg("--data").arg(&data);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let began = std::time::Instant::now();
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

fn get(port: u16, path: &str) -> String {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
