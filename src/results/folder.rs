//! Results on disk: written aside, then moved into place in one step.
//!
//! Whatever happens on the way, a reader finds the old results or the new ones, never half of either.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

/// Why results could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something stands there already and may not be replaced.
    #[error("{}: exists already; --force replaces it", .0.display())]
    Exists(PathBuf),
    /// A folder was asked for where a file is.
    #[error("{}: is a file, not a folder; give another path", .0.display())]
    IsFile(PathBuf),
    /// A file was asked for where a folder is.
    #[error("{}: is a folder, not a file; give another path", .0.display())]
    IsFolder(PathBuf),
    /// A path that names nothing new: empty, `/`, `.` or `..`.
    #[error("\"{}\": nothing can be written in its place; give a path that ends in a new name", .0.display())]
    NoName(PathBuf),
    /// A file in a folder that does not exist.
    #[error("{}: there is no such folder", .0.display())]
    NoFolder(PathBuf),
    /// The operating system refused.
    #[error("{}: {doing}: {reason}", path.display())]
    Refused {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// Its reason.
        reason: io::Error,
    },
}

impl FolderError {
    /// Whether the user asked for something that cannot be, rather than the machine failing.
    #[must_use]
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }
}

/// Why the operating system would not do something.
pub(crate) fn refused<'a>(path: &'a Path, doing: &'static str) -> impl FnOnce(io::Error) -> FolderError + use<'a> {
    move |reason| FolderError::Refused {
        path: path.to_owned(),
        doing,
        reason: plain(reason),
    }
}

/// The reason without the hidden name that tempfile adds to it.
fn plain(reason: io::Error) -> io::Error {
    use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem, StorageFull};
    match reason.kind() {
        kind @ (NotADirectory | NotFound | PermissionDenied | ReadOnlyFilesystem | StorageFull) => kind.into(),
        _ => reason,
    }
}

/// A results folder being written: a hidden folder beside its target until [`commit`](Self::commit).
///
/// Dropped without a commit it disappears with all that was written.
///
/// ```
/// use etm::results::folder::StagedFolder;
/// let home = std::env::temp_dir().join(format!("etm-doctest-{}", std::process::id()));
/// let target = home.join("results");
/// let staged = StagedFolder::create(&target, true).unwrap();
/// staged.write("result.json", b"{}").unwrap();
/// assert!(!target.exists());
/// staged.commit().unwrap();
/// assert_eq!(std::fs::read(target.join("result.json")).unwrap(), b"{}");
/// # std::fs::remove_dir_all(home).unwrap();
/// ```
#[derive(Debug)]
pub struct StagedFolder {
    target: PathBuf,
    force: bool,
    // Dropped in this order: the parents are empty only once the folder is gone.
    aside: TempDir,
    parents: Parents,
}

impl StagedFolder {
    /// Starts a folder that will be `target`; missing parents are made.
    ///
    /// # Errors
    /// A target that exists (with `force`: that is a file), or a parent that cannot be written to.
    pub fn create(target: &Path, force: bool) -> Result<Self, FolderError> {
        let parent = parent(target)?;
        may_replace(target, force)?;
        let parents = Parents::make(&parent)?;
        let aside = hidden_folder(&parent)?;
        Ok(Self {
            target: target.to_owned(),
            force,
            aside,
            parents,
        })
    }

    /// Where the files are until the commit, for writers that need a path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.aside.path()
    }

    /// Writes a file of the folder.
    ///
    /// # Errors
    /// A full disk and the like.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let write = || -> io::Result<()> {
            let mut file = fs::File::create(self.aside.path().join(name))?;
            file.write_all(bytes)?;
            // A full disk may show itself only now.
            file.sync_all()
        };
        write().map_err(refused(&self.target.join(name), "cannot be written"))
    }

    /// Moves the folder into place; an older one makes way, and comes back if that fails.
    ///
    /// # Errors
    /// A target that has appeared meanwhile, or a refusal of the operating system.
    pub fn commit(self) -> Result<(), FolderError> {
        let Self {
            target,
            force,
            aside,
            mut parents,
        } = self;
        let moved = move_into_place(aside.path(), &target, force);
        if moved.is_ok() {
            // It stands under its own name now, so there is nothing left to delete.
            let _ = aside.keep();
            parents.made.clear();
        } else {
            // The parents are empty only once the folder is gone.
            drop(aside);
        }
        moved
    }
}

