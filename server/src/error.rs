//! Why something the operator asked for did not happen. One enum, one line each.

use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};

const FULL: &str = "ổ đĩa đầy, hãy dọn bớt rồi làm lại · the disk is full: make room, then try again [disk-full]";

#[derive(Debug)]
pub enum Error {
    File(PathBuf, std::io::Error),
    Sql(sqlx::Error),
    /// What lies where the database should is none.
    NoDatabase(PathBuf),
    /// SQLite before 3.51.3 may damage a WAL database.
    OldSqlite(String),
    /// The data folder was written by a newer release.
    NewerData(i64),
    /// Another server has this data folder.
    Serving(PathBuf),
    /// The data are of an older release, and so is the server that runs on them.
    OlderServer(PathBuf),
    /// Images and recordings cannot be reached.
    Media(object_store::Error),
    /// A setting that cannot be used, and why.
    Setting(&'static str, String),
    /// There is news that a key has signed, and the key is not there: phones would refuse a new one.
    NoKey(PathBuf),
    /// The key that is there is not the one that signed the newest news.
    OtherKey(PathBuf),
    /// Something stored is not what this server wrote.
    Damaged(String),
    /// A piece of work broke off: a fault of the program, not of what is stored.
    Task(String),
}

impl Error {
    pub fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
        move |cause| Error::File(path.to_owned(), cause)
    }

    /// Says of which file, where that is no database.
    pub fn of(self, path: &Path) -> Error {
        match self {
            // The lowest byte of an extended code: SQLITE_CORRUPT, SQLITE_NOTADB.
            Error::Sql(sqlx::Error::Database(cause))
                if cause.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 255, 11 | 26)) =>
            {
                Error::NoDatabase(path.to_owned())
            }
            other => other,
        }
    }

    /// Of a piece of work that broke off, by what it said last.
    pub fn panicked(cause: &(dyn Any + Send)) -> Error {
        let words = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
        Error::Task(words.unwrap_or("unknown").to_owned())
    }

    /// There is no room left on the disk.
    pub fn is_full(&self) -> bool {
        match self {
            Error::File(_, cause) => matches!(cause.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded),
            // SQLITE_FULL; SQLITE_IOERR_SHMSIZE, where not even what lies beside a database found room.
            Error::Sql(sqlx::Error::Database(cause)) => cause.code().is_some_and(|code| matches!(&*code, "13" | "4874")),
            _ => false,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Error {
        Error::Sql(cause)
    }
}

impl From<object_store::Error> for Error {
    fn from(cause: object_store::Error) -> Error {
        Error::Media(cause)
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(cause: tokio::task::JoinError) -> Error {
        Error::Task(cause.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::File(_, io) if self.is_full() => write!(f, "{FULL}: {io}"),
            Error::Sql(sql) if self.is_full() => write!(f, "{FULL}: {sql}"),
            Error::File(path, cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => write!(
                f,
                "{}: đã có tệp hay thư mục tên này, hãy chọn tên khác · there is a file or folder of this name: choose another one [exists]",
                path.display()
            ),
            Error::File(path, cause) => write!(f, "không đọc hoặc ghi được {} [file]: {cause}", path.display()),
            Error::Sql(cause) => write!(f, "kho dữ liệu báo lỗi [sql]: {cause}"),
            Error::NoDatabase(path) => write!(
                f,
                "{}: không phải cơ sở dữ liệu hoặc đã hỏng, hãy chép lại từ bản sao · no database, or a damaged one: restore it from \
                 a backup [damaged-database]",
                path.display()
            ),
            Error::OldSqlite(version) => write!(f, "SQLite {version} cũ hơn 3.51.3 [old-sqlite]"),
            Error::NewerData(version) => write!(
                f,
                "dữ liệu do bản mới hơn ghi (lược đồ {version}), hãy chạy bản đó · a newer release has written these data: run that one \
                 [newer-data]"
            ),
            Error::Serving(data) => write!(
                f,
                "{}: một máy chủ khác đang chạy ở đây, hãy dừng nó trước hoặc chọn --data khác · another server is running on this \
                 data folder: stop it first, or name another one with --data [serving]",
                data.display()
            ),
            Error::OlderServer(data) => write!(
                f,
                "{}: máy chủ bản cũ đang chạy trên dữ liệu này, hãy khởi động lại máy chủ bằng bản mới rồi làm lại · a server of an \
                 older release is running on these data: start the server anew with this release, then try again [older-server]",
                data.display()
            ),
            Error::Media(cause) => write!(f, "không đọc hoặc ghi được ảnh, ghi âm [media]: {cause}"),
            Error::Setting(name, cause) => write!(f, "không dùng được --{name} [setting]: {cause}"),
            Error::NoKey(path) => {
                write!(
                    f,
                    "thiếu {}: tin ở đây đã ký bằng khóa này, hãy chép nó lại từ bản sao · it signed the news here and is missing: \
                     restore it from a backup [no-key]",
                    path.display()
                )
            }
            Error::OtherKey(path) => write!(
                f,
                "{} không phải khóa đã ký tin ở đây, điện thoại sẽ không tin: hãy chép lại khóa cũ từ bản sao · \
                 not the key that signed the news here: restore that one from a backup [other-key]",
                path.display()
            ),
            Error::Damaged(what) => {
                write!(f, "dữ liệu hỏng, hãy chép lại từ bản sao · damaged: restore it from a backup [damaged]: {what}")
            }
            Error::Task(what) => write!(f, "một việc bị ngắt giữa chừng, lỗi của chương trình [task]: {what}"),
        }
    }
}

impl std::error::Error for Error {}
