//! `bantin`: the commands of whoever runs a server.

use clap::{Parser, Subcommand};
use server::{App, Clock, Error, Options, backup, cap, desk, import, lock, log, sample, serve, store};
use std::io::{IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

#[derive(Parser)]
#[command(name = "bantin", version, about = "Máy chủ Bản Tin · the Bản Tin server")]
struct Args {
    #[command(subcommand)]
    command: Command,
    /// Nơi để ảnh, ghi âm nếu không ở trong thư mục dữ liệu · a bucket for images and recordings, e.g. s3://bucket/folder;
    /// its keys come from the usual AWS_… variables
    #[arg(long, env = "BANTIN_MEDIA", global = true)]
    media: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Phục vụ người đọc · serve readers
    Serve {
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Only at this address, e.g. 127.0.0.1 behind a proxy; else at all of this machine's
        #[arg(long)]
        host: Option<IpAddr>,
        #[arg(long, default_value = "./data")]
        data: PathBuf,
        /// The app as Trunk built it
        #[arg(long, default_value = "dist")]
        assets: PathBuf,
        /// Do not load sample content into an empty data folder
        #[arg(long)]
        no_sample: bool,
        /// Where readers reach this server, e.g. https://bantin.example
        #[arg(long, value_parser = server::origin)]
        origin: Option<String>,
        /// For tests: a push service on this machine is admitted, and this its certificate (PEM)
        #[arg(long, hide = true)]
        push_root: Option<PathBuf>,
    },
    /// Nhập tin từ tệp JSON Lines (xem IMPORT.md) · import a JSON Lines file
    Import {
        file: PathBuf,
        #[arg(long, default_value = "./data")]
        data: PathBuf,
    },
    /// Nạp hoặc gỡ tin mẫu · load or remove the sample content
    Sample {
        #[arg(long, default_value = "./data")]
        data: PathBuf,
        #[arg(long)]
        remove: bool,
    },
    /// Cảnh báo theo chuẩn CAP · alerts of the standard CAP
    #[command(subcommand)]
    Cap(Cap),
    /// Người quản trị · administrators
    #[command(subcommand)]
    Admin(Admin),
    /// Sao lưu · copy database, key and media
    Backup {
        #[arg(long, default_value = "./data")]
        data: PathBuf,
        #[arg(long)]
        to: PathBuf,
    },
}

#[derive(Subcommand)]
enum Cap {
    /// Xem tệp CAP có đúng chuẩn không · check files of CAP 1.0, 1.1 and 1.2.
    ///
    /// Prints one JSON line a file: accepted or refused (`code`, `place` in the message, `line` and `byte` in the file),
    /// identifier, msgType, level 1–5, areas, the codes of our own places, and whether it is in force now. A feed (Atom, RSS,
    /// `alerts`) gives one line for each alert that stands in it (`alert` and `entry` say which, from 1), or one line that lists
    /// its links where none does. Exits with 1 if anything was refused.
    #[command(verbatim_doc_comment)]
    Check {
        /// Alerts or feeds
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Subcommand)]
enum Admin {
    /// In một liên kết mời quản trị viên, dùng một lần trong một ngày · print a link that makes an administrator, once
    Create {
        /// Họ và tên · full name
        #[arg(long, default_value = "")]
        name: String,
        #[arg(long, default_value = "./data")]
        data: PathBuf,
        /// Where the server is reached
        #[arg(long, default_value = "http://localhost:8080", value_parser = server::origin)]
        origin: String,
    },
}

/// From how many bytes on a piece of memory is the kernel's again as soon as it is free (`mallopt(3)`, `M_MMAP_THRESHOLD`).
const HANDED_BACK: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "262144");