/// Renames a finished folder to `target`, in the same file system; an older one makes way, and comes back if that fails.
///
/// # Errors
/// A target that exists (with `force`: that is a file), or a refusal of the operating system.
pub fn move_into_place(folder: &Path, target: &Path, force: bool) -> Result<(), FolderError> {
    may_replace(target, force)?;
    let settle = || fs::rename(folder, target).map_err(refused(target, "the results cannot be moved into place"));
    if fs::symlink_metadata(target).is_err() {
        return settle();
    }
    let old = hidden_folder(&parent(target)?)?;
    let old_results = old.path().join("old");
    fs::rename(target, &old_results).map_err(refused(target, "the old folder cannot be moved"))?;
    let settled = settle();
    if settled.is_err() && fs::rename(&old_results, target).is_err() {
        // Rather a hidden folder left behind than the old results deleted.
        let kept = old.keep().join("old");
        return Err(FolderError::Refused {
            path: target.to_owned(),
            doing: "the results cannot be moved into place",
            reason: io::Error::other(format!("the old ones are in {}", kept.display())),
        });
    }
    settled
}

/// Folders made on the way to a target, removed again when dropped as far as they are empty.
#[derive(Debug)]
struct Parents {
    /// The innermost first.
    made: Vec<PathBuf>,
}

impl Parents {
    fn make(parent: &Path) -> Result<Self, FolderError> {
        let missing = |folder: &&Path| !folder.as_os_str().is_empty() && fs::symlink_metadata(folder).is_err();
        let made = parent.ancestors().take_while(missing).map(Path::to_owned).collect();
        let parents = Self { made };
        fs::create_dir_all(parent).map_err(refused(parent, "the folder cannot be made"))?;
        Ok(parents)
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        for folder in &self.made {
            // Refused where something else has been put: then it stays, and so do those around it.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Whether results may be put at `target`.
///
/// # Errors
/// A target that exists (with `force`: that is a file).
pub fn may_replace(target: &Path, force: bool) -> Result<(), FolderError> {
    match fs::symlink_metadata(target) {
        Ok(_) if target.is_file() => Err(FolderError::IsFile(target.to_owned())),
        Ok(_) if !force => Err(FolderError::Exists(target.to_owned())),
        _ => Ok(()),
    }
}

/// Writes a file: aside first, then moved into place. The parent folder must exist.
///
/// # Errors
/// A file that exists, without `force`; a folder of that name; a refusal of the operating system.
pub fn write_file(target: &Path, bytes: &[u8], force: bool) -> Result<(), FolderError> {
    if target.is_dir() {
        return Err(FolderError::IsFolder(target.to_owned()));
    }
    let parent = parent(target)?;
    if !parent.is_dir() {
        return Err(FolderError::NoFolder(parent));
    }
    if target.exists() && !target.is_file() {
        // A device or a pipe (/dev/stdout) is written to, not replaced.
        return fs::write(target, bytes).map_err(refused(target, "cannot be written"));
    }
    if !force && fs::symlink_metadata(target).is_ok() {
        return Err(FolderError::Exists(target.to_owned()));
    }
    let mut aside = hidden(0o666)
        .tempfile_in(&parent)
        .map_err(refused(target, "cannot be written"))?;
    let write = |aside: &mut NamedTempFile| {
        aside.write_all(bytes)?;
        aside.as_file().sync_all()
    };
    write(&mut aside).map_err(refused(target, "cannot be written"))?;
    let moved = if force {
        aside.persist(target)
    } else {
        aside.persist_noclobber(target)
    };
    match moved {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(FolderError::Exists(target.to_owned())),
        Err(error) => Err(refused(target, "cannot be moved into place")(error.error)),
    }
}

/// The folder a target stands in.
fn parent(target: &Path) -> Result<PathBuf, FolderError> {
    if target.file_name().is_none() {
        return Err(FolderError::NoName(target.to_owned()));
    }
    Ok(match target.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    })
}

/// An empty hidden folder. Beside the target: a rename is one step only within a file system.
fn hidden_folder(parent: &Path) -> Result<TempDir, FolderError> {
    hidden(0o777)
        .tempdir_in(parent)
        .map_err(refused(parent, "nothing can be written here"))
}

/// Temporary names that tell where they come from, should the machine stop before they are gone. `mode` is that of
/// ordinary files or folders, less the user's mask: temporary ones would be readable by their owner alone.
fn hidden(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".etm-").suffix(".partial");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_left_of_a_folder_that_was_not_committed() {
        let home = tempfile::tempdir().unwrap();
        for target in ["out", "some/where/out"] {
            let staged = StagedFolder::create(&home.path().join(target), false).unwrap();
            staged.write("result.json", b"{").unwrap();
            drop(staged);
            assert!(names(home.path()).is_empty());
        }
    }

    #[test]
    fn an_existing_folder_is_replaced_only_by_force_and_then_wholly() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("deep/out");
        let first = StagedFolder::create(&target, false).unwrap();
        first.write("old", b"1").unwrap();
        first.commit().unwrap();
        assert!(matches!(
            StagedFolder::create(&target, false),
            Err(FolderError::Exists(_))
        ));
        let second = StagedFolder::create(&target, true).unwrap();
        second.write("new", b"2").unwrap();
        second.commit().unwrap();
        assert_eq!(names(&target), ["new"]);
        assert_eq!(names(target.parent().unwrap()), ["out"]);
    }

