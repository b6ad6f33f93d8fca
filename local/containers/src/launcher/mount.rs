//! Runs words where a folder is `/opt/ml`, and nobody else sees that.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

use super::{LaunchError, code, failed};

const PLACE: &str = "/opt/ml";

pub(super) fn run(folder: &Path, words: &[OsString]) -> Result<ExitCode, LaunchError> {
    let (program, arguments) = words.split_first().ok_or(LaunchError::Words)?;
    enter()?;
    place(folder)?;
    let mut command = Command::new(program);
    let name = program.to_string_lossy();
    let status = command.args(arguments).status();
    let status = status.map_err(failed(format!("`{name}` cannot be started")))?;
    Ok(ExitCode::from(code(status)))
}

/// Enters namespaces of mounts and of processes: as root without more, as anybody else in a
/// namespace of users in which we are still ourselves.
fn enter() -> Result<(), LaunchError> {
    let wanted = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWPID;
    let (user, group) = (geteuid(), getegid());
    match unshare(wanted) {
        Ok(()) => {}
        Err(Errno::EPERM) => {
            unshare(wanted | CloneFlags::CLONE_NEWUSER)
                .map_err(failed("namespaces of users, mounts and processes cannot be entered"))?;
            write("/proc/self/setgroups", "deny")?;
            write("/proc/self/uid_map", &format!("{user} {user} 1"))?;
            write("/proc/self/gid_map", &format!("{group} {group} 1"))?;
        }
        Err(error) => return Err(failed("namespaces cannot be entered")(error)),
    }
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount_at(None, Path::new("/"), private)
}

fn write(file: &str, text: &str) -> Result<(), LaunchError> {
    fs::write(file, text).map_err(failed(file))
}

/// Puts the folder where the job looks for it. Where there is no such place it is made in a copy of
/// `/opt` that only the job sees, with all that is there.
fn place(folder: &Path) -> Result<(), LaunchError> {
    if !Path::new(PLACE).is_dir() {
        if Path::new("/opt").is_dir() {
            copy_of_opt(folder)?;
        } else {
            fs::create_dir_all(PLACE).map_err(failed(PLACE))?;
        }
    }
    mount_at(Some(folder), Path::new(PLACE), MsFlags::MS_BIND | MsFlags::MS_REC)
}

fn copy_of_opt(folder: &Path) -> Result<(), LaunchError> {
    // The new /opt is put together on the job's folder, which is free until it is mounted itself.
    let entries = entries(Path::new("/opt")).map_err(failed("/opt"))?;
    let none: Option<&Path> = None;
    mount(Some("tmpfs"), folder, Some("tmpfs"), MsFlags::empty(), none)
        .map_err(failed("a tmpfs cannot be mounted"))?;
    for entry in entries {
        let Some(name) = entry.file_name() else { continue };
        let copy = folder.join(name);
        copied(&entry, &copy)?;
    }
    fs::create_dir(folder.join("ml")).map_err(failed("ml"))?;
    mount_at(Some(folder), Path::new("/opt"), MsFlags::MS_BIND | MsFlags::MS_REC)?;
    nix::mount::umount2(folder, nix::mount::MntFlags::MNT_DETACH)
        .map_err(failed("the tmpfs cannot be moved"))
}

fn copied(entry: &Path, copy: &Path) -> Result<(), LaunchError> {
    let name = || entry.display().to_string();
    if entry.is_symlink() {
        let target = fs::read_link(entry).map_err(failed(name()))?;
        return symlink(target, copy).map_err(failed(name()));
    }
    if entry.is_dir() {
        fs::create_dir(copy).map_err(failed(name()))?;
    } else {
        fs::write(copy, "").map_err(failed(name()))?;
    }
    mount_at(Some(entry), copy, MsFlags::MS_BIND | MsFlags::MS_REC)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn mount_at(source: Option<&Path>, target: &Path, flags: MsFlags) -> Result<(), LaunchError> {
    let none: Option<&str> = None;
    mount(source, target, none, flags, none)
        .map_err(failed(format!("{} cannot be mounted", target.display())))
}
