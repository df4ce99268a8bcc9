//! Debian's package manager, used only where nothing else can bring a tool.

use crate::{Outcome, shell};
use std::process::Command;
use std::sync::Mutex;

pub fn here() -> bool {
    shell::find("apt-get").is_some()
}

pub fn install(packages: &[&str], what_for: &str) -> Outcome {
    let list = packages.join(" ");
    if !here() {
        return Err(format!("for {what_for}, please install: {list} (no apt-get here to do it)"));
    }
    println!("setup: apt-get install {list} ({what_for})");
    let install = || {
        let mut args = vec!["install", "-y", "--no-install-recommends"];
        args.extend(packages);
        run(&args)
    };
    // Package lists are often older than the packages they name, or empty in a container: fetch them only then.
    install().or_else(|_| update().and_then(|()| install()))
}

/// Fetches the lists anew, for packages of which an old version will not do.
pub fn update() -> Outcome {
    run(&["update"])
}

/// One at a time: tools of the app and of the server are wanted at once, and the second would find everything locked.
fn run(args: &[&str]) -> Outcome {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock();
    shell::run(&mut command(args)?)
}

fn command(args: &[&str]) -> Outcome<Command> {
    let is_root = shell::output(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    let mut command = match (is_root, shell::find("sudo")) {
        (true, _) => Command::new("env"),
        (false, Some(sudo)) => {
            let mut command = Command::new(sudo);
            command.args(["-n", "env"]);
            command
        }
        (false, None) => return Err(format!("please run as root: apt-get {}", args.join(" "))),
    };
    command.arg("DEBIAN_FRONTEND=noninteractive").arg("apt-get").args(args);
    Ok(command)
}