    #[test]
    fn a_folder_that_appears_meanwhile_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("out");
        let staged = StagedFolder::create(&target, false).unwrap();
        fs::create_dir(&target).unwrap();
        fs::write(target.join("theirs"), b"1").unwrap();
        assert!(matches!(staged.commit(), Err(FolderError::Exists(_))));
        assert_eq!(names(home.path()), ["out"]);
        assert_eq!(names(&target), ["theirs"]);
    }

    #[test]
    fn files_and_folders_do_not_replace_each_other() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        write_file(&file, b"1", false).unwrap();
        assert!(matches!(StagedFolder::create(&file, true), Err(FolderError::IsFile(_))));
        assert!(matches!(
            write_file(home.path(), b"2", true),
            Err(FolderError::IsFolder(_))
        ));
        assert!(matches!(
            StagedFolder::create(&file.join("below"), false),
            Err(FolderError::Refused { .. })
        ));
        assert!(matches!(
            write_file(&home.path().join("no/file"), b"2", true),
            Err(FolderError::NoFolder(_))
        ));
        for nameless in ["", "/", "..", "a/.."] {
            assert!(matches!(
                StagedFolder::create(Path::new(nameless), true),
                Err(FolderError::NoName(_))
            ));
        }
        assert_eq!(fs::read(&file).unwrap(), b"1");
    }

    #[test]
    fn a_file_is_replaced_only_by_force() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        write_file(&file, b"1", false).unwrap();
        assert!(matches!(write_file(&file, b"2", false), Err(FolderError::Exists(_))));
        assert_eq!(fs::read(&file).unwrap(), b"1");
        write_file(&file, b"2", true).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"2");
        assert_eq!(names(home.path()), ["file"]);
    }

    #[cfg(unix)]
    #[test]
    fn results_are_as_open_as_other_files() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        let (folder, file) = (home.path().join("out"), home.path().join("file"));
        StagedFolder::create(&folder, false).unwrap().commit().unwrap();
        write_file(&file, b"", false).unwrap();
        let (plain_folder, plain_file) = (home.path().join("plain"), home.path().join("plain_file"));
        fs::create_dir(&plain_folder).unwrap();
        fs::write(&plain_file, b"").unwrap();
        assert_eq!(mode(&folder), mode(&plain_folder));
        assert_eq!(mode(&file), mode(&plain_file));
    }
}