/// Begins anew as the same process, with [`HANDED_BACK`] set, which glibc reads before the first line of a program runs. Left
/// to itself it cuts ever larger pieces from heaps that each thread has of its own: the tables of brotli, needed for a moment
/// whenever a pack is made, stayed there, and a server grew to four times its size.
fn hand_back_memory() {
    let (name, bytes) = HANDED_BACK;
    if !cfg!(target_env = "gnu") || std::env::var_os(name).is_some() {
        return;
    }
    let mut names = std::env::args_os();
    if let (Ok(program), Some(called)) = (std::env::current_exe(), names.next()) {
        let cause = std::process::Command::new(program).arg0(called).args(names).env(name, bytes).exec();
        tracing::warn!(%cause, "memory is not handed back");
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let serves = matches!(args.command, Command::Serve { .. });
    // Nothing else in this process could have set one before.
    let _ = tracing::subscriber::set_global_default(log::to(std::io::stderr));
    if serves {
        hand_back_memory();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => {
            eprintln!("không khởi động được [runtime]: {cause}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(run(args));
    // What is being compressed for later readers is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match done {
        Ok(code) => code,
        Err(cause) => {
            // Whoever watches over servers reads lines of JSON.
            if serves && !std::io::stderr().is_terminal() {
                tracing::error!(%cause, "the server did not start, or broke off");
            } else {
                eprintln!("{cause}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<ExitCode, Error> {
    let plain = Options { media: args.media.filter(|bucket| !bucket.is_empty()), ..Options::default() };
    match args.command {
        Command::Serve { port, host, data, assets, no_sample, origin, push_root } => {
            let push_root = push_root.map(|file| std::fs::read(&file).map_err(Error::file(&file))).transpose()?;
            let options = Options { push_root, assets: Some(assets), sample: !no_sample, origin, reserve: true, ..plain };
            start(&data, host, port, options).await
        }
        Command::Import { file, data } => bring_in(&data, &file, plain).await,
        Command::Cap(Cap::Check { files }) => Ok(check_cap(&files)),
        Command::Admin(Admin::Create { name, data, origin }) => {
            tell_of_new(&data);
            let app = open(&data, plain).await?;
            println!("{origin}{}", desk::first_link(&app.site, &name).await?);
            app.site.store.close().await;
            Ok(ExitCode::SUCCESS)
        }
        Command::Sample { data, remove } => samples(&data, remove, plain).await,
        Command::Backup { data, to } => copy(&data, &to, plain).await,
    }
}

/// Serves until it is stopped.
async fn start(data: &Path, host: Option<IpAddr>, port: u16, options: Options) -> Result<ExitCode, Error> {
    serve::take_handles();
    let _alone = lock::take(data)?;
    let everywhere = [Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()];
    // The second one is for machines without IPv6.
    let hosts = host.as_ref().map_or(&everywhere[..], std::slice::from_ref);
    let addresses: Vec<SocketAddr> = hosts.iter().map(|host| SocketAddr::from((*host, port))).collect();
    let listener = tokio::net::TcpListener::bind(&addresses[..])
        .await
        .map_err(|cause| Error::Setting("port", format!("{addresses:?}: {cause}")))?;
    // A port that is taken must not leave a data folder whose sample news is dated by a start that never was.
    let app = App::open(data, options).await?;
    let port = listener.local_addr().map_or(port, |address| address.port());
    tracing::info!(port, seq = app.site.live.now().seq(), "ready");
    tell(&format!("http://localhost:{port}"));
    if !app.site.store.any_account().await? {
        // Whoever reads what the server prints runs it.
        let here = app.site.options.origin.clone().unwrap_or_else(|| format!("http://localhost:{port}"));
        match desk::first_link(&app.site, "").await {
            Ok(link) => tell(&format!("bàn làm việc, lần đầu · the desk, first time: {here}{link}")),
            // A full disk keeps nobody from reading; `admin create` makes one later.
            Err(cause) => tracing::error!(%cause, "no first link could be made"),
        }
    }
    serve::run(app, listener, serve::Limits::default(), serve::stopped()).await?;
    Ok(ExitCode::SUCCESS)
}

/// A data folder for a command that serves nobody.
async fn open(data: &Path, options: Options) -> Result<App, Error> {
    // A server of an older release would go on with tables that it does not know.
    let _alone = match store::is_older(data).await? {
        true => Some(lock::take(data).map_err(|cause| match cause {
            Error::Serving(data) => Error::OlderServer(data),
            other => other,
        })?),
        false => None,
    };
    App::open(data, Options { sample: false, ..options }).await
}

/// A folder that was mistyped is noticed.
fn tell_of_new(data: &Path) {
    if !is_data(data) {
        eprintln!("{}: kho dữ liệu mới, chưa có gì ở đây trước đó · a new data folder", data.display());
    }
}

async fn bring_in(data: &Path, file: &Path, options: Options) -> Result<ExitCode, Error> {
    tell_of_new(data);
    let app = open(data, options).await?;
    let report = import::file(&app.site, file).await?;
    println!("{report}");
    app.site.store.close().await;
    Ok(if report.all_bad() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn check_cap(files: &[PathBuf]) -> ExitCode {
    let now = Clock::default().now();
    let mut refused = false;
    for file in files {
        for line in cap::check::file(&file.to_string_lossy(), std::fs::read(file), now) {
            refused |= line.refused;
            tell(&line.json.to_string());
        }
    }
    if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

async fn samples(data: &Path, remove: bool, options: Options) -> Result<ExitCode, Error> {
    if remove && !is_data(data) {
        return Ok(no_data(data));
    }
    let app = open(data, options).await?;
    if remove {
        println!("đã gỡ {} tin mẫu", sample::remove(&app.site).await?);
    } else {
        println!("{}", sample::load(&app.site).await?);
    }
    app.site.store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn copy(data: &Path, to: &Path, options: Options) -> Result<ExitCode, Error> {
    // A copy of a new and empty server would look like a success.
    if !is_data(data) {
        return Ok(no_data(data));
    }
    let app = open(data, options).await?;
    let copied = backup::run(&app.site.store, &app.site.shelf, data, to).await?;
    for path in [&copied.database, &copied.key, &copied.push_key, &copied.originals] {
        println!("{}", path.display());
    }
    println!("{} ({} tệp)", copied.media.display(), copied.files);
    for file in &copied.missing {
        eprintln!("thiếu tệp media/{file} [missing-media]");
    }
    Ok(if copied.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_data(folder: &Path) -> bool {
    std::fs::metadata(folder.join(store::FILE)).is_ok_and(|found| found.is_file() && found.len() > 0)
}

fn no_data(folder: &Path) -> ExitCode {
    eprintln!("{}: không có cơ sở dữ liệu ở đây; xem lại --data [no-database]", folder.display());
    ExitCode::FAILURE
}

/// A line for whoever started this, if he still reads.
fn tell(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}
